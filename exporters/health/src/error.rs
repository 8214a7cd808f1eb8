//! What can go wrong at start.

use std::fmt;

/// The checks cannot be used: what is wrong, and what to do about it.
pub struct Error {
    what: String,
}

impl Error {
    pub(crate) fn new(what: String) -> Self {
        Error { what }
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
