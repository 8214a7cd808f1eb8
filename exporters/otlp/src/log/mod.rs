//! Records of the log: the application's own lines, the wide line of each request, and what was found about it.

use std::time::SystemTime;

use tachograph_core::{FieldValue, Finding, Identity, Level, LogEvent, Member, Phrase, Record, WideLine, write_millis};

use crate::attributes::Attributes;
use crate::frame::Frame;
use crate::protobuf;
use crate::settings::Limits;
use crate::trace::unix_nanos;

/// The field of `ScopeLogs` that records are.
const LOG_RECORDS: u32 = 2;

/// The fields of `LogRecord`.
const TIME: u32 = 1;
const SEVERITY_NUMBER: u32 = 2;
const SEVERITY_TEXT: u32 = 3;
const BODY: u32 = 5;
const ATTRIBUTES: u32 = 6;
const DROPPED_ATTRIBUTES: u32 = 7;
const FLAGS: u32 = 8;
const TRACE_ID: u32 = 9;
const SPAN_ID: u32 = 10;
const OBSERVED_TIME: u32 = 11;
const EVENT_NAME: u32 = 12;

/// `AnyValue.string_value`.
const STRING: u32 = 1;

/// Appends a line of the application's log, as a field of a `ScopeLogs`; true where something was left out for want of
/// room. `user_id`: whose request it was logged in.
pub(crate) fn event(event: &LogEvent<'_>, user_id: Option<&str>, limits: &Limits, out: &mut Vec<u8>) -> bool {
    let identity = event.recording.map(|recording| recording.identity());
    let mut frame = Frame::of_item(limits, out);
    frame.message(LOG_RECORDS, |record| {
        head(event.time, event.level, record);
        record.message(BODY, |body| body.text_even_if_empty(STRING, event.message));
        let mut attributes = Attributes::new(record, ATTRIBUTES, limits.attributes);
        attributes.text("logger", event.target);
        if let Some(identity) = identity {
            request_id(identity, &mut attributes);
        }
        attributes.text_if_any("user_id", user_id);
        for (name, value) in event.distinct_fields(user_id.is_some()) {
            attributes.field("", &name, value);
        }
        attributes.end(DROPPED_ATTRIBUTES);
        tail(identity, event.time, record);
    });
    frame.is_cut()
}

/// Appends the wide line of a request or a task; true where something was left out for want of room.
pub(crate) fn wide_line(record: &Record, limits: &Limits, out: &mut Vec<u8>) -> bool {
    let about = About { record, level: record.level(), logger: record.logger(), event: record.kind().as_str() };
    let message = |text: &mut Frame<'_>| record.each_phrase(|phrase| say(phrase, text));
    about.line(limits, out, message, |attributes| record.each_member(attributes))
}

/// Appends the line of something that was found about a request or a task; true where something was left out for want of
/// room.
pub(crate) fn finding(record: &Record, finding: &Finding, limits: &Limits, out: &mut Vec<u8>) -> bool {
    let about = About { record, level: record.level_of(finding), logger: "tachograph.finding", event: "finding" };
    let message = |text: &mut Frame<'_>| finding.each_phrase(|phrase| say(phrase, text));
    about.line(limits, out, message, |attributes| {
        record.each_member_of_origin(attributes);
        match record.task_name() {
            Some(name) => attributes.text("name", name),
            None => {
                attributes.text("method", record.method());
                attributes.text_if_any("route", record.route());
            }
        }
        finding.each_member(attributes);
    })
}

/// A line about a record, and what stands at its head.
struct About<'r> {
    record: &'r Record,
    level: Level,
    logger: &'static str,
    event: &'static str,
}

impl About<'_> {
    #[inline]
    fn line(
        &self,
        limits: &Limits,
        out: &mut Vec<u8>,
        message: impl FnOnce(&mut Frame<'_>),
        members: impl FnOnce(&mut Attributes<'_, '_>),
    ) -> bool {
        let mut frame = Frame::of_item(limits, out);
        frame.message(LOG_RECORDS, |line| {
            head(self.record.ended(), self.level, line);
            line.message(BODY, |body| body.message(STRING, message));
            let mut attributes = Attributes::new(line, ATTRIBUTES, limits.attributes);
            attributes.word("logger", self.logger);
            attributes.word("event", self.event);
            members(&mut attributes);
            attributes.end(DROPPED_ATTRIBUTES);
            tail(Some(self.record.identity()), self.record.ended(), line);
            protobuf::bytes(EVENT_NAME, self.logger.as_bytes(), line.out);
        });
        frame.is_cut()
    }
}

fn head(time: SystemTime, level: Level, record: &mut Frame<'_>) {
    protobuf::fixed64(TIME, unix_nanos(time), record.out);
    protobuf::number(SEVERITY_NUMBER, severity_number(level), record.out);
    protobuf::bytes(SEVERITY_TEXT, level.as_str().as_bytes(), record.out);
}

/// The first of the four numbers that the data model has for each.
fn severity_number(level: Level) -> u32 {
    match level {
        Level::Debug => 5,
        Level::Info => 9,
        Level::Warning => 13,
        Level::Error => 17,
        Level::Critical => 21,
    }
}

/// The trace that it belongs to; it was observed when it was made.
fn tail(identity: Option<&Identity>, time: SystemTime, record: &mut Frame<'_>) {
    if let Some(identity) = identity {
        let sampled = u32::from(identity.decision().sampled);
        let random_trace_id = u32::from(identity.trace().random_trace_id) << 1;
        protobuf::fixed32(FLAGS, sampled | random_trace_id, record.out);
        protobuf::bytes(TRACE_ID, &identity.trace_id().get().to_be_bytes(), record.out);
        protobuf::bytes(SPAN_ID, &identity.span_id().get().to_be_bytes(), record.out);
    }
    protobuf::fixed64(OBSERVED_TIME, unix_nanos(time), record.out);
}

fn request_id(identity: &Identity, attributes: &mut Attributes<'_, '_>) {
    attributes.word("request_id", identity.request_id().encode(&mut [0; 36]));
}

fn say(phrase: Phrase<'_>, text: &mut Frame<'_>) {
    match phrase {
        Phrase::Ours(words) => text.out.extend_from_slice(words.as_bytes()),
        Phrase::Theirs(words) => text.words(words),
        Phrase::Integer(number) => text.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        Phrase::Millis(micros) => write_millis(micros, text.out),
    }
}

impl WideLine for Attributes<'_, '_> {
    /// The other ids are no attributes of a log record: it has fields for them.
    #[inline(always)]
    fn identity(&mut self, identity: &Identity) {
        request_id(identity, self);
    }

    #[inline(always)]
    fn text(&mut self, member: Member, text: &str) {
        Attributes::text(self, member.name(), text);
    }

    #[inline(always)]
    fn word(&mut self, member: Member, word: &'static str) {
        Attributes::word(self, member.name(), word);
    }

    fn chain(&mut self, member: Member, texts: &[String]) {
        self.joined(member.name(), texts, ": ");
    }

    #[inline(always)]
    fn integer(&mut self, member: Member, number: u64) {
        self.count(member.name(), number);
    }

    #[inline(always)]
    fn millis(&mut self, member: Member, micros: u64) {
        Attributes::millis(self, member.name(), micros);
    }

    #[inline(always)]
    fn boolean(&mut self, member: Member, value: bool) {
        Attributes::boolean(self, member.name(), value);
    }

    #[inline(always)]
    fn field(&mut self, name: &str, value: &FieldValue) {
        Attributes::field(self, "", name, value);
    }

    fn metadata<'t>(&mut self, entries: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {
        if entries.len() > 0 {
            self.list("metadata", entries);
        }
    }
}

#[cfg(test)]
mod tests;
