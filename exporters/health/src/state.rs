//! How a check has ended.

/// How a check has ended, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Connected,
    Timeout,
    Error,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Connected => "connected",
            State::Timeout => "timeout",
            State::Error => "error",
        }
    }
}
