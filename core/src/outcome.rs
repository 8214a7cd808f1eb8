//! How a request ended.

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The last byte of the answer was handed over; for a task, it returned.
    Completed,
    /// The client left before the last byte. Also what a time-out outside the layer looks like.
    ClientDisconnected,
    /// The handler, or the body while it was produced, panicked.
    Panicked,
    /// The body ended in an error.
    BodyFailed,
    /// It was still running when the instance shut down.
    OpenAtShutdown,
    /// A task that was dropped before it returned.
    Cancelled,
}

impl Outcome {
    /// The name in the JSON line.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::ClientDisconnected => "client_disconnected",
            Outcome::Panicked => "panicked",
            Outcome::BodyFailed => "body_failed",
            Outcome::OpenAtShutdown => "open_at_shutdown",
            Outcome::Cancelled => "cancelled",
        }
    }
}
