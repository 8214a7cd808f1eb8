//! How spans and log records wait, and how many are sent together.

use std::time::Duration;

/// How the items of one signal are gathered into batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// How long items wait for a batch to fill. Default 5 s for spans and 1 s for log records.
    pub schedule_delay: Duration,
    /// How many items a batch may have. Default 512.
    pub max_items: u64,
    /// How many items may wait. Default unlimited, as the bytes are what is bounded: 16 MiB.
    pub max_waiting: Option<usize>,
    /// How long an export may take, if that is less than the connection's timeout. Default 30 s.
    pub export_timeout: Duration,
}

impl Batches {
    /// Those of spans.
    pub(super) fn of_spans() -> Self {
        Self::every(Duration::from_secs(5))
    }

    /// Those of log records.
    pub(super) fn of_logs() -> Self {
        Self::every(Duration::from_secs(1))
    }

    fn every(schedule_delay: Duration) -> Self {
        Batches { schedule_delay, max_items: 512, max_waiting: None, export_timeout: Duration::from_secs(30) }
    }
}
