//! What a function is invoked with.

use std::time::Duration;

use serde_json::Value;

/// An event, and what Lambda says beside it.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) payload: String,
    pub(crate) trace: Option<String>,
    pub(crate) within: Duration,
}

impl Event {
    /// This event, without a trace, for a function with a time-out of half a minute.
    #[must_use]
    pub fn new(payload: Value) -> Self {
        Event { payload: payload.to_string(), trace: None, within: Duration::from_secs(30) }
    }

    /// The header of its trace: `Root=…;Parent=…;Sampled=1`.
    #[must_use]
    pub fn trace(mut self, header: impl Into<String>) -> Self {
        self.trace = Some(header.into());
        self
    }

    /// The function's time-out.
    #[must_use]
    pub fn within(mut self, time_out: Duration) -> Self {
        self.within = time_out;
        self
    }
}
