//! Where a request waited for nothing that is known.

use super::intervals::Intervals;
use crate::record::Record;
use crate::span::Span;

/// The application's span in which most of the waiting was, as far as that can be told: the one with the most time in which
/// neither a call nor a span inside of it was open.
pub(crate) fn span_that_waited(record: &Record) -> Option<&Span> {
    let ended = |span: &Span| span.end.unwrap_or(record.duration).max(span.start);
    let alone = |(at, span): (usize, &Span)| {
        let mut occupied = Intervals::default();
        record.calls().iter().for_each(|call| occupied.add(call.start, call.end));
        let inside = record.spans().iter().filter(|other| other.parent == Some(at as u32));
        inside.for_each(|other| occupied.add(other.start, ended(other)));
        occupied.gaps(span.start, ended(span))
    };
    let spans = record.spans().iter().enumerate().map(|span| (alone(span), span.1));
    // The first of several that are alike.
    spans.rev().max_by_key(|(alone, _)| *alone).filter(|(alone, _)| *alone > 0).map(|(_, span)| span)
}
