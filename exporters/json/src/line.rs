//! One line while it is written: bounded in length, and a JSON object where its members are used.

use std::time::SystemTime;

use tachograph_core::{FieldValue, Identity, Phrase, iso_8601, write_millis};

use crate::beside::Weight;
use crate::escape;
use crate::number;

/// How long a line can get, in bytes. CloudWatch Logs takes an event of 1 MiB.
const MOST_BYTES: usize = 1_000_000;

/// Of these, kept for what does not come from outside: keys, numbers, ids.
const OWN_BYTES: usize = 10_000;

/// The longest escape of one byte.
const ESCAPE_BYTES: usize = "\\u0000".len();

/// What stands at the end of a text that was cut.
const CUT: &str = "…";

/// A key of ours with all that stands around it, known when this is compiled.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(crate) use key;

/// One line, at the end of a buffer that holds others.
pub(crate) struct Line<'a> {
    pub(crate) out: &'a mut Vec<u8>,
    /// Where the text from outside has to end.
    limit: usize,
    cut: bool,
}

impl<'a> Line<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        let limit = out.len() + MOST_BYTES - OWN_BYTES;
        Line { out, limit, cut: false }
    }

    /// A JSON object, which begins with this time.
    pub(crate) fn object(out: &'a mut Vec<u8>, time: SystemTime) -> Self {
        let mut line = Line::new(out);
        line.raw("{\"timestamp\":\"");
        line.out.extend_from_slice(&iso_8601(time));
        line.raw("\"");
        line
    }

    /// Ends the object; true where something was left out for want of room.
    pub(crate) fn end_object(self) -> bool {
        self.out.push(b'}');
        self.end()
    }

    /// Ends the line; true where something was left out for want of room.
    pub(crate) fn end(self) -> bool {
        self.out.push(b'\n');
        self.cut
    }

    /// Text of ours, as it is.
    #[inline(always)]
    pub(crate) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes what of `text` has room however much of it has to be escaped: a sixth of what is left. Where little has to
    /// be, the rest is room for what comes behind it.
    pub(crate) fn bounded<'t>(&mut self, text: &'t str, write: impl FnOnce(&'t str, &mut Vec<u8>)) {
        let most = self.room();
        if text.len() <= most {
            return write(text, self.out);
        }
        self.cut = true;
        write(&text[..text.floor_char_boundary(most.saturating_sub(CUT.len()))], self.out);
        self.raw(CUT);
    }

    /// The inside of a JSON string.
    pub(crate) fn escaped(&mut self, text: &str) {
        self.bounded(text, escape::json_string);
    }

    /// A part of the sentence that a JSON string is.
    #[inline(always)]
    pub(crate) fn phrase(&mut self, phrase: Phrase<'_>) {
        match phrase {
            Phrase::Ours(words) => self.raw(words),
            Phrase::Theirs(words) => self.escaped(words),
            Phrase::Integer(number) => number::integer(number, self.out),
            Phrase::Millis(micros) => write_millis(micros, self.out),
        }
    }

    #[inline(always)]
    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.raw(key);
        self.quoted(text);
    }

    /// A word of ours, with nothing that would have to be escaped.
    #[inline(always)]
    pub(crate) fn word(&mut self, key: &str, word: &'static str) {
        self.raw(key);
        self.raw("\"");
        self.raw(word);
        self.raw("\"");
    }

    #[inline(always)]
    pub(crate) fn text_if_any(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    #[inline(always)]
    pub(crate) fn integer(&mut self, key: &str, number: impl itoa::Integer) {
        self.raw(key);
        number::integer(number, self.out);
    }

    #[inline(always)]
    pub(crate) fn millis(&mut self, key: &str, micros: u64) {
        self.raw(key);
        write_millis(micros, self.out);
    }

    #[inline(always)]
    pub(crate) fn boolean(&mut self, key: &str, value: bool) {
        self.raw(key);
        self.raw(if value { "true" } else { "false" });
    }

    /// How many requests it stands for, where that is not one for each.
    #[inline(always)]
    pub(crate) fn weight(&mut self, weight: Weight) {
        if let Weight(Some(weight)) = weight {
            self.raw(key!("sample_weight"));
            number::float(weight, self.out);
        }
    }

    /// The ids by which the lines of one request are found.
    pub(crate) fn identity(&mut self, identity: &Identity) {
        self.raw(key!("request_id"));
        self.raw("\"");
        identity.request_id().write_to(self.out);
        self.raw("\",\"trace_id\":\"");
        self.out.extend_from_slice(&identity.trace_id().hex());
        self.raw("\",\"span_id\":\"");
        self.out.extend_from_slice(&identity.span_id().hex());
        self.raw("\"");
    }

    /// A field of the application's own.
    pub(crate) fn field(&mut self, name: &str, value: &FieldValue) {
        if !self.name(name) {
            return;
        }
        match value {
            FieldValue::String(text) => self.quoted(text),
            FieldValue::Integer(number) => number::integer(*number, self.out),
            FieldValue::Float(number) => number::float(*number, self.out),
            FieldValue::Bool(value) => self.boolean("", *value),
        }
    }

    /// Values of any shape, each of which is JSON already.
    pub(crate) fn metadata<'t>(&mut self, entries: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {
        if entries.len() == 0 {
            return;
        }
        self.raw(key!("metadata"));
        let first = self.out.len();
        for (name, json) in entries {
            // Half a value is no JSON.
            if name.len() + json.len() > self.room() {
                self.cut = true;
            } else if self.name(name) {
                escape::one_line(json, self.out);
            }
        }
        match self.out.get_mut(first) {
            Some(comma) => *comma = b'{',
            None => self.raw("{"),
        }
        self.raw("}");
    }

    /// A key from outside; false where there is no room for it.
    fn name(&mut self, name: &str) -> bool {
        let fits = name.len() + CUT.len() <= self.room();
        if fits {
            self.raw(",\"");
            escape::json_string(name, self.out);
            self.raw("\":");
        }
        self.cut |= !fits;
        fits
    }

    fn quoted(&mut self, text: &str) {
        self.raw("\"");
        self.escaped(text);
        self.raw("\"");
    }

    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.out.len()) / ESCAPE_BYTES
    }
}
