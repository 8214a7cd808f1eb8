//! How spans and log records wait, and how many are sent together.

use std::time::Duration;

/// How the items of one signal are gathered into batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// How long items wait for a batch to fill. Default 5 s for spans and 1 s for log records.
    pub schedule_delay: Duration,
    /// How many items a batch may have. Default 512.
    pub max_items: u64,
    /// How many bytes a batch may have; a longer item goes alone. Default 2 MiB.
    pub max_bytes: usize,
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
        Batches {
            schedule_delay,
            max_items: 512,
            max_bytes: 2 << 20,
            max_waiting: None,
            export_timeout: Duration::from_secs(30),
        }
    }
}

/// How much of all metrics goes into one request; there are as many as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requests {
    /// How many bytes a request may have, but for what stands around the metrics; a longer data point goes alone. Default 3
    /// MiB: collectors take 4 MiB over gRPC where nobody says otherwise.
    pub max_bytes: usize,
    /// How many data points a request may have. Default unlimited.
    pub max_data_points: usize,
}

impl Default for Requests {
    fn default() -> Self {
        Requests { max_bytes: 3 << 20, max_data_points: usize::MAX }
    }
}
