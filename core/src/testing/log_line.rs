//! What the application logged.

use crate::exporter::LogEvent;
use crate::field::FieldValue;
use crate::level::Level;

/// A line of the application's log, as it was captured.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// How loud it is.
    pub level: Level,
    /// Who logged it.
    pub target: String,
    /// The text.
    pub message: String,
    /// The rest.
    pub fields: Vec<(String, FieldValue)>,
    /// The id of the request inside which it was logged.
    pub request_id: Option<String>,
}

impl LogLine {
    pub(super) fn of(event: &LogEvent<'_>) -> Self {
        LogLine {
            level: event.level,
            target: event.target.to_owned(),
            message: event.message.to_owned(),
            fields: event.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            request_id: event.recording.map(|recording| recording.identity().request_id().to_string()),
        }
    }
}
