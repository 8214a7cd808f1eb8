//! The wide line: one request, or one task, with all that is known of it.

use tachograph_core::{FieldValue, Identity, Member, Record, RecordKind, WideLine};

use crate::beside::{Beside, Weight};
use crate::line::{Line, key};
use crate::service::ServiceMembers;

/// Appends the line of `record`; true where something was left out for want of room.
pub(crate) fn request_line(record: &Record, service: &ServiceMembers, beside: impl Beside, out: &mut Vec<u8>) -> bool {
    let mut line = Line::object(out, record.ended());
    line.raw(",\"level\":\"");
    line.raw(record.level().as_str());
    line.raw("\",\"logger\":\"");
    line.raw(record.logger());
    line.raw("\",\"message\":\"");
    record.each_phrase(|phrase| line.phrase(phrase));
    line.raw(match record.kind() {
        RecordKind::Request => "\",\"event\":\"request\"",
        RecordKind::Task => "\",\"event\":\"task\"",
    });
    line.raw(service.as_str());
    let mut wide = Wide { line, beside };
    record.each_member(&mut wide);
    let Wide { mut line, mut beside } = wide;
    if beside.metrics(&mut line) { line.end_object() } else { service.end(line, record.ended()) }
}

/// Writes whose request a line of another kind belongs to.
pub(crate) fn origin<'a>(record: &Record, line: Line<'a>) -> Line<'a> {
    let mut wide = Wide { line, beside: Weight(None) };
    record.each_member_of_origin(&mut wide);
    let mut line = wide.line;
    match record.task_name() {
        Some(name) => line.text(key!("name"), name),
        None => {
            line.text(key!("method"), record.method());
            line.text_if_any(key!("route"), record.route());
        }
    }
    line
}

/// A line that takes what records tell of themselves.
pub(crate) struct Wide<'a, B> {
    pub(crate) line: Line<'a>,
    pub(crate) beside: B,
}

impl<B: Beside> WideLine for Wide<'_, B> {
    #[inline(always)]
    fn identity(&mut self, identity: &Identity) {
        self.line.identity(identity);
    }

    #[inline(always)]
    fn text(&mut self, member: Member, text: &str) {
        self.beside.text(&mut self.line, member.name(), member.json_key(), text);
    }

    #[inline(always)]
    fn word(&mut self, member: Member, word: &'static str) {
        self.line.word(member.json_key(), word);
    }

    fn chain(&mut self, member: Member, texts: &[String]) {
        self.line.raw(member.json_key());
        self.line.raw("\"");
        for (place, text) in texts.iter().enumerate() {
            self.line.raw(if place == 0 { "" } else { ": " });
            self.line.escaped(text);
        }
        self.line.raw("\"");
    }

    #[inline(always)]
    fn integer(&mut self, member: Member, number: u64) {
        self.line.integer(member.json_key(), number);
    }

    #[inline(always)]
    fn millis(&mut self, member: Member, micros: u64) {
        self.line.millis(member.json_key(), micros);
    }

    #[inline(always)]
    fn boolean(&mut self, member: Member, value: bool) {
        self.line.boolean(member.json_key(), value);
    }

    #[inline(always)]
    fn behind_own(&mut self) {
        self.beside.behind_own(&mut self.line);
    }

    #[inline(always)]
    fn field(&mut self, name: &str, value: &FieldValue) {
        self.line.field(&self.beside.field(name), value);
    }

    #[inline(always)]
    fn metadata<'t>(&mut self, entries: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {
        self.line.metadata(entries);
    }
}
