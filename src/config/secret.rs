//! What is configured and not to be shown, in no message about it either.

use std::fmt;
use std::ops::Range;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// What is shown instead.
pub(super) const HIDDEN: &str = "...";

/// Reads a text. An error about anything else would show it.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Text).map(Some)
}

struct Text;

const WANTED: &str = "a secret is text: put it into quotation marks";

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in quotation marks")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<String, E> {
        Err(E::custom(WANTED))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<String, E> {
        Err(E::custom(WANTED))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<String, E> {
        Err(E::custom(WANTED))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<String, E> {
        Err(E::custom(WANTED))
    }
}

/// By what a key, a section or a variable is known whose value may be one; `page` for a token under a misspelled key.
const NAMES: [&str; 6] = ["header", "_key", "page", "password", "secret", "token"];

/// Whether a variable of this name may hold one.
pub(super) fn may_be_in(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|part| name.contains(part))
}

/// Which line of a file this is, counted from 1, where that line may hold one, by what it says or by its section.
pub(super) fn line_of(file: &str, span: Range<usize>) -> Option<usize> {
    let start = span.start.min(file.len());
    let number = file.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count();
    let mut above = file.lines().take(number + 1).collect::<Vec<_>>().into_iter().rev();
    let line = above.next().unwrap_or_default();
    let section = above.find(|line| line.trim_start().starts_with('[')).unwrap_or_default();
    (may_be_in(line) || may_be_in(section)).then_some(number + 1)
}
