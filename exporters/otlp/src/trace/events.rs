//! What is told of a request at its own span: its error, its loops of queries, and calls that have no spans of their own.

use std::time::Duration;

use tachograph_core::{Call, CallGroup, CallKind, Callsite, Operation, Statement, micros};

use super::call::{place, query};
use super::span::{Trace, nanos};
use crate::attributes::Attributes;
use crate::frame::Frame;
use crate::protobuf;

/// The field of `Span` that events are.
const EVENTS: u32 = 11;

/// So many times the same statement from the same place is a query in a loop.
const MANY_REPEATS: u32 = 5;

/// Appends the events of the record, in the order of `Span`.
pub(super) fn of(trace: &Trace<'_>, span: &mut Frame<'_>) {
    let record = trace.record;
    if let Some(error) = record.error() {
        event(trace, trace.duration(), "exception", span, |attributes| {
            attributes.text("exception.type", error.type_name());
            attributes.text("exception.message", error.message());
            if !error.chain().is_empty() {
                attributes.joined("tachograph.error_chain", error.chain(), ": ");
            }
        });
    }
    if record.database().count() >= MANY_REPEATS {
        loops(trace, span);
    }
    for group in record.calls_grouped() {
        event(trace, trace.duration(), "tachograph.calls", span, |attributes| calls(group, attributes));
    }
}

/// Queries in a loop: N+1, where the first of them is another.
fn loops(trace: &Trace<'_>, span: &mut Frame<'_>) {
    let (calls, groups) = (trace.record.calls(), trace.record.calls_grouped());
    for (at, call) in calls.iter().enumerate() {
        let mut found = Loop::of(call.operation(), call.callsite());
        // Each is told of at its first call.
        if !found.is_query() || calls[..at].iter().any(|earlier| found.takes(earlier.operation(), earlier.callsite())) {
            continue;
        }
        calls[at..].iter().for_each(|call| found.add_call(call));
        groups.iter().for_each(|group| found.add_group(group, trace));
        found.tell(trace, span);
    }
    for group in groups {
        let mut found = Loop::of(group.operation(), group.callsite());
        if found.is_query() && !calls.iter().any(|call| found.takes(call.operation(), call.callsite())) {
            found.add_group(group, trace);
            found.tell(trace, span);
        }
    }
}

/// What one statement from one place added up to.
struct Loop<'r> {
    operation: &'r Operation,
    callsite: Option<Callsite>,
    count: u32,
    total: Duration,
    slowest: Duration,
    /// When the last of them ended, in nanoseconds since the record began.
    ended: u64,
}

impl<'r> Loop<'r> {
    fn of(operation: &'r Operation, callsite: Option<Callsite>) -> Self {
        Loop { operation, callsite, count: 0, total: Duration::ZERO, slowest: Duration::ZERO, ended: 0 }
    }

    fn is_query(&self) -> bool {
        self.operation.kind() == CallKind::Database && !self.operation.is_transaction_control()
    }

    /// Threads keep operations of their own, so that two that are the same can be in two places.
    fn takes(&self, operation: &Operation, callsite: Option<Callsite>) -> bool {
        let hash = |operation: &Operation| operation.statement().map(Statement::hash);
        std::ptr::eq(self.operation, operation) && self.callsite == callsite
            || hash(self.operation) == hash(operation) && self.callsite == callsite && self.operation == operation
    }

    fn add_call(&mut self, call: &Call) {
        if self.takes(call.operation(), call.callsite()) {
            self.add(1, call.duration(), call.duration(), nanos(call.end()));
        }
    }

    fn add_group(&mut self, group: &CallGroup, trace: &Trace<'_>) {
        if self.takes(group.operation(), group.callsite()) {
            self.add(group.count(), group.total(), group.slowest(), trace.duration());
        }
    }

    fn add(&mut self, count: u32, total: Duration, slowest: Duration, ended: u64) {
        self.count = self.count.saturating_add(count);
        self.total = self.total.saturating_add(total);
        self.slowest = self.slowest.max(slowest);
        self.ended = self.ended.max(ended);
    }

    fn tell(&self, trace: &Trace<'_>, span: &mut Frame<'_>) {
        if self.count < MANY_REPEATS {
            return;
        }
        event(trace, self.ended, "tachograph.query_loop", span, |attributes| {
            query(self.operation, attributes);
            if let Some(callsite) = self.callsite {
                place(callsite, attributes);
            }
            attributes.integer("tachograph.count", self.count);
            attributes.millis("tachograph.total_ms", micros(self.total));
            attributes.millis("tachograph.slowest_ms", micros(self.slowest));
        });
    }
}

/// What is known of calls that have no spans, under the names of the JSON line of such calls.
fn calls(group: &CallGroup, attributes: &mut Attributes<'_, '_>) {
    let operation = group.operation();
    attributes.word("tachograph.kind", operation.kind().as_str());
    attributes.text_if_known("tachograph.target", operation.target());
    attributes.text_if_known("tachograph.summary", operation.summary());
    attributes.text_if_any("db.query.text", operation.statement().map(Statement::text));
    if let Some(callsite) = group.callsite() {
        place(callsite, attributes);
    }
    attributes.integer("tachograph.count", group.count());
    attributes.integer("tachograph.errors", group.errors());
    attributes.text_if_any("error.type", group.error_type());
    attributes.millis("tachograph.total_ms", micros(group.total()));
    attributes.millis("tachograph.slowest_ms", micros(group.slowest()));
}

/// Appends an event that occurred so many nanoseconds after the record began.
fn event(trace: &Trace<'_>, at: u64, name: &str, span: &mut Frame<'_>, write: impl FnOnce(&mut Attributes<'_, '_>)) {
    span.message(EVENTS, |event| {
        protobuf::fixed64(1, trace.unix_nanos(at), event.out);
        protobuf::bytes(2, name.as_bytes(), event.out);
        let mut attributes = Attributes::new(event, 3);
        write(&mut attributes);
        attributes.end(4);
    });
}
