//! What shows records: the trait of every exporter.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::field::FieldValue;
use crate::handle::WeakHandle;
use crate::level::Level;
use crate::record::Record;
use crate::recording::Recording;

/// Renders finished records.
///
/// [`record`](Exporter::record) and [`event`](Exporter::event) run on the thread that closes the request, so they must
/// be short and must not wait: they render into memory, and something else sends it. A panic in them is caught and
/// counted.
pub trait Exporter: fmt::Debug + Send + Sync + 'static {
    /// A short name for messages: `json`.
    fn name(&self) -> &str;

    /// It is part of this instance from now on. Called once, when the instance is built.
    fn attached(&self, handle: &WeakHandle) {
        let _ = handle;
    }

    /// A request or task has ended.
    fn record(&self, record: &Record);

    /// The application logged something.
    fn event(&self, event: &LogEvent<'_>) {
        let _ = event;
    }

    /// Whether it shows what the application logs.
    fn shows_events(&self) -> bool {
        true
    }

    /// Sends what was recorded before the call; false where some of it was still not sent after `deadline`.
    fn flush(&self, deadline: Duration) -> bool {
        let _ = deadline;
        true
    }

    /// Flushes and ends what runs in the background. What comes later is dropped and counted.
    fn shutdown(&self, deadline: Duration) -> bool {
        self.flush(deadline)
    }

    /// What was lost on the way, by a name for each reason.
    fn dropped(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

/// A line of the application's own log.
#[derive(Debug, Clone, Copy)]
pub struct LogEvent<'a> {
    /// When it was logged.
    pub time: SystemTime,
    /// How loud it is.
    pub level: Level,
    /// Who logged it: a tracing target, usually a module path.
    pub target: &'a str,
    /// The text.
    pub message: &'a str,
    /// The rest, flat.
    pub fields: &'a [(&'a str, FieldValue)],
    /// The request inside which it was logged.
    pub recording: Option<&'a Recording>,
}
