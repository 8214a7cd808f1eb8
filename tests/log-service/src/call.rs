//! What a client can ask for.

/// An operation of CloudWatch Logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Makes a group.
    CreateLogGroup,
    /// Makes a stream in a group.
    CreateLogStream,
    /// Says how long a group keeps its events.
    PutRetentionPolicy,
    /// Brings events.
    PutLogEvents,
}

impl Call {
    /// The operation that the header `X-Amz-Target` names.
    pub(crate) fn named(target: &str) -> Option<Self> {
        Some(match target.strip_prefix("Logs_20140328.")? {
            "CreateLogGroup" => Call::CreateLogGroup,
            "CreateLogStream" => Call::CreateLogStream,
            "PutRetentionPolicy" => Call::PutRetentionPolicy,
            "PutLogEvents" => Call::PutLogEvents,
            _ => return None,
        })
    }
}
