use std::time::Duration;

/// Whole nanoseconds. They are added up as such, so that sums do not depend on the order.
pub(crate) fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(duration.subsec_nanos()))
}
