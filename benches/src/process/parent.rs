//! A row's process as the runner sees it.

use super::commands::Command;
use super::{Receiver, Stack};
use crate::allocator::Allocations;
use crate::rows::{BARE, Proof, Row};
use crate::serve::Serve;
use std::cell::RefCell;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command as Program, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How much of what was sent must have arrived: queues of a fixed length lose some where the machine has no time for them.
const ARRIVED: f64 = 0.95;

/// Each stack in a process of its own, on so many threads.
///
/// The processes are this program again; it is given `--row`, the name, the number of threads, and the receiver's URL.
///
/// # Errors
/// What the system says where a process, or a receiver, cannot be started.
pub fn rows(stacks: &[Stack], threads: u64, receivers: &Runtime) -> io::Result<Vec<Row>> {
    stacks.iter().map(|stack| row(stack, threads, receivers)).collect()
}

fn row(stack: &Stack, threads: u64, receivers: &Runtime) -> io::Result<Row> {
    let receiver = Arc::new(Receiver::start(receivers)?);
    let process = Rc::new(RefCell::new(Process::start(stack.name, threads, &receiver.url())?));
    let proving = Rc::clone(&process);
    let sends = stack.sends;
    let proof: Proof = Box::new(move |requests| {
        let mut found = proving.borrow_mut().prove(requests)?;
        for signal in sends {
            let arrived = receiver.arrived(*signal);
            found += &format!("; arrived in {signal:?}: {arrived}");
            if (arrived as f64) < requests as f64 * ARRIVED || arrived > requests {
                return Err(found);
            }
        }
        Ok(found)
    });
    Ok(Row { name: stack.name, bare: BARE, threads, app: Box::new(Shared(process)), proof })
}

struct Process {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start(name: &str, threads: u64, receiver: &str) -> io::Result<Self> {
        let mut child = Program::new(std::env::current_exe()?)
            .args(["--row", name, &threads.to_string(), receiver])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (orders, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or_else(|| io::Error::other("the process has no output"))?;
        Ok(Self { child, orders, answers: BufReader::new(answers) })
    }

    /// # Panics
    /// When the process has ended, which it says why itself.
    fn ask(&mut self, command: Command) -> String {
        let said = self.orders.as_mut().map(|orders| writeln!(orders, "{command}").and_then(|()| orders.flush()));
        let mut answer = String::new();
        match said.map(|said| said.and_then(|()| self.answers.read_line(&mut answer))) {
            Some(Ok(length)) if length > 0 => answer.trim_end().to_owned(),
            _ => panic!("a row's process ended before it was told {command}"),
        }
    }

    fn ask_numbers(&mut self, command: Command) -> Vec<u64> {
        self.ask(command).split(' ').map(|number| number.parse().expect("an answer in numbers")).collect()
    }

    fn prove(&mut self, requests: u64) -> Result<String, String> {
        let answer = self.ask(Command::Prove(requests));
        match answer.split_once(' ') {
            Some(("true", found)) => Ok(found.to_owned()),
            Some(("false", missing)) => Err(missing.to_owned()),
            _ => Err(answer),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.orders.take();
        // It ends when it is told nothing more.
        let _ = self.child.wait();
    }
}

/// Between the turns and the proof.
struct Shared(Rc<RefCell<Process>>);

impl Serve for Shared {
    fn serve(&mut self, _: &Runtime, requests: u64) -> Duration {
        let numbers = self.0.borrow_mut().ask_numbers(Command::Serve(requests));
        Duration::from_nanos(numbers[0])
    }

    fn count_allocations(&mut self, _: &Runtime, requests: u64) -> Allocations {
        let numbers = self.0.borrow_mut().ask_numbers(Command::CountAllocations(requests));
        Allocations { count: numbers[0], bytes: numbers[1] }
    }

    fn processor_time(&mut self, requests: u64) -> Option<Duration> {
        let numbers = self.0.borrow_mut().ask_numbers(Command::Spend(requests));
        Some(Duration::from_nanos(numbers[0]))
    }
}
