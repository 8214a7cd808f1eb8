//! The clock of the delivery's thread, so that tests can bring their own.

use crate::progress::State;
use std::sync::{Condvar, MutexGuard};
use std::time::{Duration, Instant};

pub(crate) trait Timer: Send {
    fn now(&self) -> Instant;

    /// Waits until notified, but no longer than this; may return earlier.
    fn wait<'a>(&self, notified: &Condvar, state: MutexGuard<'a, State>, longest: Duration) -> MutexGuard<'a, State>;
}

pub(crate) struct SystemTimer;

impl Timer for SystemTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait<'a>(&self, notified: &Condvar, state: MutexGuard<'a, State>, longest: Duration) -> MutexGuard<'a, State> {
        notified.wait_timeout(state, longest).unwrap_or_else(|poisoned| poisoned.into_inner()).0
    }
}
