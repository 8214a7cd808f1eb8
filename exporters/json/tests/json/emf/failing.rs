//! A sink that fails as a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tachograph_json::delivery::{SendError, Sink};

use crate::bench::Collected;

/// What happens on an attempt to send; beyond the last, all is accepted.
pub(crate) type Attempt = Box<dyn FnOnce() -> Result<(), SendError> + Send>;

/// Fails by script, and collects what it accepts.
#[derive(Clone, Default)]
pub(crate) struct Failing {
    script: Arc<Mutex<VecDeque<Attempt>>>,
    collected: Collected,
}

impl Failing {
    pub(crate) fn next(&self, attempts: impl IntoIterator<Item = Attempt>) {
        self.script.lock().unwrap().extend(attempts);
    }

    pub(crate) fn text(&self) -> String {
        self.collected.text()
    }
}

impl Sink for Failing {
    fn describe(&self) -> String {
        "failing".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let attempt = self.script.lock().unwrap().pop_front();
        attempt.map_or(Ok(()), |attempt| attempt())?;
        self.collected.send(batch)
    }
}

pub(crate) fn refuse() -> Attempt {
    Box::new(|| Err(SendError::permanent(0, "never")))
}
