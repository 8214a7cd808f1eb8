//! A poll while it lasts, for those who do not see it as a closure.

use std::sync::Arc;

use crate::recording::Recording;

/// The request counts as being polled while this lives.
#[derive(Debug)]
#[must_use]
pub struct Polling {
    recording: Arc<Recording>,
    started: u64,
}

impl Polling {
    pub(crate) fn start(recording: Arc<Recording>) -> Self {
        let started = recording.start_poll();
        Polling { recording, started }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.recording.end_poll(self.started);
    }
}
