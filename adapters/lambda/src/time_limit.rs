//! The end of an invocation's time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use tachograph_core::{Handle, Surroundings};
use tokio::task::JoinHandle;

/// OpenTelemetry's `error.type` of what took too long.
const TIMEOUT: &str = "timeout";

/// When an invocation has to be over, and how long before that it is taken for one that will not be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: SystemTime,
    margin: Duration,
    /// What was left at the beginning.
    pub(crate) remaining: Duration,
}

impl Deadline {
    pub(crate) fn of(context: &Context, handle: &Handle, margin: Duration) -> Self {
        let at = context.deadline();
        let remaining = left(at, handle);
        Deadline { at, margin: margin.min(remaining / 2), remaining }
    }

    pub(crate) fn left_for_sending(&self, handle: &Handle) -> Duration {
        left(self.at, handle).saturating_sub(self.margin)
    }
}

fn left(at: SystemTime, handle: &Handle) -> Duration {
    at.duration_since(handle.now()).unwrap_or_default()
}

/// Closes what an invocation has open shortly before its time is over, and sends it: at the deadline the process is killed.
/// Dropped, it does so no more.
#[derive(Debug)]
pub(crate) struct TimeLimit(JoinHandle<()>);

impl TimeLimit {
    /// On a task of its own: a handler that keeps its thread from everybody else is the likeliest to time out. None where
    /// there is no time in the first place.
    pub(crate) fn start(deadline: &Deadline, surroundings: &Arc<Surroundings>, handle: &Handle) -> Option<Self> {
        if deadline.remaining.is_zero() {
            return None;
        }
        let (margin, surroundings, handle) = (deadline.margin, Arc::clone(surroundings), handle.clone());
        let time_is_up = tokio::time::sleep(deadline.remaining - margin);
        Some(TimeLimit(tokio::spawn(async move {
            time_is_up.await;
            let message = format!("{} ms before its deadline it was not done", margin.as_millis());
            if surroundings.close_because(TIMEOUT, &message) > 0 {
                tokio::task::spawn_blocking(move || handle.flush(margin));
            }
        })))
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        self.0.abort();
    }
}
