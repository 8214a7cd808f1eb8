//! One request, as it is added.

use crate::shares::Shares;

/// What stands for more is no sample of anything, and would leave nothing to see of all others.
const MOST_WEIGHT: f64 = 1e12;

/// Whether something can stand for so many.
#[inline]
pub(crate) fn is_weight(weight: f64) -> bool {
    weight > 0.0 && weight <= MOST_WEIGHT
}

/// A request or task that has ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// How many it stands for; 1 where all are there. What is not above 0, or is above 10^12, is not counted.
    pub weight: f64,
    /// The status; none where there was no answer.
    pub status: Option<u16>,
    /// It is an error: answered 5xx, panicked, or its body broke off.
    pub is_error: bool,
    /// An upgrade or event stream: it is counted, and in no latency.
    pub is_streaming: bool,
    /// Microseconds.
    pub duration: u64,
    /// What the duration consists of.
    pub shares: Shares,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// Queries.
    pub queries: u32,
    /// Queries that failed.
    pub query_errors: u32,
    /// Rows that queries brought.
    pub rows: u64,
    /// Calls to other services.
    pub external_calls: u32,
    /// Keys that caches had.
    pub cache_hits: u32,
    /// Keys that caches had not.
    pub cache_misses: u32,
}
