//! What can go wrong where somebody is there to be told.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

type Source = Box<dyn StdError + Send + Sync>;

/// A delivery or a sink could not be set up.
pub struct Error {
    what: String,
    source: Option<Source>,
}

impl Error {
    pub(crate) fn new(what: String) -> Self {
        Error { what, source: None }
    }

    pub(crate) fn because(what: String, source: impl Into<Source>) -> Self {
        Error { what, source: Some(source.into()) }
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

/// A [`flush`](crate::Delivery::flush) or [`shutdown`](crate::Delivery::shutdown) came back before everything was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlushError {
    /// The sink had not accepted everything when this much time had passed.
    DeadlinePassed(Duration),
    /// The call came from the delivery's own thread, which cannot wait for itself.
    OnDeliveryThread,
}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlushError::DeadlinePassed(deadline) => write!(f, "not everything was sent within {deadline:?}"),
            FlushError::OnDeliveryThread => f.write_str("the delivery's own thread cannot wait for itself"),
        }
    }
}

impl StdError for FlushError {}
