//! What all documents of one record share: its trace, its times, and what hangs under what.

use std::time::{Duration, UNIX_EPOCH};

use tachograph_core::{Record, SpanId};

use super::tree::Tree;

/// One record while its documents are written.
pub(super) struct Trace<'r> {
    pub(super) record: &'r Record,
    /// Whether it has not ended yet.
    pub(super) is_underway: bool,
    /// How many of the application's own spans are shown: none where somebody else shows them.
    pub(super) spans: usize,
    tree: Tree,
    id: [u8; 35],
    /// When the record began, in nanoseconds since 1970.
    began: u64,
    duration: u64,
}

/// What is a subsegment: by its place in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Span(usize),
    Call(usize),
}

impl<'r> Trace<'r> {
    pub(super) fn of(record: &'r Record, is_underway: bool) -> Self {
        let mut id = [0; 35];
        record.identity().trace_id().write_xray(&mut id);
        let mut trace = Trace {
            record,
            is_underway,
            spans: if record.spans().is_empty() || record.spans_elsewhere() { 0 } else { record.spans().len() },
            tree: Tree::default(),
            id,
            began: record.started().duration_since(UNIX_EPOCH).map_or(0, nanos),
            duration: nanos(record.duration()),
        };
        if trace.spans > 0 {
            trace.tree = Tree::of(trace.spans, trace.parts(), |part| trace.span_around(part));
        }
        trace
    }

    /// As X-Ray spells it.
    pub(super) fn id(&self) -> &str {
        std::str::from_utf8(&self.id).unwrap_or_default()
    }

    pub(super) fn parts(&self) -> usize {
        self.spans + self.record.calls().len()
    }

    fn part(&self, place: usize) -> Part {
        if place < self.spans { Part::Span(place) } else { Part::Call(place - self.spans) }
    }

    fn place(&self, part: Part) -> usize {
        match part {
            Part::Span(at) => at,
            Part::Call(at) => self.spans + at,
        }
    }

    /// What hangs directly under this part, or under the record itself.
    pub(super) fn children(&self, of: Option<Part>) -> impl Iterator<Item = Part> {
        let linked = self.spans > 0;
        let first = match of {
            Some(Part::Call(_)) => None,
            of if linked => self.tree.first(of.map(|part| self.place(part))),
            Some(_) => None,
            None => (self.parts() > 0).then_some(0),
        };
        let next = move |place: &usize| {
            if linked { self.tree.next(*place) } else { Some(place + 1).filter(|next| *next < self.parts()) }
        };
        std::iter::successors(first, next).map(|place| self.part(place))
    }

    pub(super) fn span_id(&self, part: Part) -> SpanId {
        match part {
            Part::Span(at) => self.record.span_span_id(at),
            Part::Call(at) => self.record.call_span_id(at),
        }
    }

    /// What a part hangs under that is sent alone.
    pub(super) fn parent(&self, part: Part) -> SpanId {
        match self.span_around(self.place(part)) {
            Some(span) => self.record.span_span_id(span),
            None => self.record.identity().span_id(),
        }
    }

    /// The span that a part was begun in. One that ended earlier cannot show it; then it is the next around that did not.
    fn span_around(&self, place: usize) -> Option<usize> {
        let spans = &self.record.spans()[..self.spans];
        let part = self.part(place);
        let (start, end) = self.nanos_of(part);
        let end = end.unwrap_or(self.duration);
        let mut around = match part {
            Part::Span(at) => spans[at].parent().filter(|parent| *parent < at),
            Part::Call(at) => self.record.calls()[at].span(),
        };
        while let Some(at) = around.filter(|at| *at < spans.len()) {
            let (begun, ended) = self.nanos_of(Part::Span(at));
            if begun <= start && end <= ended.unwrap_or(self.duration) {
                return Some(at);
            }
            around = spans[at].parent().filter(|further| *further < at);
        }
        None
    }

    fn nanos_of(&self, part: Part) -> (u64, Option<u64>) {
        let record = self.record;
        let (start, end) = match part {
            Part::Span(at) => (record.spans()[at].start(), record.spans()[at].end()),
            Part::Call(at) => (record.calls()[at].start(), Some(record.calls()[at].end())),
        };
        let start = nanos(start).min(self.duration);
        (start, end.map(|end| nanos(end).clamp(start, self.duration)))
    }

    /// When a part began and ended, in microseconds since 1970. None: it is not over yet. Never outside of what it hangs under,
    /// for all times are rounded down alike.
    pub(super) fn times(&self, part: Option<Part>) -> (u64, Option<u64>) {
        let (start, end) = match part {
            Some(part) => self.nanos_of(part),
            None => (0, None),
        };
        let micros = |since_began: u64| self.began.saturating_add(since_began) / 1_000;
        let end = end.or((!self.is_underway).then_some(self.duration));
        (micros(start), end.map(micros))
    }
}

fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}
