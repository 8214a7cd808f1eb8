//! What is rendered of one request, or of one line of a log: bounded in length.

use crate::protobuf;
use crate::settings::Limits;

/// How long a frame can get, in bytes, where nobody says otherwise. Collectors take messages of 4 MiB, and a batch holds
/// many frames.
pub(crate) const MOST_BYTES: usize = 1_000_000;

/// Of these, kept for what does not come from outside: names of ours, numbers, ids.
const OWN_BYTES: usize = 100_000;

/// What stands at the end of a text that was cut.
const CUT: &str = "…";

/// A frame while it is written, at the end of a buffer that holds others.
pub(crate) struct Frame<'o> {
    pub(crate) out: &'o mut Vec<u8>,
    pub(crate) limits: &'o Limits,
    /// Where texts from outside have to end.
    limit: usize,
    cut: bool,
}

/// Of what no receiver has bounds for.
static UNLIMITED: Limits = Limits {
    bytes: usize::MAX,
    attributes: usize::MAX,
    attribute_length: None,
    events: usize::MAX,
    event_attributes: usize::MAX,
    links: usize::MAX,
    link_attributes: usize::MAX,
};

impl<'o> Frame<'o> {
    pub(crate) fn new(limits: &'o Limits, out: &'o mut Vec<u8>) -> Self {
        let limit = out.len() + MOST_BYTES - OWN_BYTES;
        Frame { out, limits, limit, cut: false }
    }

    /// For one item, which may have as many bytes as its limits say.
    pub(crate) fn of_item(limits: &'o Limits, out: &'o mut Vec<u8>) -> Self {
        let mut frame = Self::new(limits, out);
        frame.limit = frame.end_of_item();
        frame
    }

    /// Writes an item of several, each of which may have as many bytes as the limits say.
    #[inline]
    pub(crate) fn item<R>(&mut self, write: impl FnOnce(&mut Self) -> R) -> R {
        let limit = self.limit;
        self.limit = self.end_of_item();
        let result = write(self);
        self.limit = limit;
        result
    }

    /// Where texts from outside have to end in an item that begins here.
    fn end_of_item(&self) -> usize {
        self.limit.min(self.out.len().saturating_add(self.limits.bytes.saturating_sub(OWN_BYTES)))
    }

    /// For what is bounded by those who made it.
    pub(crate) fn unbounded(out: &'o mut Vec<u8>) -> Self {
        Frame { out, limits: &UNLIMITED, limit: usize::MAX, cut: false }
    }

    /// Whether something was left out for want of room.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// How long a text can be, in bytes: half of what is left, so that there is always some for the next.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.out.len()) / 2
    }

    /// Keeps this many bytes of the room for later, when they are [given back](Self::give_back).
    pub(crate) fn keep(&mut self, bytes: usize) {
        self.limit -= bytes;
    }

    /// There is as much more room.
    pub(crate) fn give_back(&mut self, bytes: usize) {
        self.limit += bytes;
    }

    /// Something was left out for want of room.
    pub(crate) fn cut(&mut self) {
        self.cut = true;
    }

    /// What of an attribute's text is wanted at all.
    #[inline]
    pub(crate) fn shortened<'t>(&self, text: &'t str) -> &'t str {
        match self.limits.attribute_length {
            Some(most) => text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end]),
            None => text,
        }
    }

    /// Whether not all of every attribute's text is.
    pub(crate) fn shortens(&self) -> bool {
        self.limits.attribute_length.is_some()
    }

    /// What of `text` there is room for, and what stands behind it.
    #[inline]
    pub(crate) fn fitting<'t>(&mut self, text: &'t str) -> (&'t str, &'static str) {
        let room = self.room();
        if text.len() <= room {
            return (text, "");
        }
        self.cut = true;
        (&text[..text.floor_char_boundary(room.saturating_sub(CUT.len()))], CUT)
    }

    /// What of `words` there is room for, and a sign where that is not all.
    pub(crate) fn words(&mut self, words: &str) {
        let (words, cut) = self.fitting(words);
        self.out.extend_from_slice(words.as_bytes());
        self.out.extend_from_slice(cut.as_bytes());
    }

    /// A field that is a text.
    pub(crate) fn text(&mut self, tag: u32, text: &str) {
        if !text.is_empty() {
            self.text_even_if_empty(tag, text);
        }
    }

    /// A field that is a text and one of several alternatives: it says which one it is even where it is empty.
    pub(crate) fn text_even_if_empty(&mut self, tag: u32, text: &str) {
        let (text, cut) = self.fitting(text);
        protobuf::head(tag, text.len() + cut.len(), self.out);
        self.out.extend_from_slice(text.as_bytes());
        self.out.extend_from_slice(cut.as_bytes());
    }

    /// A field that is a message.
    #[inline]
    pub(crate) fn message<R>(&mut self, tag: u32, write: impl FnOnce(&mut Self) -> R) -> R {
        let start = protobuf::begin(tag, self.out);
        let result = write(self);
        protobuf::end(start, self.out);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters_where_the_room_ends() {
        let mut out = b"others".to_vec();
        let mut frame = Frame::new(&UNLIMITED, &mut out);
        let room = frame.room();
        let (text, cut) = frame.fitting("short");
        assert_eq!((text, cut, frame.is_cut()), ("short", "", false));
        let long = "ä".repeat(room);
        let (text, cut) = frame.fitting(&long);
        assert_eq!((text.len() + cut.len()).next_multiple_of(2), room);
        assert_eq!((text.chars().last(), cut, frame.is_cut()), (Some('ä'), "…", true));
    }

    #[test]
    fn however_many_texts_there_are_they_end_at_the_bound() {
        let mut out = Vec::new();
        let mut frame = Frame::new(&UNLIMITED, &mut out);
        let long = "x".repeat(MOST_BYTES);
        (0..1000).for_each(|_| frame.text(1, &long));
        assert_eq!(frame.room(), 0);
        assert!(out.len() < MOST_BYTES);
    }
}
