//! What can go wrong at start.

use std::fmt;
use std::io;

/// It cannot listen: where, why, and what to do about it.
pub struct Error {
    what: String,
    source: io::Error,
}

impl Error {
    pub(crate) fn new(what: String, source: io::Error) -> Self {
        Error { what, source }
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
