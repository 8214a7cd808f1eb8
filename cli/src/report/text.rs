//! Text from lines, made fit to be shown: whoever sends requests can choose it.

use std::borrow::Cow;
use std::fmt::Write;

/// The text without what would move the cursor, end a line, or turn the reading around: such characters are shown by their
/// escapes.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unfit) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // Writing to a string does not fail.
            unfit if is_unfit(unfit) => drop(write!(shown, "\\u{{{:x}}}", u32::from(unfit))),
            plain => shown.push(plain),
        }
    }
    Cow::Owned(shown)
}

/// Control characters, those of Unicode that end lines, and those by which text in one direction hides in text of the other.
fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_or_turns_text_around_is_shown_by_its_escape() {
        assert_eq!(one_line("/experiments/{id} é 日本"), "/experiments/{id} é 日本");
        assert_eq!(one_line("a\x1b[2J\r\n\tb"), "a\\u{1b}[2J\\r\\n\\tb");
        assert_eq!(one_line("\u{9b}31m \u{202e}txt \u{2028}"), "\\u{9b}31m \\u{202e}txt \\u{2028}");
    }
}
