//! What can go wrong at start.

use std::error::Error as StdError;
use std::fmt;

/// The settings cannot be used: what is wrong, and what to do about it.
pub struct Error {
    what: String,
    setting: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Error { what: what.into(), setting: "", source: None }
    }

    pub(crate) fn because(what: impl Into<String>, source: impl StdError + Send + Sync + 'static) -> Self {
        Error { what: what.into(), setting: "", source: Some(Box::new(source)) }
    }

    pub(crate) fn about(self, setting: &'static str) -> Self {
        Error { setting, ..self }
    }

    /// Which of the [`Settings`](crate::Settings) it is about: `output`, `sample`, `emf.namespace`; empty where it is a text of
    /// the caller's that is no setting, or no setting's fault.
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
