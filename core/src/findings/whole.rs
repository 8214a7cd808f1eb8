//! What is found in the numbers of the whole request.

use std::sync::Arc;
use std::time::Duration;

use super::finding::Finding;
use super::kind::FindingKind;
use super::thresholds::Thresholds;
use super::waiting::span_that_waited;
use crate::breakdown::Share;
use crate::call::{Call, CallKind, Yield};
use crate::clock::nanos;
use crate::outcome::Outcome;
use crate::record::Record;

/// A large answer that takes less harms nobody.
const UNNOTICED: Duration = Duration::from_millis(100);

pub(super) fn connection_wait(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let waited = record.breakdown().share(Share::ConnectionWait);
    if waited < thresholds.connection_wait || waited.is_zero() {
        return;
    }
    let longest = record.pool_waits.iter().max_by_key(|waits| waits.total());
    found.push(Finding {
        pool: longest.map(|waits| waits.pool()),
        count: record.connection_waits,
        limit: millis(thresholds.connection_wait),
        ..whole(FindingKind::ConnectionWait, waited, record)
    });
}

pub(super) fn cache_misses(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let (hits, misses) = (record.cache().hits(), record.cache().misses());
    if misses < thresholds.cache_misses.max(1) || misses < hits {
        return;
    }
    let missed = |call: &&Call| {
        call.kind() == CallKind::Cache
            && matches!(call.brought(), Yield::Lookups { misses: 1.., .. })
            && !call.deliberate
    };
    let mut missing = record.calls().iter().filter(missed).peekable();
    let first = missing.peek().map(|call| Arc::clone(&call.operation));
    if first.is_none() && record.calls_grouped().is_empty() {
        return;
    }
    let callsite = missing.find_map(|call| call.callsite());
    found.push(Finding {
        operation: first,
        callsite,
        count: misses,
        limit: thresholds.cache_misses.into(),
        total: nanos(record.cache().calls().total()),
        slowest: nanos(record.cache().calls().slowest()),
        ..whole(FindingKind::CacheMisses, record.breakdown().share(Share::Cache), record)
    });
}

pub(super) fn body(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let sending = record.breakdown().share(Share::Body);
    let bytes = Some(record.response_bytes());
    if record.response_bytes() > thresholds.large_response && record.duration() > UNNOTICED {
        let limit = thresholds.large_response;
        found.push(Finding { bytes, limit, ..whole(FindingKind::LargeResponse, sending, record) });
    }
    if sending >= thresholds.slow_body && !sending.is_zero() && sending * 2 >= record.duration() {
        let limit = millis(thresholds.slow_body);
        found.push(Finding { bytes, limit, ..whole(FindingKind::SlowBody, sending, record) });
    }
}

pub(super) fn blocking(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    // What reads a panic's backtrace blocks, too, and nobody's code can help it.
    if record.outcome() == Outcome::Panicked {
        return;
    }
    let longest = record.longest_poll();
    if longest >= thresholds.blocking && !longest.is_zero() {
        found.push(Finding { limit: millis(thresholds.blocking), ..whole(FindingKind::Blocking, longest, record) });
    }
}

pub(super) fn too_many_queries(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let count = record.database().count();
    if count > thresholds.max_queries {
        let cost = record.breakdown().share(Share::Database);
        found.push(Finding {
            count,
            limit: thresholds.max_queries.into(),
            total: nanos(record.database().total()),
            slowest: nanos(record.database().slowest()),
            ..whole(FindingKind::TooManyQueries, cost, record)
        });
    }
}

pub(super) fn waiting(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let waited = record.breakdown().share(Share::Waiting);
    if waited >= thresholds.waiting && !waited.is_zero() && waited * 2 >= record.duration() {
        let span = span_that_waited(record).map(|span| span.name.clone());
        let limit = millis(thresholds.waiting);
        found.push(Finding { span, limit, ..whole(FindingKind::Waiting, waited, record) });
    }
}

pub(super) fn slow_request(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    if record.duration() >= thresholds.slow_request {
        let limit = millis(thresholds.slow_request);
        found.push(Finding { limit, ..whole(FindingKind::SlowRequest, record.duration(), record) });
    }
}

fn whole(kind: FindingKind, cost: Duration, record: &Record) -> Finding {
    Finding::new(kind, nanos(cost), record.duration)
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}
