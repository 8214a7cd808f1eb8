//! What is said of variables that make no sense.

use std::fmt;

/// A variable that is ignored, or heeded in part, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    variable: String,
    message: String,
}

impl Warning {
    pub(super) fn new(variable: &str, message: impl Into<String>) -> Self {
        Warning { variable: variable.to_owned(), message: message.into() }
    }

    /// The name of the variable.
    pub fn variable(&self) -> &str {
        &self.variable
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}
