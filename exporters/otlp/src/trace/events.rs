//! What is told of a request at its own span: its error, what was found about it, and calls that have no spans of their own.

use tachograph_core::{CallGroup, ErrorInfo, Statement, micros};

use super::call::place;
use super::finding;
use super::span::{Trace, nanos};
use crate::attributes::Attributes;
use crate::frame::Frame;
use crate::protobuf;

/// The field of `Span` that events are, and the one that says how many there are not.
const EVENTS: u32 = 11;
const DROPPED_EVENTS: u32 = 12;

/// The events of a span while they are written.
struct Events<'a, 'r, 'o> {
    trace: &'a Trace<'r>,
    span: &'a mut Frame<'o>,
    /// How many more there may be.
    left: usize,
    dropped: u32,
}

/// Appends the events of the record, in the order of `Span`.
pub(super) fn of(trace: &Trace<'_>, span: &mut Frame<'_>) {
    let record = trace.record;
    let mut events = Events { trace, left: span.limits.events, dropped: 0, span };
    if let Some(error) = record.error() {
        events.add(trace.duration(), "exception", |attributes| exception(error, attributes));
    }
    for finding in record.findings() {
        events.add(nanos(finding.ended()), "tachograph.finding", |attributes| finding::attributes(finding, attributes));
    }
    for group in record.calls_grouped() {
        events.add(trace.duration(), "tachograph.calls", |attributes| calls(group, attributes));
    }
    protobuf::number(DROPPED_EVENTS, events.dropped, events.span.out);
}

impl Events<'_, '_, '_> {
    /// Appends one that occurred so many nanoseconds after the record began.
    fn add(&mut self, at: u64, name: &str, write: impl FnOnce(&mut Attributes<'_, '_>)) {
        if self.left == 0 || self.span.room() == 0 {
            self.dropped += 1;
            return;
        }
        self.left -= 1;
        self.span.message(EVENTS, |event| {
            protobuf::fixed64(1, self.trace.unix_nanos(at), event.out);
            protobuf::bytes(2, name.as_bytes(), event.out);
            let most = event.limits.event_attributes;
            let mut attributes = Attributes::new(event, 3, most);
            write(&mut attributes);
            attributes.end(4);
        });
    }
}

fn exception(error: &ErrorInfo, attributes: &mut Attributes<'_, '_>) {
    attributes.text("exception.type", error.type_name());
    attributes.text("exception.message", error.message());
    if !error.chain().is_empty() {
        attributes.joined("tachograph.error_chain", error.chain(), ": ");
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
