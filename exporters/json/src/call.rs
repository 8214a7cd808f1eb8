//! The lines of a request's calls, one for each thing that was asked from each place.

use tachograph_core::{CallGroup, Level, Record, micros, write_millis};

use crate::beside::Weight;
use crate::line::{Line, key};
use crate::number;
use crate::request::origin;
use crate::service::ServiceMembers;
use crate::settings::Calls;

/// Whether the calls of this request get lines.
pub(crate) fn are_shown(calls: Calls, record: &Record) -> bool {
    match calls {
        Calls::None => false,
        Calls::All => true,
        Calls::Flagged => record.is_flagged(),
    }
}

/// Who says it.
pub(crate) const LOGGER: &str = "tachograph.call";

/// How loud the line of these calls is.
pub(crate) fn level(calls: &CallGroup) -> Level {
    if calls.errors() == 0 { Level::Info } else { Level::Warning }
}

/// Appends the line of these calls; true where something was left out for want of room.
pub(crate) fn call_line(
    record: &Record,
    calls: &CallGroup,
    service: &ServiceMembers,
    weight: Weight,
    out: &mut Vec<u8>,
) -> bool {
    let mut line = Line::object(out, record.ended());
    line.raw(match level(calls) {
        Level::Info => ",\"level\":\"info\",\"logger\":\"tachograph.call\",\"message\":\"",
        _ => ",\"level\":\"warning\",\"logger\":\"tachograph.call\",\"message\":\"",
    });
    message(calls, &mut line);
    line.raw("\",\"event\":\"call\"");
    line.raw(service.as_str());
    let mut line = origin(record, line);
    members(calls, &mut line);
    line.weight(weight);
    service.end(line, record.ended())
}

fn members(calls: &CallGroup, line: &mut Line<'_>) {
    let operation = calls.operation();
    line.text(key!("kind"), operation.kind().as_str());
    line.text(key!("target"), operation.target());
    line.text_if_any(key!("summary"), Some(operation.summary()).filter(|summary| !summary.is_empty()));
    line.text_if_any(key!("statement"), operation.statement().map(|statement| statement.text()));
    if let Some(callsite) = calls.callsite() {
        line.raw(key!("callsite"));
        line.raw("\"");
        line.escaped(callsite.file());
        line.raw(":");
        number::integer(callsite.line(), line.out);
        line.raw("\"");
    }
    line.integer(key!("count"), calls.count());
    line.integer(key!("errors"), calls.errors());
    line.text_if_any(key!("error_type"), calls.error_type());
    line.millis(key!("total_ms"), micros(calls.total()));
    line.millis(key!("slowest_ms"), micros(calls.slowest()));
}

/// For those who read: `SELECT experiments 12 times 34.5 ms`.
fn message(calls: &CallGroup, line: &mut Line<'_>) {
    let operation = calls.operation();
    match operation.summary() {
        "" => line.raw(operation.kind().as_str()),
        summary => line.escaped(summary),
    }
    line.raw(" ");
    number::integer(calls.count(), line.out);
    line.raw(if calls.count() == 1 { " time " } else { " times " });
    write_millis(micros(calls.total()), line.out);
    line.raw(" ms");
}
