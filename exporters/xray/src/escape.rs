//! Text from anywhere, made fit for a JSON string of bounded length.

use tachograph_core::text::{PLAIN_IN_JSON, breaks_lines, write_escaped};

/// What stands at the end of a text that was cut.
const CUT: &str = "…";

/// Appends as much of `text` as has `most` characters (of UTF-16, as X-Ray counts them) and, written out, `room` bytes; false
/// where that is not all of it. What was cut ends in `…`.
pub(crate) fn json_string(text: &str, most: usize, room: usize, out: &mut Vec<u8>) -> bool {
    // Nearly every text is plain and short.
    if text.len() <= most.min(room) && text.bytes().all(|byte| PLAIN_IN_JSON[usize::from(byte)]) {
        out.extend_from_slice(text.as_bytes());
        return true;
    }
    let (mut units, mut bytes, mut cut) = (0, 0, 0);
    for (at, character) in text.char_indices() {
        if units < most && bytes + CUT.len() <= room {
            cut = at;
        }
        units += character.len_utf16();
        bytes += escaped_len(character);
        if units > most || bytes > room {
            write_escaped(&text[..cut], out, is_escaped);
            if most > 0 && CUT.len() <= room {
                out.extend_from_slice(CUT.as_bytes());
            }
            return false;
        }
    }
    write_escaped(text, out, is_escaped);
    true
}

fn is_escaped(character: char) -> bool {
    matches!(character, '"' | '\\') || breaks_lines(character)
}

fn escaped_len(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        character if is_escaped(character) => 6,
        character => character.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str, most: usize, room: usize) -> (String, bool) {
        let mut out = Vec::new();
        let whole = json_string(text, most, room, &mut out);
        (String::from_utf8(out).unwrap(), whole)
    }

    fn read(json: &str) -> String {
        serde_json::from_str(&format!("\"{json}\"")).unwrap()
    }

    #[test]
    fn what_ends_a_line_or_a_string_is_escaped() {
        let all = |text| written(text, usize::MAX, usize::MAX).0;
        assert_eq!(all("a \"b\" \\ c"), r#"a \"b\" \\ c"#);
        assert_eq!(all("\n\r\t\0\x1b\x7f\u{85}\u{2028}"), r"\n\r\t\u0000\u001b\u007f\u0085\u2028");
        assert_eq!(all("Zoë €1 😀"), "Zoë €1 😀");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(written("12345", 5, 99), ("12345".into(), true));
        assert_eq!(written("123456", 5, 99), ("1234…".into(), false));
        assert_eq!(written("😀😀😀", 6, 99), ("😀😀😀".into(), true), "each has two");
        assert_eq!(written("😀😀😀", 5, 99), ("😀😀…".into(), false));
        assert_eq!(written("\0\0\0", 9, 18), (r"\u0000\u0000\u0000".into(), true));
        assert_eq!(written("\0\0\0", 9, 17), (r"\u0000\u0000…".into(), false));
        assert_eq!(written("abc", 9, 2), (String::new(), false), "no room for a sign that it was cut");
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text: String) {
            let (json, whole) = written(&text, usize::MAX, usize::MAX);
            prop_assert!(whole && !json.contains(char::is_control));
            prop_assert_eq!(read(&json), text);
        }

        #[test]
        fn what_is_left_of_any_text_begins_it_and_has_room(text: String, most in 0usize..40, room in 0usize..60) {
            let (json, whole) = written(&text, most, room);
            let back = read(&json);
            prop_assert!(json.len() <= room && back.encode_utf16().count() <= most);
            prop_assert_eq!(whole, back == text);
            prop_assert!(whole || text.starts_with(back.strip_suffix(CUT).unwrap_or(&back)));
        }
    }
}
