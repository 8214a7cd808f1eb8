//! What became of the lines.

/// How many lines were sent and how many were dropped, and why, since the delivery was started.
///
/// A line is what ends in `\n`. The lines that tell of drops are counted like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Lines that the sink accepted.
    pub written_lines: u64,
    /// The bytes of these lines.
    pub written_bytes: u64,
    /// Lines dropped because [`buffer_bytes`](crate::Settings::buffer_bytes) were waiting already.
    pub dropped_full: u64,
    /// Lines dropped because they were longer than [`max_line_bytes`](crate::Settings::max_line_bytes).
    pub dropped_too_long: u64,
    /// Lines dropped because rendering them panicked.
    pub dropped_panicked: u64,
    /// Lines dropped because the sink refused them for good, or still had them when the deadline of the shutdown passed.
    pub dropped_failed: u64,
    /// Lines that were written after the shutdown.
    pub dropped_after_shutdown: u64,
    /// Attempts to send that failed, whether or not the lines went out later.
    pub failures: u64,
}

impl Counters {
    /// All lines that were dropped, for whatever reason.
    pub fn dropped(&self) -> u64 {
        self.dropped_full
            + self.dropped_too_long
            + self.dropped_panicked
            + self.dropped_failed
            + self.dropped_after_shutdown
    }
}

/// The number of lines in these bytes.
pub(crate) fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
