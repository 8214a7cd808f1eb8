//! The threads of a row's process that serve.

use crate::serve::{Axum, Serve};
use axum::Router;
use rustix::thread::{CpuSet, sched_setaffinity};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tokio::runtime::Builder;

/// Threads with a runtime each and one router between them, as services have a listener for each core.
pub(super) struct Threads {
    workers: Vec<Worker>,
    turns: u64,
}

struct Worker {
    orders: Sender<Order>,
    elapsed: Receiver<Duration>,
}

struct Order {
    requests: u64,
    /// How often workers must have arrived at the start, in all turns, before this one begins; 0 where it need not wait.
    begins_at: u64,
}

impl Threads {
    pub(super) fn start(count: u64, router: &Router) -> std::io::Result<Self> {
        let start = Arc::new(AtomicU64::new(0));
        let worker = |number| Worker::start(number, router.clone(), Arc::clone(&start));
        Ok(Self { workers: (0..count).map(worker).collect::<Result<_, _>>()?, turns: 0 })
    }

    /// Serves so many requests, an equal number on each thread, and says how long that took: the sum over the threads.
    /// They begin at the same moment.
    pub(super) fn serve(&mut self, requests: u64) -> Duration {
        let begins_at = (self.turns + 1) * self.workers.len() as u64;
        self.order(requests, begins_at)
    }

    /// The same, but each thread begins when it wakes: waiting for the others would take processor time.
    pub(super) fn serve_apart(&mut self, requests: u64) {
        self.order(requests, 0);
    }

    fn order(&mut self, requests: u64, begins_at: u64) -> Duration {
        let count = self.workers.len() as u64;
        self.turns += 1;
        for (number, worker) in self.workers.iter().enumerate() {
            let remainder = u64::from((number as u64) < requests % count);
            let order = Order { requests: requests / count + remainder, begins_at };
            worker.orders.send(order).expect("the thread serves until it is dropped");
        }
        self.workers.iter().map(|worker| worker.elapsed.recv().expect("the workload answers")).sum()
    }
}

impl Worker {
    fn start(number: u64, router: Router, start: Arc<AtomicU64>) -> std::io::Result<Self> {
        let (orders, to_do) = channel::<Order>();
        let (done, elapsed) = channel();
        let runtime = Builder::new_current_thread().enable_time().build()?;
        std::thread::Builder::new().name(format!("serve-{number}")).spawn(move || {
            keep_to_core(number as usize);
            let mut app = Axum::new(router);
            for Order { requests, begins_at } in to_do {
                start.fetch_add(1, Ordering::AcqRel);
                // Not by a lock: the first to wake would be half through its turn before the last one did.
                while start.load(Ordering::Acquire) < begins_at {
                    std::hint::spin_loop();
                    std::thread::yield_now();
                }
                if done.send(app.serve(&runtime, requests)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { orders, elapsed })
    }
}

/// Two threads on one core would take turns, and be in each other's way as little as one thread is in its own.
fn keep_to_core(number: usize) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut core = CpuSet::new();
    core.set(number % cores);
    // Where this may not be chosen, the system's choice has to do.
    let _ = sched_setaffinity(None, &core);
}

#[cfg(test)]
mod tests {
    use super::Threads;
    use crate::workloads::{BODY_BYTES, PATH};
    use axum::Router;
    use axum::routing::get;
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    #[test]
    fn every_thread_serves_its_part() {
        let served = Arc::new(Mutex::new(BTreeMap::new()));
        let by_thread = Arc::clone(&served);
        let handler = async move || {
            let thread = std::thread::current().name().unwrap_or_default().to_owned();
            *by_thread.lock().unwrap().entry(thread).or_default() += 1;
            vec![b' '; BODY_BYTES]
        };
        let mut threads = Threads::start(2, &Router::new().route(PATH, get(handler))).unwrap();
        threads.serve(5);
        assert_eq!(*served.lock().unwrap(), BTreeMap::from([("serve-0".to_owned(), 3), ("serve-1".to_owned(), 2)]));
    }
}
