//! Attributes: lists of names and values, bounded as whatever has them is.

mod key_value;

use std::borrow::Borrow;

use tachograph_core::FieldValue;

use crate::frame::Frame;
use crate::protobuf;
use key_value::Name;

/// `AnyValue`: its variants that are not written at once.
const STRING: u32 = 1;
const ARRAY: u32 = 5;
const LIST: u32 = 6;

/// The items of lists and arrays.
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

    /// A word of ours, or another of few: it is never cut for want of room.
    #[inline(always)]
    pub(crate) fn word(&mut self, name: &str, word: &str) {
        if self.has_place() {
            key_value::text(self.tag, Name("", name), self.frame.shortened(word), "", self.frame.out);
        }
    }

    /// What of the text has no room is cut off.
    #[inline(always)]
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.any_text(Name("", name), text);
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
        if self.has_place() {
            key_value::integer(self.tag, Name("", name), number.into(), self.frame.out);
        }
    }

    /// A count of something, which is held at the largest number that there is.
    #[inline(always)]
    pub(crate) fn count(&mut self, name: &str, count: u64) {
        self.integer(name, i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Microseconds as milliseconds: the same number that the JSON line shows.
    #[inline(always)]
    pub(crate) fn millis(&mut self, name: &str, micros: u64) {
        if self.has_place() {
            key_value::double(self.tag, Name("", name), micros as f64 / 1000.0, self.frame.out);
        }
    }

    #[inline(always)]
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        if self.has_place() {
            key_value::boolean(self.tag, Name("", name), value, self.frame.out);
        }
    }

    /// A list of one text.
    pub(crate) fn texts(&mut self, name: &str, text: &str) {
        self.message(name, ARRAY, |array| {
            let text = array.shortened(text);
            array.message(VALUES, |value| value.text_even_if_empty(STRING, text));
        });
    }

    /// A text in parts.
    pub(crate) fn joined<S: Borrow<str>>(&mut self, name: &str, parts: &[S], separator: &str) {
        if self.frame.shortens() {
            return self.text(name, &parts.join(separator));
        }
        self.message(name, STRING, |text| {
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    text.out.extend_from_slice(separator.as_bytes());
                }
                text.words(part.borrow());
            }
        });
    }

    /// Texts under names from outside.
    pub(crate) fn list<'t>(&mut self, name: &str, entries: impl Iterator<Item = (&'t str, &'t str)>) {
        let dropped = self.message(name, LIST, |list| {
            let mut list = Attributes::new(list, VALUES, usize::MAX);
            entries.for_each(|(name, text)| list.named_text("", name, text));
            list.dropped
        });
        self.dropped += dropped.unwrap_or(0);
    }

    /// A field of the application's own, whose name is the two together.
    pub(crate) fn field(&mut self, prefix: &str, name: &str, value: &FieldValue) {
        match value {
            FieldValue::String(text) => return self.named_text(prefix, name, text),
            // As in the JSON line: receivers know what to do with a text, and not always with what is no number.
            FieldValue::Float(number) if !number.is_finite() => {
                return self.named_text(prefix, name, &number.to_string());
            }
            _ => {}
        }
        let name = Name(prefix, name);
        if !self.has_name(name) || !self.has_place() {
            return;
        }
        match value {
            FieldValue::Integer(number) => key_value::integer(self.tag, name, *number, self.frame.out),
            FieldValue::Float(number) => key_value::double(self.tag, name, *number, self.frame.out),
            FieldValue::Bool(value) => key_value::boolean(self.tag, name, *value, self.frame.out),
            FieldValue::String(_) => {}
        }
    }

    /// A text under a name from outside, which is the two together.
    pub(crate) fn named_text(&mut self, prefix: &str, name: &str, text: &str) {
        if self.has_name(Name(prefix, name)) {
            self.any_text(Name(prefix, name), text);
        }
    }

    #[inline(always)]
    fn any_text(&mut self, name: Name<'_>, text: &str) {
        if self.has_place() {
            let (text, cut) = self.frame.fitting(self.frame.shortened(text));
            key_value::text(self.tag, name, text, cut, self.frame.out);
        }
    }

    /// Whether a name from outside is one, and there is room for it: half a name is another.
    fn has_name(&mut self, Name(prefix, name): Name<'_>) -> bool {
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

    /// A value whose length is not known before it is written.
    fn message<R>(&mut self, name: &str, variant: u32, write: impl FnOnce(&mut Frame<'o>) -> R) -> Option<R> {
        self.has_place().then(|| {
            self.frame.message(self.tag, |attribute| {
                protobuf::bytes(1, name.as_bytes(), attribute.out);
                attribute.message(2, |value| value.message(variant, write))
            })
        })
    }
}
