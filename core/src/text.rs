//! Text that comes from outside, held to a length.

use std::fmt::{self, Display, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest beginning of `text` that has at most `most` bytes and ends between characters.
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Formats `value` into at most `most` bytes; true where something was left out.
///
/// The user's `Display` runs here: where it panics, what it had written until then is kept.
pub fn bounded(value: &dyn Display, most: usize) -> (String, bool) {
    let mut writer = Bounded { text: String::new(), most, cut: false };
    // An error is either ours, to stop a value that writes for ever, or the value's own: what there is stays.
    let panicked = catch_unwind(AssertUnwindSafe(|| write!(writer, "{value}").is_err())).is_err();
    let cut = writer.cut || panicked;
    (writer.text, cut)
}

/// Whether each byte can stand in a JSON string as it is, whatever is around it.
pub static PLAIN_IN_JSON: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        plain[byte] = byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

/// Whether it is a control character, one beyond ASCII too, or a separator of Unicode: many tools end a line at U+0085, U+2028
/// or U+2029, although JSON allows them in a string.
#[inline]
pub fn breaks_lines(character: char) -> bool {
    matches!(character, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

/// Appends `text` with the characters that `is_escaped` says as their JSON escapes. These lie below U+10000.
pub fn write_escaped(text: &str, out: &mut Vec<u8>, is_escaped: impl Fn(char) -> bool) {
    let mut written = 0;
    for (at, character) in text.char_indices().filter(|(_, character)| is_escaped(*character)) {
        out.extend_from_slice(&text.as_bytes()[written..at]);
        written = at + character.len_utf8();
        match character {
            '"' => out.extend_from_slice(br#"\""#),
            '\\' => out.extend_from_slice(br"\\"),
            '\n' => out.extend_from_slice(br"\n"),
            '\r' => out.extend_from_slice(br"\r"),
            '\t' => out.extend_from_slice(br"\t"),
            other => {
                let digit = |shift: u32| b"0123456789abcdef"[(u32::from(other) >> shift & 0xf) as usize];
                out.extend_from_slice(br"\u");
                out.extend([12, 8, 4, 0].map(digit));
            }
        }
    }
    out.extend_from_slice(&text.as_bytes()[written..]);
}

/// Undoes percent-encoding, as W3C Baggage and the lists in OpenTelemetry's variables have it; none where what comes out is no
/// UTF-8. A `%` that no two hexadecimal digits follow stands for itself: values are often pasted as they are.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                digit(high).zip(digit(low)).map(|(high, low)| (high * 16 + low) as u8)
            }
            _ => None,
        };
        match escaped {
            Some(byte) => {
                decoded.push(byte);
                rest = &rest[3..];
            }
            None => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

struct Bounded {
    text: String,
    most: usize,
    cut: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = self.most - self.text.len();
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(cut(part, room));
        self.cut = true;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_percent_encoded_is_decoded_and_a_percent_sign_alone_stays() {
        let decoded = ["a%20b", "%C3%a4", "100%", "%4", "%zz%+1", "%ff", ""].map(percent_decoded);
        let expected = [Some("a b"), Some("ä"), Some("100%"), Some("%4"), Some("%zz%+1"), None, Some("")];
        assert_eq!(decoded.each_ref().map(Option::as_deref), expected);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(bounded(&"äöü", 5), ("äö".to_owned(), true));
        assert_eq!(bounded(&"äöü", 6), ("äöü".to_owned(), false));
    }

    #[test]
    fn a_display_that_panics_leaves_what_it_wrote() {
        struct Broken;
        impl Display for Broken {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("so far")?;
                panic!("in the middle")
            }
        }
        assert_eq!(bounded(&Broken, 100), ("so far".to_owned(), true));
    }
}
