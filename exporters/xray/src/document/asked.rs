//! What kind of question a call was, which decides how it is shown.

use tachograph_core::{CallKind, Operation, known_method};

/// The `rpc.system` of the AWS SDK.
pub(super) const AWS: &str = "aws-api";

/// What stands for a method that nobody knows.
const OTHER_METHOD: &str = "_OTHER";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Database,
    Cache,
    /// By an HTTP method.
    Http,
    Grpc,
    /// An operation of the AWS SDK.
    Aws,
    /// Something of another service that the application has named.
    External,
    /// Work of the service's own.
    Other,
}

impl Asked {
    pub(super) fn of(operation: &Operation) -> Self {
        let summary = operation.summary();
        match operation.kind() {
            CallKind::Database => Asked::Database,
            CallKind::Cache => Asked::Cache,
            CallKind::Other => Asked::Other,
            CallKind::External if operation.is_grpc() => Asked::Grpc,
            CallKind::External if operation.system() == AWS && has_method(operation) => Asked::Aws,
            CallKind::External if known_method(summary).is_some() || summary == OTHER_METHOD => Asked::Http,
            CallKind::External => Asked::External,
        }
    }

    /// X-Ray shows all that is called by one name as one: so it is who was asked, and not what.
    pub(super) fn name(self, operation: &Operation) -> &str {
        let (target, summary) = (operation.target(), operation.summary());
        let (first, second) = if self == Asked::Other { (summary, target) } else { (target, summary) };
        let names = [first, operation.system(), second, operation.kind().as_str()];
        names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default()
    }

    /// None for what the service does itself.
    pub(super) fn namespace(self) -> Option<&'static str> {
        match self {
            Asked::Aws => Some("aws"),
            Asked::Other => None,
            _ => Some("remote"),
        }
    }
}

fn has_method(operation: &Operation) -> bool {
    operation.method().is_some_and(|method| !method.trim().is_empty())
}
