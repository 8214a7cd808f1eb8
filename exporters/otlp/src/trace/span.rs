//! What all spans have in common.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tachograph_core::{Record, RecordKind, SpanId};

use crate::attributes::Attributes;
use crate::frame::Frame;
use crate::protobuf;

/// The field of `ScopeSpans` that spans are.
const SPANS: u32 = 2;

/// The fields of `Span`, beside the ids.
const TRACE_STATE: u32 = 3;
const NAME: u32 = 5;
const KIND: u32 = 6;
const START: u32 = 7;
const END: u32 = 8;
const ATTRIBUTES: u32 = 9;
const DROPPED_ATTRIBUTES: u32 = 10;
const STATUS: u32 = 15;
const FLAGS: u32 = 16;

/// `Span.SpanKind`.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Internal = 1,
    Server = 2,
    Client = 3,
}

/// Whether what a span stands for failed, and what there is to say about it.
#[derive(Clone, Copy)]
pub(super) enum Status<'a> {
    Unset,
    Error(&'a str),
}

/// W3C's flags, which are the lowest eight of a span's.
const SAMPLED: u32 = 0x01;
const RANDOM_TRACE_ID: u32 = 0x02;
/// That it is known whether the parent is another process's span, and that it is.
const KNOWS_REMOTE_PARENT: u32 = 0x100;
const REMOTE_PARENT: u32 = 0x200;

/// What the spans of one record share.
pub(super) struct Trace<'r> {
    pub(super) record: &'r Record,
    /// When the record began, in nanoseconds since 1970.
    began: u64,
    duration: u64,
    /// The first two fields of each of them: the trace's id, and the key and length of the span's.
    ids: [u8; 20],
}

/// One of them.
pub(super) struct Head<'a> {
    pub(super) span_id: SpanId,
    pub(super) parent: Option<SpanId>,
    /// In parts.
    pub(super) name: [&'a str; 3],
    pub(super) kind: Kind,
    /// In nanoseconds since the record began.
    pub(super) start: u64,
    pub(super) end: u64,
}

impl<'r> Trace<'r> {
    pub(super) fn of(record: &'r Record) -> Self {
        let mut ids = [0; 20];
        ids[..2].copy_from_slice(&[0x0a, 16]);
        ids[2..18].copy_from_slice(&record.identity().trace_id().get().to_be_bytes());
        ids[18..].copy_from_slice(&[0x12, 8]);
        Trace { record, began: unix_nanos(record.started()), duration: nanos(record.duration()), ids }
    }

    pub(super) fn duration(&self) -> u64 {
        self.duration
    }

    /// A time of the record as OTLP has it: never before its beginning, nor after its end.
    pub(super) fn unix_nanos(&self, since_began: u64) -> u64 {
        self.began.saturating_add(since_began.min(self.duration))
    }

    /// Appends a span. `rest` writes its attributes, and its events behind them.
    #[inline]
    pub(super) fn span<'s>(
        &self,
        head: &Head<'_>,
        frame: &mut Frame<'_>,
        rest: impl FnOnce(&mut Frame<'_>) -> Status<'s>,
    ) {
        let write = |span: &mut Frame<'_>| {
            self.head(head, span);
            let status = rest(span);
            if let Status::Error(message) = status {
                span.message(STATUS, |status| {
                    status.text(2, message);
                    protobuf::number(3, 2, status.out);
                });
            }
            protobuf::fixed32(FLAGS, self.flags(head), span.out);
        };
        frame.item(|frame| frame.message(SPANS, write));
    }

    fn head(&self, head: &Head<'_>, span: &mut Frame<'_>) {
        span.out.extend_from_slice(&self.ids);
        span.out.extend_from_slice(&head.span_id.get().to_be_bytes());
        if let Some(state) = &self.record.identity().trace().tracestate {
            protobuf::bytes(TRACE_STATE, state.as_bytes(), span.out);
        }
        if let Some(parent) = head.parent {
            let mut field = [0x22, 8, 0, 0, 0, 0, 0, 0, 0, 0];
            field[2..].copy_from_slice(&parent.get().to_be_bytes());
            span.out.extend_from_slice(&field);
        }
        name(head.name, span);
        protobuf::number(KIND, head.kind as u32, span.out);
        protobuf::fixed64(START, self.unix_nanos(head.start), span.out);
        protobuf::fixed64(END, self.unix_nanos(head.end.max(head.start)), span.out);
    }

    fn flags(&self, head: &Head<'_>) -> u32 {
        let identity = self.record.identity();
        let is_request = head.span_id == identity.span_id() && self.record.kind() == RecordKind::Request;
        let parent = match head.parent {
            // The application keeps spans of its own: its caller's, or one of these.
            Some(_) if is_request && self.record.spans_elsewhere() => 0,
            Some(_) if is_request => KNOWS_REMOTE_PARENT | REMOTE_PARENT,
            _ => KNOWS_REMOTE_PARENT,
        };
        // What is sent was sampled, be it only at its end.
        SAMPLED | parent | if identity.trace().random_trace_id { RANDOM_TRACE_ID } else { 0 }
    }

    /// The span under which something hangs that was done inside this one of the application's. One that ended earlier
    /// cannot show it; then it is the next around that did not.
    pub(super) fn around(&self, mut span: Option<usize>, start: u64, end: u64) -> SpanId {
        let record = self.record;
        while let Some((at, parent)) = span.and_then(|at| Some((at, record.spans().get(at)?))) {
            if nanos(parent.start()) <= start && end <= parent.end().map_or(self.duration, nanos) {
                return record.span_span_id(at);
            }
            span = parent.parent().filter(|further| *further < at);
        }
        record.identity().span_id()
    }
}

/// Appends one of the application's own spans.
pub(super) fn application(trace: &Trace<'_>, at: usize, frame: &mut Frame<'_>) {
    let span = &trace.record.spans()[at];
    let start = nanos(span.start());
    let end = span.end().map_or(trace.duration, nanos);
    let head = Head {
        span_id: trace.record.span_span_id(at),
        parent: Some(trace.around(span.parent().filter(|parent| *parent < at), start, end)),
        name: [if span.name().is_empty() { "span" } else { span.name() }, "", ""],
        kind: Kind::Internal,
        start,
        end,
    };
    trace.span(&head, frame, |_| Status::Unset);
}

/// Appends the attributes of a span.
#[inline]
pub(super) fn attributes<R>(span: &mut Frame<'_>, write: impl FnOnce(&mut Attributes<'_, '_>) -> R) -> R {
    let most = span.limits.attributes;
    let mut attributes = Attributes::new(span, ATTRIBUTES, most);
    let result = write(&mut attributes);
    attributes.end(DROPPED_ATTRIBUTES);
    result
}

fn name(parts: [&str; 3], span: &mut Frame<'_>) {
    let length = parts.iter().map(|part| part.len()).sum();
    if length > span.room() {
        return span.text(NAME, &parts.concat());
    }
    protobuf::head(NAME, length, span.out);
    parts.iter().for_each(|part| span.out.extend_from_slice(part.as_bytes()));
}

/// Nanoseconds, held at what 64 bits can say.
pub(crate) fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

/// Nanoseconds since 1970; zero before.
pub(crate) fn unix_nanos(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, nanos)
}
