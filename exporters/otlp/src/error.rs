//! What can go wrong where somebody is there to be told.

use std::error::Error as StdError;
use std::fmt;

type Source = Box<dyn StdError + Send + Sync>;

/// The exporter could not be set up; says what is wrong with which setting, and what would help.
pub struct Error {
    what: String,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Error { what: what.into(), source: None }
    }

    pub(crate) fn because(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Error { what: what.into(), source: Some(source.into()) }
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

/// An error and all that it came from, in one line: clients keep the reason that helps at the end of the chain.
pub(crate) fn whole(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let said = source.to_string();
        // Some errors say what their source says.
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_error_says_nothing_twice() {
        let inner = Error::new("connection refused");
        let outer = Error::because("cannot be reached", inner);
        assert_eq!(whole(&outer), "cannot be reached: connection refused");
        let repeating = Error::because("cannot be reached: connection refused", Error::new("connection refused"));
        assert_eq!(whole(&repeating), "cannot be reached: connection refused");
    }
}
