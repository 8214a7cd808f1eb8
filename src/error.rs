//! What can go wrong at start. Nothing can, later: recording does not fail.

use std::error::Error as StdError;
use std::fmt;

use crate::config::Origin;

/// Why tachograph could not be set up: what is wrong, where, and what to do.
///
/// `Debug` writes the same, and the sources behind it: it is what a `main` that returns the error prints.
pub struct Error {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Error { message: message.into(), source: None }
    }

    /// Names what the configuration was read from.
    pub(crate) fn found_in(mut self, origin: &Origin) -> Self {
        if *origin != Origin::default() {
            self.message = format!("{origin}: {}", self.message);
        }
        self
    }

    pub(crate) fn with_source(message: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Error { message: message.into(), source: Some(source.into()) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut source = self.source();
        while let Some(error) = source {
            let text = error.to_string();
            // What the message repeats already says nothing new.
            if !self.message.contains(text.trim()) {
                write!(f, "\ncaused by: {text}")?;
            }
            source = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
