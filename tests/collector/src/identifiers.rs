//! The ids of traces and spans.

use std::fmt::Write;

use crate::check::Check;

pub(crate) const TRACE: usize = 16;
pub(crate) const SPAN: usize = 8;

/// The id in hexadecimal digits, however long it is.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An id that has to be there.
pub(crate) fn read(check: &mut Check, name: &str, id: &[u8], length: usize) -> String {
    check.require(id.len() == length, format_args!("{name} has {} bytes, not {length}", id.len()));
    check.require(id.is_empty() || id.iter().any(|byte| *byte != 0), format_args!("{name} is all zeroes"));
    hex(id)
}

/// An id that may be left out.
pub(crate) fn read_if_any(check: &mut Check, name: &str, id: &[u8], length: usize) -> Option<String> {
    (!id.is_empty()).then(|| read(check, name, id, length))
}

/// The ids of a span that something belongs to, which may belong to none.
pub(crate) fn read_span(check: &mut Check, trace_id: &[u8], span_id: &[u8]) -> Option<(String, String)> {
    let trace_id = read_if_any(check, "trace_id", trace_id, TRACE);
    let span_id = read_if_any(check, "span_id", span_id, SPAN);
    check.require(trace_id.is_some() == span_id.is_some(), "a trace and its span are named together, or none is");
    trace_id.zip(span_id)
}
