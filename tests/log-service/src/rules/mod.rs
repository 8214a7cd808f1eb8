//! What the service of AWS holds its clients to.

mod batch;
mod names;

pub(crate) use batch::{Batch, rejected};
pub(crate) use names::{group_name, retention_days, stream_name};

/// An error of the service: its name, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) name: &'static str,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(name: &'static str, message: impl Into<String>) -> Self {
        Refused { name, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Refused::new("InvalidParameterException", message)
    }

    pub(crate) fn missing(what: &str) -> Self {
        Refused::new("ResourceNotFoundException", format!("The specified {what} does not exist."))
    }

    pub(crate) fn there(what: &str) -> Self {
        Refused::new("ResourceAlreadyExistsException", format!("The specified {what} already exists"))
    }

    /// Whether a client that does all it can may still be told this: somebody else was faster, or nobody was there yet.
    pub(crate) fn is_expected(&self) -> bool {
        matches!(self.name, "ResourceNotFoundException" | "ResourceAlreadyExistsException")
    }
}
