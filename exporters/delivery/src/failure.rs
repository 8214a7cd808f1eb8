//! What is said about a sink that fails, and how often.

use crate::sink::{Kind, SendError};
use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, Instant};

/// A sink failed, or rejected some of what it was sent, for a cause not told of before.
#[derive(Debug)]
pub struct Failure {
    sink: String,
    kind: Kind,
    error: Box<dyn StdError + Send + Sync>,
}

impl Failure {
    pub(crate) fn new(sink: String, error: SendError) -> Self {
        Failure { sink, kind: error.kind, error: error.into_source() }
    }

    /// What the sink [calls itself](crate::Sink::describe).
    pub fn sink(&self) -> &str {
        &self.sink
    }

    /// Whether the items are kept and tried again; if not, they were dropped and counted, or accepted with a warning.
    pub fn will_retry(&self) -> bool {
        matches!(self.kind, Kind::Temporary { .. })
    }

    /// What the sink said.
    pub fn error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.error
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { sink, error, .. } = self;
        match self.kind {
            Kind::Temporary { .. } => write!(f, "sending to {sink} failed, will be tried again: {error}"),
            Kind::Permanent { .. } => write!(f, "sending to {sink} failed, items were dropped: {error}"),
            Kind::Rejected { items: 0 } => write!(f, "{sink} accepted what was sent with a warning: {error}"),
            Kind::Rejected { items } => write!(f, "{sink} rejected {items} of the items that were sent: {error}"),
        }
    }
}

/// The causes already told of.
///
/// A sink that comes and goes many times a second has one story to tell, so a cause is only forgotten when the sink
/// accepts items and the cause was last seen a minute ago.
#[derive(Default)]
pub(crate) struct Told {
    causes: Vec<(String, Instant)>,
}

const FORGET_AFTER: Duration = Duration::from_secs(60);

/// Causes beyond this many are counted only: messages that differ each time must not fill the memory.
const MAX_CAUSES: usize = 32;

impl Told {
    /// Whether this cause has yet to be told; from now on it is not.
    pub(crate) fn is_new(&mut self, error: &SendError, now: Instant) -> bool {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        if let Some((_, last_seen)) = self.causes.iter_mut().find(|(told, _)| *told == cause) {
            *last_seen = now;
            return false;
        }
        let room = self.causes.len() < MAX_CAUSES;
        if room {
            self.causes.push((cause, now));
        }
        room
    }

    pub(crate) fn accepted(&mut self, now: Instant) {
        self.causes.retain(|(_, last_seen)| now.saturating_duration_since(*last_seen) < FORGET_AFTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(cause: &str) -> SendError {
        SendError::temporary(0, cause)
    }

    #[test]
    fn each_cause_is_new_once() {
        let (mut told, now) = (Told::default(), Instant::now());
        assert!(told.is_new(&error("disk full"), now));
        assert!(!told.is_new(&error("disk full"), now));
        assert!(told.is_new(&error("refused"), now));
        assert!(!told.is_new(&error("disk full"), now + FORGET_AFTER * 9), "nothing was accepted in between");
    }

    #[test]
    fn a_cause_is_new_again_when_the_sink_has_worked_for_a_minute() {
        let (mut told, now) = (Told::default(), Instant::now());
        assert!(told.is_new(&error("disk full"), now));
        told.accepted(now + FORGET_AFTER / 2);
        assert!(!told.is_new(&error("disk full"), now + FORGET_AFTER / 2), "it came back at once");
        told.accepted(now + FORGET_AFTER * 2);
        assert!(told.is_new(&error("disk full"), now + FORGET_AFTER * 2));
    }

    #[test]
    fn causes_that_never_repeat_are_bounded() {
        let (mut told, now) = (Told::default(), Instant::now());
        let new = (0..1000).filter(|number| told.is_new(&error(&format!("request {number} failed")), now)).count();
        assert_eq!(new, MAX_CAUSES);
    }
}
