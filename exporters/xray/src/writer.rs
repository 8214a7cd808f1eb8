//! A document while it is written: JSON, of bounded length.

use tachograph_core::{FieldValue, SpanId, write_millis};

use crate::escape;

/// A key of ours with all that stands around it, known when this is compiled.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(crate) use key;

/// The most characters of a text that X-Ray says nothing else about.
pub(crate) const USUAL: usize = 250;

/// Of a document's room, what is kept for what does not come from outside: keys, numbers, ids, brackets.
const OWN_BYTES: usize = 5_000;

/// The least that a document may be bounded to: with less, there would be no room for text.
pub(crate) const LEAST_BYTES: usize = 8_000;

/// Writes one document, or a part of one, at the end of a buffer.
pub(crate) struct Writer<'o> {
    pub(crate) out: &'o mut Vec<u8>,
    /// How long a document may be.
    most: usize,
    /// Where text from outside has to end.
    limit: usize,
    cut: bool,
}

impl<'o> Writer<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>, most: usize) -> Self {
        let mut writer = Writer { out, most, limit: 0, cut: false };
        writer.begin();
        writer
    }

    /// From here on it is a part that could be a document of its own, and has as much room.
    pub(crate) fn begin(&mut self) {
        self.limit = self.out.len() + self.most.saturating_sub(OWN_BYTES);
    }

    /// Whether something was left out for want of room since this was last asked.
    pub(crate) fn was_cut(&mut self) -> bool {
        std::mem::take(&mut self.cut)
    }

    /// Something was left out for want of room.
    pub(crate) fn cut(&mut self) {
        self.cut = true;
    }

    /// How much room there is for what comes from outside.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.out.len())
    }

    /// JSON of ours, as it is.
    #[inline(always)]
    pub(crate) fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    /// A text, of which at most so many characters are kept.
    #[inline]
    pub(crate) fn text(&mut self, key: &str, text: &str, most: usize) {
        self.raw(key);
        self.texts(&[text], most);
    }

    #[inline]
    pub(crate) fn text_if_any(&mut self, key: &str, text: Option<&str>, most: usize) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.text(key, text, most);
        }
    }

    /// A value that is one text behind the other.
    pub(crate) fn texts(&mut self, texts: &[&str], most: usize) {
        self.within(texts, most, self.room());
    }

    fn within(&mut self, texts: &[&str], most: usize, room: usize) {
        self.raw("\"");
        let (mut left, end) = (most, self.out.len() + room);
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let whole = escape::json_string(text, left, end.saturating_sub(self.out.len()), self.out);
            if !whole {
                self.cut = true;
                break;
            }
            left -= if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        }
        self.raw("\"");
    }

    /// A word of ours, with nothing that would have to be escaped.
    pub(crate) fn word(&mut self, key: &str, word: &str) {
        self.raw(key);
        self.raw("\"");
        self.raw(word);
        self.raw("\"");
    }

    pub(crate) fn id(&mut self, key: &str, id: SpanId) {
        self.raw(key);
        self.raw("\"");
        self.out.extend_from_slice(&id.hex());
        self.raw("\"");
    }

    #[inline]
    pub(crate) fn integer(&mut self, key: &str, number: impl itoa::Integer) {
        self.raw(key);
        self.raw(itoa::Buffer::new().format(number));
    }

    pub(crate) fn millis(&mut self, key: &str, micros: u64) {
        self.raw(key);
        write_millis(micros, self.out);
    }

    /// Microseconds as seconds, every digit of them.
    pub(crate) fn seconds(&mut self, key: &str, micros: u64) {
        self.integer(key, micros / 1_000_000);
        let mut digits = *b".000000";
        let mut rest = micros % 1_000_000;
        for digit in digits[1..].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.out.extend_from_slice(&digits);
    }

    pub(crate) fn boolean(&mut self, key: &str, value: bool) {
        self.raw(key);
        self.raw(if value { "true" } else { "false" });
    }

    /// A key from outside; false where there is no room for it, for half a key is another.
    pub(crate) fn key(&mut self, name: &str) -> bool {
        let start = self.out.len();
        self.raw(",\"");
        let room = self.room();
        let whole = escape::json_string(name, usize::MAX, room, self.out);
        if !whole {
            self.out.truncate(start);
            self.cut = true;
            return false;
        }
        self.raw("\":");
        true
    }

    /// A value of the application's, of which at most so many characters are kept, in so many bytes. JSON has no number for
    /// what is none: that is a text.
    pub(crate) fn value(&mut self, value: &FieldValue, most: usize, room: usize) {
        match value {
            FieldValue::String(text) => self.within(&[text], most, room),
            FieldValue::Integer(number) => self.integer("", *number),
            FieldValue::Bool(value) => self.boolean("", *value),
            FieldValue::Float(number) if number.is_finite() => self.formatted(format_args!("{number:?}")),
            FieldValue::Float(number) => self.formatted(format_args!("\"{number}\"")),
        }
    }

    fn formatted(&mut self, text: std::fmt::Arguments<'_>) {
        use std::io::Write;
        // Writing to a vector does not fail.
        let _ = self.out.write_fmt(text);
    }

    /// An object whose members begin with a comma each, as all keys do. It has some, and is not closed.
    pub(crate) fn open_object(&mut self, members: impl FnOnce(&mut Self)) {
        let first = self.out.len();
        members(self);
        if let Some(comma) = self.out.get_mut(first) {
            *comma = b'{';
        }
    }

    /// Such an object, closed; nothing where `members` writes none.
    pub(crate) fn object(&mut self, key: &str, members: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.raw(key);
        let first = self.out.len();
        members(self);
        match self.out.get_mut(first) {
            Some(comma) => {
                *comma = b'{';
                self.raw("}");
            }
            None => self.out.truncate(start),
        }
    }

    /// An array of objects; nothing where `elements` writes none. Each begins with a comma, too.
    pub(crate) fn array(&mut self, key: &str, elements: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.raw(key);
        let first = self.out.len();
        elements(self);
        match self.out.get_mut(first) {
            Some(comma) => {
                *comma = b'[';
                self.raw("]");
            }
            None => self.out.truncate(start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tachograph_core::SpanId;

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out, 64_000));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn objects_and_arrays_begin_with_their_brackets_and_empty_ones_are_none() {
        let json = written(|writer| {
            writer.object("", |writer| {
                writer.object(key!("empty"), |_| ());
                writer.integer(key!("a"), 1);
                writer.array(key!("list"), |writer| {
                    writer.object(",", |writer| writer.id(key!("id"), SpanId::new(7).unwrap()));
                    writer.object(",", |writer| writer.boolean(key!("yes"), true));
                });
                writer.array(key!("none"), |_| ());
            });
        });
        assert_eq!(json, r#"{"a":1,"list":[{"id":"0000000000000007"},{"yes":true}]}"#);
    }

    #[test]
    fn texts_behind_each_other_are_one_that_is_cut_as_one() {
        assert_eq!(written(|writer| writer.texts(&["http", "://", "", "häuser"], 13)), "\"http://häuser\"");
        assert_eq!(written(|writer| writer.texts(&["http", "://", "häuser", "/a"], 13)), "\"http://häuser\"");
        assert_eq!(written(|writer| writer.texts(&["http", "://", "häuser"], 10)), "\"http://hä…\"");
    }

    #[test]
    fn values_are_json_whatever_they_are() {
        let values: [FieldValue; 6] =
            ["a\"".into(), (-7).into(), true.into(), 0.5.into(), 1e300.into(), f64::NAN.into()];
        let json = values.map(|value| written(|writer| writer.value(&value, 99, 99)));
        assert_eq!(json, [r#""a\"""#, "-7", "true", "0.5", "1e300", r#""NaN""#]);
    }

    #[test]
    fn a_key_is_there_as_a_whole_or_not_at_all() {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, OWN_BYTES + 8);
        assert!(!writer.key("too long for it") && writer.was_cut() && !writer.was_cut());
        assert!(writer.key("a\n"));
        assert_eq!(out, br#","a\n":"#);
    }

    proptest! {
        #[test]
        fn seconds_have_every_microsecond(micros in 0..1u64 << 50) {
            let text = written(|writer| writer.seconds("", micros));
            let (whole, fraction) = text.split_once('.').unwrap();
            prop_assert_eq!(fraction.len(), 6);
            prop_assert_eq!(whole.parse::<u64>().unwrap() * 1_000_000 + fraction.parse::<u64>().unwrap(), micros);
        }
    }
}
