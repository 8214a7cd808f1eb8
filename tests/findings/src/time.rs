//! Time that passes only where a case says so.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph::{Clock, ManualClock};
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// The time of one case.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    clock: ManualClock,
    sleepers: Arc<Mutex<Sleepers>>,
}

#[derive(Debug, Default)]
struct Sleepers {
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    is_driven: bool,
}

impl Time {
    pub(crate) fn new() -> Self {
        Time { clock: ManualClock::new(), sleepers: Arc::default() }
    }

    pub(crate) fn clock(&self) -> ManualClock {
        self.clock.clone()
    }

    /// Somebody else works meanwhile: the caller is not polled.
    pub(crate) async fn pass(&self, millis: u64) {
        if millis == 0 {
            return;
        }
        let (wake, woken) = oneshot::channel();
        let is_driven = {
            let mut sleepers = self.sleepers.lock().unwrap();
            sleepers.waiting.push((self.clock.monotonic() + millis * 1_000_000, wake));
            std::mem::replace(&mut sleepers.is_driven, true)
        };
        if !is_driven {
            tokio::spawn(self.clone().drive());
        }
        let _ = woken.await;
    }

    /// The caller's own thread is busy.
    pub(crate) fn work(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    /// Wakes the sleepers one by one, each at its time, and only when everybody else has done what there was to do: there is
    /// one thread.
    async fn drive(self) {
        loop {
            for _ in 0..8 {
                yield_now().await;
            }
            let mut sleepers = self.sleepers.lock().unwrap();
            let first = (0..sleepers.waiting.len()).min_by_key(|at| sleepers.waiting[*at].0);
            let Some(first) = first else {
                sleepers.is_driven = false;
                return;
            };
            let (at, wake) = sleepers.waiting.remove(first);
            self.clock.advance(Duration::from_nanos(at.saturating_sub(self.clock.monotonic())));
            let _ = wake.send(());
        }
    }
}
