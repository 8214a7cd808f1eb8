//! The process of a row: does what it is told until nobody tells it anything more.

use super::commands::Command;
use super::threads::Threads;
use super::{Failure, Installed, Stack};
use crate::allocator::{Allocations, count_allocations};
use crate::workloads;
use rustix::time::{ClockId, clock_gettime};
use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

/// What is served in one go while processor time is counted, and how often: 50,000 requests a second, which leaves the background the
/// time to keep up.
const PACE: (u64, Duration) = (250, Duration::from_millis(5));

/// Sets up `stack` on so many threads, and does what standard input says.
///
/// # Errors
/// What could not be set up, or a command that is none.
pub fn obey(stack: &Stack, threads: u64, receiver: &str) -> Result<(), Failure> {
    // For what a stack starts on the service's runtime. It must not be one that serves: their turns are timed.
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let _entered = background.enter();
    let Installed { router, flush, proof } = (stack.install)(workloads::plain(), receiver)?;
    let mut proof = Some(proof);
    let mut threads = Threads::start(threads, &router)?;
    for line in std::io::stdin().lock().lines() {
        let answer = match line?.parse()? {
            Command::Serve(requests) => threads.serve(requests).as_nanos().to_string(),
            Command::CountAllocations(requests) => {
                flush();
                let (Allocations { count, bytes }, ()) = count_allocations(|| {
                    threads.serve(requests);
                    flush();
                });
                format!("{count} {bytes}")
            }
            Command::Spend(requests) => {
                flush();
                spend(&mut threads, requests, &flush).as_nanos().to_string()
            }
            Command::Prove(requests) => {
                flush();
                match proof.take().map(|proof| proof(requests)) {
                    Some(Ok(found)) => format!("true {found}"),
                    Some(Err(missing)) => format!("false {missing}"),
                    None => "false proved already".to_owned(),
                }
            }
        };
        let mut output = std::io::stdout().lock();
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn spend(threads: &mut Threads, requests: u64, flush: &dyn Fn()) -> Duration {
    let (at_once, pause) = PACE;
    let before = processor_time();
    let mut left = requests;
    while left > 0 {
        let next = Instant::now() + pause;
        threads.serve_apart(left.min(at_once));
        left -= left.min(at_once);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    flush();
    processor_time() - before
}

/// What every thread of this process has spent, those that ended included.
fn processor_time() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
}
