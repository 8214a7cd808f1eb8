//! The text format: a few words a line, for `PARSE` of CloudWatch Logs Insights and for terminals.

use std::time::SystemTime;

use tachograph_core::{FieldValue, Level, Record, RecordKind, iso_8601, micros};

use crate::escape;
use crate::event::Said;
use crate::line::Line;
use crate::number;

/// The logger of the lines that are about requests.
const PROFILER: &str = "profiler";

/// Appends what stands before a line whose time a sink has to know.
pub(crate) fn stamp(time: SystemTime, out: &mut Vec<u8>) {
    out.extend_from_slice(&iso_8601(time));
    out.push(b' ');
}

/// Appends `[profiler] GET /experiments/{id} 12.34 200`; true where something was left out for want of room.
pub(crate) fn request_line(record: &Record, out: &mut Vec<u8>) -> bool {
    let mut line = Line::new(out);
    line.raw("[profiler] ");
    match record.kind() {
        RecordKind::Request => line.bounded(record.method(), escape::word),
        RecordKind::Task => line.raw("TASK"),
    }
    line.raw(" ");
    line.bounded(record.route().unwrap_or(record.path()), escape::word);
    line.raw(" ");
    number::millis_with_two_decimals(micros(record.duration()), line.out);
    line.raw(" ");
    match record.status_code() {
        Some(status) => number::integer(status, line.out),
        None => line.raw("-"),
    }
    line.end()
}

/// Appends `[experiments::store] warning the store is slow attempt=3 request_id=…`; true where something was left out
/// for want of room.
pub(crate) fn event_line(said: Said<'_>, out: &mut Vec<u8>) -> bool {
    let event = said.event;
    let mut line = Line::new(out);
    begin(&mut line, event.target, event.level);
    line.bounded(event.message, escape::one_line);
    for (name, value) in said.fields() {
        line.raw(" ");
        line.bounded(&name, escape::word);
        line.raw("=");
        match value {
            FieldValue::String(text) => quoted_if_needed(text, &mut line),
            FieldValue::Integer(number) => number::integer(*number, line.out),
            FieldValue::Float(number) => number::float(*number, line.out),
            FieldValue::Bool(value) => line.raw(if *value { "true" } else { "false" }),
        }
    }
    if let Some(recording) = event.recording {
        line.raw(" request_id=");
        recording.identity().request_id().write_to(line.out);
    }
    line.end()
}

/// Appends a line of our own.
pub(crate) fn notice_line(logger: &str, message: &str, out: &mut Vec<u8>) {
    let mut line = Line::new(out);
    begin(&mut line, logger, Level::Warning);
    line.raw(message);
    line.end();
}

/// A module of the application that is called as our own lines are gets an underscore, so that nobody takes the one for
/// the other.
fn begin(line: &mut Line<'_>, logger: &str, level: Level) {
    line.raw("[");
    line.bounded(logger, escape::word);
    line.raw(if logger == PROFILER { "_] " } else { "] " });
    line.raw(level.as_str());
    line.raw(" ");
}

fn quoted_if_needed(text: &str, line: &mut Line<'_>) {
    let one_word = !text.is_empty()
        && !text.contains(|character: char| {
            character.is_whitespace() || character.is_control() || matches!(character, '"' | '\\' | '=')
        });
    if one_word {
        line.bounded(text, escape::one_line);
    } else {
        line.raw("\"");
        line.escaped(text);
        line.raw("\"");
    }
}
