//! What became of the items.

/// How many items were sent and how many were dropped, and why, since the delivery was started.
///
/// An item is a line, or what was said to be one when a [frame](crate::Framing::Frames) was written. The lines that tell of
/// drops are counted like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Items that the sink accepted.
    pub written_items: u64,
    /// The bytes of what was sent, with whatever a sink that [rejected](crate::SendError::rejected) some of it had to read.
    pub written_bytes: u64,
    /// Items dropped because [`buffer_bytes`](crate::Settings::buffer_bytes) or
    /// [`buffer_items`](crate::Settings::buffer_items) were waiting already.
    pub dropped_full: u64,
    /// Items dropped because they were longer than [`max_item_bytes`](crate::Settings::max_item_bytes).
    pub dropped_too_long: u64,
    /// Items dropped because rendering them panicked.
    pub dropped_panicked: u64,
    /// Items dropped because the sink refused them for good, or still had them when the deadline of the shutdown passed.
    pub dropped_failed: u64,
    /// Items that the receiver rejected out of a batch that it accepted.
    pub dropped_rejected: u64,
    /// Items dropped because the sink had accepted nothing for as long as [`retry_limit`](crate::Settings::retry_limit).
    pub dropped_expired: u64,
    /// Items that were written after the shutdown.
    pub dropped_after_shutdown: u64,
    /// Attempts to send that failed, whether or not the items went out later.
    pub failures: u64,
}

impl Counters {
    /// All items that were dropped, for whatever reason.
    pub fn dropped(&self) -> u64 {
        self.dropped_full
            + self.dropped_too_long
            + self.dropped_panicked
            + self.dropped_failed
            + self.dropped_rejected
            + self.dropped_expired
            + self.dropped_after_shutdown
    }

    /// What was dropped after it had been taken from the buffers.
    pub(crate) fn dropped_underway(&self) -> u64 {
        self.dropped_failed + self.dropped_rejected + self.dropped_expired
    }
}
