//! A poll while it lasts, for those who do not see it as a closure.

use std::sync::Arc;

use crate::recording::Recording;

/// The request counts as being polled while this lives.
#[derive(Debug)]
#[must_use]
pub struct Polling {
    recording: Arc<Recording>,
    /// None where it is not to be compared with other polls.
    started: Option<u64>,
}

impl Polling {
    pub(crate) fn start(recording: Arc<Recording>) -> Self {
        let started = Some(recording.start_poll());
        Polling { recording, started }
    }

    /// On a thread that may be blocked.
    pub(crate) fn aside(recording: Arc<Recording>) -> Self {
        recording.start_poll();
        Polling { recording, started: None }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.recording.end_poll(self.started);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::clock::ManualClock;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::testing::Instance;

    #[test]
    fn what_may_be_on_any_thread_is_own_time_and_no_long_poll() {
        let clock = ManualClock::new();
        let instance = Instance::with_clock(clock.clone());
        let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        open.pause();
        let entered = open.recording().enter_poll().unwrap();
        clock.advance(Duration::from_millis(200));
        drop(entered);
        open.recording().poll(|| clock.advance(Duration::from_millis(7)));
        drop(open);
        let record = &instance.take()[0];
        assert_eq!((record.polls(), record.polled()), (3, Duration::from_millis(207)));
        assert_eq!(record.longest_poll(), Duration::from_millis(7));
    }
}
