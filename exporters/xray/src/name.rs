//! Names as X-Ray takes them: of segments and subsegments, and of annotations.

use std::borrow::Cow;

use crate::writer::{Writer, key};

/// How long a name may be.
const MOST: usize = 200;

/// The name, with `_` for each character that it must not have, and not too long. None where nothing is left that says
/// anything.
fn valid(name: &str) -> Option<Cow<'_, str>> {
    if name.len() <= MOST && name.bytes().all(|byte| byte < 0x80 && is_valid(byte.into())) {
        return (!name.trim().is_empty()).then_some(Cow::Borrowed(name));
    }
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= MOST
    };
    let valid: String = name.chars().map(|c| if is_valid(c) { c } else { '_' }).take_while(fits).collect();
    (!valid.trim().is_empty()).then_some(Cow::Owned(valid))
}

/// Writes the name of a segment or subsegment, which always has one.
pub(crate) fn write(name: &str, otherwise: &str, writer: &mut Writer<'_>) {
    match valid(name) {
        Some(name) => writer.word(key!("name"), &name),
        None => writer.word(key!("name"), otherwise),
    }
}

/// The key of an annotation: letters, digits and `_` of ASCII.
pub(crate) fn annotation_key(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(MOST_OF_KEY).collect()
}

const MOST_OF_KEY: usize = 500;

/// X-Ray allows all letters, digits and spaces of Unicode, and these signs. What is a letter is only known here of scripts
/// that have no marks beside their letters, which it does not allow.
fn is_valid(character: char) -> bool {
    match character {
        'A'..='Z' | 'a'..='z' | '0'..='9' | ' ' => true,
        '_' | '.' | ':' | '/' | '%' | '&' | '#' | '=' | '+' | '-' | '@' => true,
        '\0'..='\x7f' => false,
        _ => LETTERS.iter().any(|(first, last)| (*first..=*last).contains(&character)),
    }
}

/// Of Latin, Greek, Cyrillic, Hebrew, Arabic, Japanese, Chinese and Korean.
const LETTERS: [(char, char); 20] = [
    ('À', 'Ö'),
    ('Ø', 'ö'),
    ('ø', 'ʯ'),
    ('\u{388}', '\u{38a}'),
    ('\u{38e}', 'Ρ'),
    ('Σ', 'ϵ'),
    ('Ϸ', 'ҁ'),
    ('Ҋ', 'ԯ'),
    ('א', 'ת'),
    ('ؠ', 'ي'),
    ('Ḁ', '\u{1f15}'),
    ('ぁ', 'ゖ'),
    ('ァ', 'ヺ'),
    ('ー', 'ヿ'),
    ('ㄅ', 'ㄭ'),
    ('㐀', '䶵'),
    ('一', '鿕'),
    ('가', '힣'),
    ('Ａ', 'Ｚ'),
    ('ａ', 'ｚ'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_allowed_is_replaced() {
        for (name, expected) in [
            ("experiments-api", Some("experiments-api")),
            ("GET /experiments/{id}", Some("GET /experiments/_id_")),
            ("a_.:/%&#=+-@b", Some("a_.:/%&#=+-@b")),
            ("a\"\\\n\t\0?*<>b", Some("a_________b")),
            ("Zürich Ωμέγα Ёлка 実験 실험", Some("Zürich Ωμέγα Ёлка 実験 실험")),
            ("😀", Some("_")),
            ("", None),
            ("  ", None),
        ] {
            assert_eq!(valid(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(valid(&"x".repeat(200)).unwrap().len(), 200);
        assert_eq!(valid(&"x".repeat(201)).unwrap().len(), 200);
        assert_eq!(valid(&"é".repeat(1 << 20)).unwrap().chars().count(), 200);
    }

    #[test]
    fn keys_of_annotations_are_ascii() {
        assert_eq!(annotation_key("experiment-id.é 7"), "experiment_id___7");
        assert_eq!(annotation_key(&"k".repeat(501)).len(), 500);
    }
}
