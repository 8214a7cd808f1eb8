//! Text from anywhere, made fit for one line.
//!
//! What is no plain character of a line is written as its JSON escape: control characters, those beyond ASCII too, and
//! the two separators of Unicode. Many tools end a line at U+0085, U+2028 or U+2029 although JSON allows them in a string.

use tachograph_core::text::{PLAIN_IN_JSON, breaks_lines, write_escaped};

/// Appends `text` as the inside of a JSON string.
pub(crate) fn json_string(text: &str, out: &mut Vec<u8>) {
    // Nearly every text is plain.
    if text.bytes().all(|byte| PLAIN_IN_JSON[usize::from(byte)]) {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_escaped(text, out, |character| matches!(character, '"' | '\\') || breaks_lines(character));
    }
}

/// Appends `text` as it is, but for what would end the line or hide in it.
pub(crate) fn one_line(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_escaped(text, out, breaks_lines);
    }
}

/// Appends `text` as one word without white space: what would end it is percent-encoded, as in a URL.
pub(crate) fn word(text: &str, out: &mut Vec<u8>) {
    if text.is_empty() {
        out.push(b'-');
    }
    for character in text.chars() {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        if character.is_whitespace() || breaks_lines(character) {
            for byte in bytes {
                out.extend_from_slice(&[b'%', hex(byte >> 4).to_ascii_uppercase(), hex(*byte).to_ascii_uppercase()]);
            }
        } else {
            out.extend_from_slice(bytes);
        }
    }
}

fn is_plain(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte)
}

/// The lowest four bits as a digit.
fn hex(bits: u8) -> u8 {
    b"0123456789abcdef"[usize::from(bits & 0xf)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: fn(&str, &mut Vec<u8>), text: &str) -> String {
        let mut out = Vec::new();
        write(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_ends_a_line_or_a_string_is_escaped() {
        assert_eq!(written(json_string, "a \"b\" \\ c"), r#"a \"b\" \\ c"#);
        assert_eq!(written(json_string, "\n\r\t\0\x1b"), r"\n\r\t\u0000\u001b");
        assert_eq!(written(json_string, "\x7f\u{85}\u{2028}\u{2029}"), r"\u007f\u0085\u2028\u2029");
        assert_eq!(written(json_string, "Zoë €1 😀"), "Zoë €1 😀");
        assert_eq!(written(one_line, "\"a\" \\\n"), r#""a" \\n"#);
    }

    #[test]
    fn a_word_has_no_white_space_and_is_never_empty() {
        assert_eq!(written(word, "/experiments/{id}"), "/experiments/{id}");
        assert_eq!(written(word, "/a b\n\u{a0}ü"), "/a%20b%0A%C2%A0ü");
        assert_eq!(written(word, ""), "-");
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_from_one_line(text: String) {
            let line = written(json_string, &text);
            prop_assert!(!line.contains(breaks_lines));
            prop_assert_eq!(serde_json::from_str::<String>(&format!("\"{line}\"")).unwrap(), text);
        }

        #[test]
        fn any_text_is_one_word(text: String) {
            let line = written(word, &text);
            prop_assert_eq!(line.split_whitespace().collect::<Vec<_>>(), [line.as_str()]);
            prop_assert!(!line.contains(breaks_lines));
        }

        #[test]
        fn any_json_stays_the_same_json(texts: Vec<String>) {
            let json = serde_json::to_string(&texts).unwrap();
            let line = written(one_line, &json);
            prop_assert!(!line.contains(breaks_lines));
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), texts);
        }
    }
}
