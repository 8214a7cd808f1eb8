//! How one attempt to send ended, in the terms of no transport.

use std::time::Duration;

use tachograph_delivery::SendError;

use super::answer::{Answer, readable};
use crate::signal::Signal;

/// How long an answer may be: what the protocol recommends.
pub(super) const MAX_ANSWER: usize = 4 << 20;

/// Why the receiver does not have what was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// It can help to try again, after this much time where the receiver asked for it.
    ForNow(String, Option<Duration>),
    /// The receiver does not want it, and would not later.
    ForGood(String),
}

/// A request that was answered with a success, by these bytes.
pub(super) fn taken(signal: Signal, response: &[u8]) -> Result<(), SendError> {
    match Answer::read(response) {
        Ok(Answer::All) => Ok(()),
        Ok(Answer::Partly(rejected, message)) => {
            let why = if message.is_empty() { "without saying why" } else { &message };
            Err(SendError::rejected(rejected, format!("{}: {why}", signal.items())))
        }
        Err(_) => {
            Err(odd(&format!("an answer that is no protobuf: `{}`", readable(&response[..response.len().min(80)]))))
        }
    }
}

/// A success that a receiver of OTLP would not have answered in this way. Whether anything was taken nobody knows, and
/// sending it again would be against the protocol.
pub(super) fn odd(what: &str) -> SendError {
    SendError::rejected(
        0,
        format!("it answered a success with {what}; check that a receiver of OTLP is at this endpoint"),
    )
}

impl From<Failed> for SendError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::ForNow(why, wait) => SendError::temporary(0, why).retry_after(wait.unwrap_or_default()),
            Failed::ForGood(why) => SendError::permanent(0, why),
        }
    }
}
