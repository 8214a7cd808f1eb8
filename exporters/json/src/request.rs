//! The wide line: one request, or one task, with all that is known of it.

use tachograph_core::{FieldValue, Identity, Member, Phrase, Record, RecordKind, WideLine, write_millis};

use crate::line::Line;
use crate::number;
use crate::service::ServiceMembers;

/// Appends the line of `record`; true where something was left out for want of room.
pub(crate) fn request_line(record: &Record, service: &ServiceMembers, out: &mut Vec<u8>) -> bool {
    let mut line = Line::object(out, record.ended());
    line.raw(",\"level\":\"");
    line.raw(record.level().as_str());
    line.raw("\",\"logger\":\"");
    line.raw(record.logger());
    line.raw("\",\"message\":\"");
    record.each_phrase(|phrase| match phrase {
        Phrase::Ours(words) => line.raw(words),
        Phrase::Theirs(words) => line.escaped(words),
        Phrase::Integer(number) => number::integer(number, line.out),
        Phrase::Millis(micros) => write_millis(micros, line.out),
    });
    line.raw(match record.kind() {
        RecordKind::Request => "\",\"event\":\"request\"",
        RecordKind::Task => "\",\"event\":\"task\"",
    });
    line.raw(service.as_str());
    record.each_member(&mut line);
    line.end_object()
}

impl WideLine for Line<'_> {
    #[inline(always)]
    fn identity(&mut self, identity: &Identity) {
        Line::identity(self, identity);
    }

    #[inline(always)]
    fn text(&mut self, member: Member, text: &str) {
        Line::text(self, member.json_key(), text);
    }

    #[inline(always)]
    fn word(&mut self, member: Member, word: &'static str) {
        self.raw(member.json_key());
        self.raw("\"");
        self.raw(word);
        self.raw("\"");
    }

    fn chain(&mut self, member: Member, texts: &[String]) {
        self.raw(member.json_key());
        self.raw("\"");
        for (place, text) in texts.iter().enumerate() {
            self.raw(if place == 0 { "" } else { ": " });
            self.escaped(text);
        }
        self.raw("\"");
    }

    #[inline(always)]
    fn integer(&mut self, member: Member, number: u64) {
        Line::integer(self, member.json_key(), number);
    }

    #[inline(always)]
    fn millis(&mut self, member: Member, micros: u64) {
        Line::millis(self, member.json_key(), micros);
    }

    #[inline(always)]
    fn boolean(&mut self, member: Member, value: bool) {
        Line::boolean(self, member.json_key(), value);
    }

    #[inline(always)]
    fn field(&mut self, name: &str, value: &FieldValue) {
        Line::field(self, name, value);
    }

    #[inline(always)]
    fn metadata<'t>(&mut self, entries: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {
        Line::metadata(self, entries);
    }
}
