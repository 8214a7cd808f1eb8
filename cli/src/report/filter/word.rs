//! The words that a filter consists of.

use super::SyntaxError;

/// A word, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// `duration_ms`, `200ms`, `/experiments/{id}`, `and`.
    Bare(String),
    /// `"…"` or `'…'`.
    Quoted(String),
    /// `` `…` ``: a field, whatever it is called.
    Field(String),
    /// `>=`, `(`, `,`.
    Sign(&'static str),
    End,
}

/// The longer ones first.
const SIGNS: [&str; 13] = ["==", "!=", "<>", "<=", ">=", "=~", "!~", "=", "<", ">", "(", ")", ","];

/// The words of a filter, an end behind them.
pub(super) fn words(text: &str) -> Result<Vec<Word>, SyntaxError> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if matches!(first, '"' | '\'' | '`') {
            let (inside, length) =
                quoted(rest, first).ok_or_else(|| SyntaxError::new(text, at, format!("no closing {first} follows")))?;
            (if first == '`' { Kind::Field(inside) } else { Kind::Quoted(inside) }, length)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Kind::Sign(sign), sign.len())
        } else {
            let length = rest.find(ends_bare_word).unwrap_or(rest.len()).max(first.len_utf8());
            (Kind::Bare(rest[..length].to_owned()), length)
        };
        words.push(Word { at, kind });
        at += length;
    }
    words.push(Word { at: text.len(), kind: Kind::End });
    Ok(words)
}

fn ends_bare_word(character: char) -> bool {
    character.is_whitespace() || "=!<>(),\"'`".contains(character)
}

/// What is inside the quotes, and how long it is with them. A backslash keeps the quote, or another backslash, from being one.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut inside = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Some((inside, at + 1));
        }
        let escaped = characters.next_if(|(_, next)| character == '\\' && (*next == quote || *next == '\\'));
        inside.push(escaped.map_or(character, |(_, next)| next));
    }
    None
}
