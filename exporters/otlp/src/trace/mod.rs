//! The trace of a record: its own span, one for each of its calls, and the application's.

mod asked;
mod call;
mod events;
mod finding;
mod request;
mod span;

use tachograph_core::Record;

use crate::frame::Frame;
use crate::settings::Limits;
use span::Trace;
pub(crate) use span::unix_nanos;

/// Of a frame's room, what is kept for the request's own span, which is written last.
const OWN_SPAN_BYTES: usize = 300_000;

/// Appends the spans of `record`, as fields of a `ScopeSpans`. How many they are, and whether something was left out for
/// want of room.
pub(crate) fn spans(record: &Record, limits: &Limits, out: &mut Vec<u8>) -> (u32, bool) {
    let mut frame = Frame::new(limits, out);
    let trace = Trace::of(record);
    let mut dropped = 0;
    frame.keep(OWN_SPAN_BYTES);
    let spans = if record.spans_elsewhere() { 0 } else { record.spans().len() };
    let parts = (0..spans).map(Part::Span).chain((0..record.calls().len()).map(Part::Call));
    for part in parts {
        match part {
            _ if frame.room() == 0 => dropped += 1,
            Part::Span(at) => span::application(&trace, at, &mut frame),
            Part::Call(at) => call::span(&trace, at, &mut frame),
        }
    }
    frame.give_back(OWN_SPAN_BYTES);
    request::span(&trace, dropped, &mut frame);
    let written = spans + record.calls().len() + 1 - dropped;
    (written as u32, dropped > 0 || frame.is_cut())
}

/// What has a span, beside the request itself: by its place in the record.
enum Part {
    Span(usize),
    Call(usize),
}

#[cfg(test)]
mod tests;
