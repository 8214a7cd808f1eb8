//! Calls that took long by themselves.

use std::time::Duration;

use super::finding::Finding;
use super::groups;
use super::kind::FindingKind;
use super::thresholds::Thresholds;
use crate::call::CallKind;
use crate::clock::nanos;
use crate::record::Record;

/// Slow queries, and slow calls to other services.
pub(super) fn all(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    if record.database().slowest() >= thresholds.slow_query {
        of_kind(record, CallKind::Database, FindingKind::SlowQuery, thresholds.slow_query, found);
    }
    if record.external().slowest() >= thresholds.slow_external_call {
        of_kind(record, CallKind::External, FindingKind::SlowExternalCall, thresholds.slow_external_call, found);
    }
}

fn of_kind(record: &Record, calls: CallKind, kind: FindingKind, slow: Duration, found: &mut Vec<Finding>) {
    let least = nanos(slow);
    let limit = slow.as_millis() as u64;
    let is_slow = |call: &&crate::call::Call| call.kind() == calls && call.end - call.start >= least;
    for group in groups::of_calls(record.calls().iter().filter(is_slow)) {
        found.push(Finding { limit, ..group.finding(kind, record) });
    }
    let apart = record.calls_grouped().iter().filter(|group| group.operation().kind() == calls);
    for group in apart.filter(|group| !group.deliberate && group.slowest >= least) {
        // How many of them were slow is not known, but that one was.
        found.push(Finding {
            operation: Some(std::sync::Arc::clone(&group.operation)),
            callsite: group.callsite(),
            limit,
            ..Finding::new(kind, group.slowest, record.duration)
        });
    }
}
