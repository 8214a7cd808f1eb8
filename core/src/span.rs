//! The application's own spans, as named parts of a request.

use std::borrow::Cow;
use std::time::Duration;

/// A span that the application opened inside a request (`#[instrument]`).
#[derive(Debug, Clone)]
pub struct Span {
    pub(crate) name: Cow<'static, str>,
    pub(crate) parent: Option<u32>,
    pub(crate) start: u64,
    pub(crate) end: Option<u64>,
}

impl Span {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The span around it, as its place in [`Record::spans`](crate::Record::spans).
    pub fn parent(&self) -> Option<usize> {
        self.parent.map(|parent| parent as usize)
    }

    /// From the beginning of the request to the beginning of the span.
    pub fn start(&self) -> Duration {
        Duration::from_nanos(self.start)
    }

    /// From the beginning of the request to the end of the span; none where it was open when the request ended.
    pub fn end(&self) -> Option<Duration> {
        self.end.map(Duration::from_nanos)
    }
}
