//! What can go wrong at start.

use std::fmt;

/// The page cannot be shown: what is wrong, and what to do about it.
pub struct Error {
    what: String,
    setting: &'static str,
}

impl Error {
    pub(crate) fn about(setting: &'static str, what: impl Into<String>) -> Self {
        Error { what: what.into(), setting }
    }

    /// Which of the [`Settings`](crate::Settings) it is about: `token`; empty where it is no setting's fault.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

/// As it is shown: it is what a `main` that returns it prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}
