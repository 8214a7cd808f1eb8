//! Attributes: lists of `KeyValue`.

use tachograph_core::FieldValue;

use crate::frame::Frame;
use crate::protobuf::{self, nested_len, varint, varint_len};

/// `KeyValue`: the keys of its two fields.
const KEY: u8 = 0x0a;
const VALUE: u8 = 0x12;

/// `AnyValue`: the keys of its variants.
const STRING: u8 = 0x0a;
const BOOL: u8 = 0x10;
const INT: u8 = 0x18;
const DOUBLE: u8 = 0x21;
const ARRAY: u8 = 0x2a;

/// `AnyValue.kvlist_value`, and `values` in lists of either kind.
const LIST: u32 = 6;
const VALUES: u32 = 1;

/// Writes attributes into the message that a frame is at.
pub(crate) struct Attributes<'f, 'o> {
    frame: &'f mut Frame<'o>,
    tag: u32,
    /// How many more there may be.
    left: usize,
    dropped: u32,
}

impl<'f, 'o> Attributes<'f, 'o> {
    /// At most so many. `tag` is that of the list in its message, below 16.
    #[inline]
    pub(crate) fn new(frame: &'f mut Frame<'o>, tag: u32, most: usize) -> Self {
        Attributes { frame, tag, left: most, dropped: 0 }
    }

    /// Ends the list. The message's count of dropped attributes has this tag.
    #[inline]
    pub(crate) fn end(self, dropped_count: u32) {
        protobuf::number(dropped_count, self.dropped, self.frame.out);
    }

    /// A word of ours, or another of few: it is never cut.
    #[inline(always)]
    pub(crate) fn word(&mut self, name: &str, word: &str) {
        if self.has_place() {
            self.cut_text("", name, self.frame.shortened(word), "");
        }
    }

    /// What of the text has no room is cut off.
    #[inline(always)]
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.prefixed_text("", name, text);
    }

    #[inline(always)]
    pub(crate) fn text_if_any(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Text that is there unless it is empty.
    #[inline(always)]
    pub(crate) fn text_if_known(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.text(name, text);
        }
    }

    #[inline(always)]
    pub(crate) fn integer(&mut self, name: &str, number: impl Into<i64>) {
        self.prefixed_integer("", name, number.into());
    }

    /// A count of something, which is held at the largest number that there is.
    #[inline(always)]
    pub(crate) fn count(&mut self, name: &str, count: u64) {
        self.integer(name, i64::try_from(count).unwrap_or(i64::MAX));
    }

    #[inline(always)]
    pub(crate) fn double(&mut self, name: &str, number: f64) {
        self.prefixed_double("", name, number);
    }

    /// Microseconds as milliseconds: the same number that the JSON line shows.
    #[inline(always)]
    pub(crate) fn millis(&mut self, name: &str, micros: u64) {
        self.double(name, micros as f64 / 1000.0);
    }

    #[inline(always)]
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.prefixed_boolean("", name, value);
    }

    /// A list of one text.
    pub(crate) fn texts(&mut self, name: &str, text: &str) {
        if !self.has_place() {
            return;
        }
        let (text, cut) = self.frame.fitting(self.frame.shortened(text));
        let length = text.len() + cut.len();
        let item = nested_len(length);
        let list = nested_len(item);
        self.name("", name, nested_len(list));
        let out = &mut *self.frame.out;
        protobuf::head(2, nested_len(list), out);
        out.push(ARRAY);
        varint(list as u64, out);
        protobuf::head(VALUES, item, out);
        out.push(STRING);
        varint(length as u64, out);
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(cut.as_bytes());
    }

    /// A text in parts.
    pub(crate) fn joined(&mut self, name: &str, parts: &[String], separator: &str) {
        if self.frame.shortens() {
            return self.text(name, &parts.join(separator));
        }
        if !self.has_place() {
            return;
        }
        self.value(name, (STRING >> 3).into(), |text| {
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    text.out.extend_from_slice(separator.as_bytes());
                }
                text.words(part);
            }
        });
    }

    /// Texts under names from outside.
    pub(crate) fn list<'t>(&mut self, name: &str, entries: impl Iterator<Item = (&'t str, &'t str)>) {
        if !self.has_place() {
            return;
        }
        let dropped = self.value(name, LIST, |list| {
            let mut list = Attributes::new(list, VALUES, usize::MAX);
            entries.for_each(|(name, text)| list.named_text("", name, text));
            list.dropped
        });
        self.dropped += dropped;
    }

    /// A field of the application's own, whose name is the two together.
    pub(crate) fn field(&mut self, prefix: &str, name: &str, value: &FieldValue) {
        match value {
            FieldValue::String(text) => self.named_text(prefix, name, text),
            FieldValue::Integer(number) if self.has_name(prefix, name) => self.prefixed_integer(prefix, name, *number),
            // As in the JSON line: receivers know what to do with a text, and not always with what is no number.
            FieldValue::Float(number) if !number.is_finite() => self.named_text(prefix, name, &number.to_string()),
            FieldValue::Float(number) if self.has_name(prefix, name) => self.prefixed_double(prefix, name, *number),
            FieldValue::Bool(value) if self.has_name(prefix, name) => self.prefixed_boolean(prefix, name, *value),
            _ => {}
        }
    }

    /// A text under a name from outside, which is the two together.
    pub(crate) fn named_text(&mut self, prefix: &str, name: &str, text: &str) {
        if self.has_name(prefix, name) {
            self.prefixed_text(prefix, name, text);
        }
    }

    /// Whether a name from outside is one, and there is room for it: half a name is another.
    fn has_name(&mut self, prefix: &str, name: &str) -> bool {
        let length = prefix.len() + name.len();
        let is_name = length > 0 && length <= self.frame.room();
        if !is_name {
            self.frame.cut();
            self.dropped += 1;
        }
        is_name
    }

    /// Whether there may be another one.
    #[inline(always)]
    fn has_place(&mut self) -> bool {
        let has_place = self.left > 0;
        if has_place {
            self.left -= 1;
        } else {
            self.dropped += 1;
        }
        has_place
    }

    #[inline(always)]
    fn prefixed_text(&mut self, prefix: &str, name: &str, text: &str) {
        if self.has_place() {
            let (text, cut) = self.frame.fitting(self.frame.shortened(text));
            self.cut_text(prefix, name, text, cut);
        }
    }

    #[inline(always)]
    fn cut_text(&mut self, prefix: &str, name: &str, text: &str, cut: &str) {
        let length = text.len() + cut.len();
        let value = nested_len(length);
        if self.name(prefix, name, value) {
            self.frame.out.extend_from_slice(&[VALUE, value as u8, STRING, length as u8]);
        } else {
            protobuf::head(2, value, self.frame.out);
            protobuf::head(1, length, self.frame.out);
        }
        self.frame.out.extend_from_slice(text.as_bytes());
        if !cut.is_empty() {
            self.frame.out.extend_from_slice(cut.as_bytes());
        }
    }

    #[inline(always)]
    fn prefixed_integer(&mut self, prefix: &str, name: &str, number: i64) {
        if !self.has_place() {
            return;
        }
        // A negative number has ten bytes, as everywhere in protobuf.
        let number = number as u64;
        let value = 1 + varint_len(number);
        self.name(prefix, name, value);
        if number < 0x80 {
            self.frame.out.extend_from_slice(&[VALUE, value as u8, INT, number as u8]);
        } else {
            self.frame.out.extend_from_slice(&[VALUE, value as u8, INT]);
            varint(number, self.frame.out);
        }
    }

    #[inline(always)]
    fn prefixed_double(&mut self, prefix: &str, name: &str, number: f64) {
        if !self.has_place() {
            return;
        }
        let mut value = [VALUE, 9, DOUBLE, 0, 0, 0, 0, 0, 0, 0, 0];
        value[3..].copy_from_slice(&number.to_le_bytes());
        self.name(prefix, name, 9);
        self.frame.out.extend_from_slice(&value);
    }

    #[inline(always)]
    fn prefixed_boolean(&mut self, prefix: &str, name: &str, value: bool) {
        if self.has_place() {
            self.name(prefix, name, 2);
            self.frame.out.extend_from_slice(&[VALUE, 2, BOOL, value.into()]);
        }
    }

    /// What stands before a value of this many bytes; whether all lengths in it are of one byte.
    ///
    /// Nearly all are, and a name of ours has a length that is known when this is compiled, as long as it is inlined.
    #[inline(always)]
    fn name(&mut self, prefix: &str, name: &str, value: usize) -> bool {
        let out = &mut *self.frame.out;
        let (name_len, attribute) = (prefix.len() + name.len(), (self.tag << 3 | 2) as u8);
        let length = nested_len(name_len) + nested_len(value);
        let is_short = length < 0x80;
        if is_short {
            out.extend_from_slice(&[attribute, length as u8, KEY, name_len as u8]);
        } else {
            long(attribute, length, name_len, out);
        }
        if !prefix.is_empty() {
            out.extend_from_slice(prefix.as_bytes());
        }
        out.extend_from_slice(name.as_bytes());
        is_short
    }

    /// A value whose length is not known before it is written.
    fn value<R>(&mut self, name: &str, variant: u32, write: impl FnOnce(&mut Frame<'o>) -> R) -> R {
        self.frame.message(self.tag, |attribute| {
            protobuf::bytes(1, name.as_bytes(), attribute.out);
            attribute.message(2, |value| value.message(variant, write))
        })
    }
}

#[inline(never)]
fn long(attribute: u8, length: usize, name: usize, out: &mut Vec<u8>) {
    out.push(attribute);
    varint(length as u64, out);
    out.push(KEY);
    varint(name as u64, out);
}
