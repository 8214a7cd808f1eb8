//! The line of a check whose state has changed.

use std::error::Error as StdError;

use tachograph_core::text::bounded;
use tachograph_core::{FieldValue, Handle, Level, LogEvent};

use crate::check::{Check, CheckError};
use crate::state::State;

/// How much an error can say.
const MOST_BYTES: usize = 1024;

/// How far its sources are followed.
const MOST_SOURCES: usize = 8;

pub(crate) fn changed(handle: &Handle, check: &Check, state: State, error: Option<&CheckError>) {
    let name = check.name();
    let message = match state {
        State::Connected => format!("health check `{name}` is well again"),
        State::Timeout => format!("health check `{name}` took too long"),
        State::Error => format!("health check `{name}` failed"),
    };
    let level = match (state, check.is_critical()) {
        (State::Connected, _) => Level::Info,
        (_, true) => Level::Error,
        (_, false) => Level::Warning,
    };
    let mut fields: Vec<(&str, FieldValue)> = vec![("check", name.into()), ("state", state.as_str().into())];
    if let Some(error) = error {
        fields.push(("error_message", bounded(error, MOST_BYTES).0.into()));
        if let Some(chain) = chain(error) {
            fields.push(("error_chain", chain.into()));
        }
    }
    let event = LogEvent {
        time: handle.now(),
        level,
        target: "tachograph.health",
        message: &message,
        fields: &fields,
        recording: None,
    };
    handle.log(&event);
}

/// What the sources say, the nearest first: what a client's own error says is often no more than that it failed.
fn chain(error: &CheckError) -> Option<String> {
    let sources = std::iter::successors(error.source(), |source| StdError::source(*source));
    let said: Vec<String> = sources.take(MOST_SOURCES).map(|source| bounded(&source, MOST_BYTES).0).collect();
    (!said.is_empty()).then(|| said.join(": "))
}
