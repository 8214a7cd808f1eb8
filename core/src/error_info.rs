//! An error that the application attached to its request.

use crate::call::Callsite;

/// An error that the application attached to its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorInfo {
    pub(crate) type_name: &'static str,
    pub(crate) message: String,
    pub(crate) chain: Vec<String>,
    pub(crate) callsite: Option<Callsite>,
}

impl ErrorInfo {
    /// The name of its Rust type.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// What it says.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What its sources say, the nearest first; at most 8.
    pub fn chain(&self) -> &[String] {
        &self.chain
    }

    /// Where the application told of it; of an error that an adapter found, that is not known.
    pub fn callsite(&self) -> Option<Callsite> {
        self.callsite
    }
}
