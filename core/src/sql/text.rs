//! The parameterised text, with lists of values reduced to their first.

use super::MAX_TEXT_BYTES;
use super::lexer::{Kind, Token, is_blank};

/// Where in a list the text is. What it holds back is written as soon as it turns out not to belong to the list.
#[derive(Clone, Copy)]
enum List<'a> {
    Outside,
    /// Behind `IN` or `ARRAY`.
    Announced,
    /// Behind the opening bracket.
    Opened,
    /// Behind a value of the list.
    Value,
    /// Behind the comma after a value, which is held back.
    Comma(Token<'a>),
    /// Behind a further value, held back with its comma.
    Further(Token<'a>, Token<'a>),
    /// Behind `VALUES`.
    Rows,
    /// In the first row, with this many parentheses open.
    FirstRow(usize),
    /// Behind a row.
    Row,
    /// Behind the comma after a row, which is held back.
    RowComma(Token<'a>),
    /// In a further row, which is left out.
    FurtherRow(usize),
}

pub(super) struct Text<'a> {
    text: String,
    cut: bool,
    list: List<'a>,
}

impl<'a> Text<'a> {
    pub(super) fn new(expected_bytes: usize) -> Self {
        Text { text: String::with_capacity(expected_bytes.min(MAX_TEXT_BYTES)), cut: false, list: List::Outside }
    }

    pub(super) fn read(&mut self, token: Token<'a>) {
        let is_value = matches!(token.kind, Kind::Value | Kind::Placeholder);
        let symbol = if token.kind == Kind::Symbol { token.text } else { "" };
        self.list = match (self.list, symbol) {
            (List::Announced, "(" | "[") => self.write(token, List::Opened),
            (List::Opened, "(") | (List::Rows, "(") => self.write(token, List::FirstRow(1)),
            (List::Opened, _) if is_value => self.write(token, List::Value),
            (List::Value | List::Further(..), ",") => List::Comma(token),
            (List::Further(..), ")" | "]") => self.write(token, List::Outside),
            (List::Comma(comma), _) if is_value => List::Further(comma, token),
            (List::FirstRow(open), _) => {
                let list = closing(open, symbol).map_or(List::Row, List::FirstRow);
                self.write(token, list)
            }
            (List::Row, ",") => List::RowComma(token),
            (List::RowComma(_), "(") => List::FurtherRow(1),
            (List::FurtherRow(open), _) => closing(open, symbol).map_or(List::Row, List::FurtherRow),
            (held, _) => {
                match held {
                    List::Comma(comma) | List::RowComma(comma) => self.append(comma),
                    List::Further(comma, value) => {
                        self.append(comma);
                        self.append(value);
                    }
                    _ => {}
                }
                let list = announced(token);
                self.write(token, list)
            }
        };
    }

    /// The text, and whether it was too long. What is held back of a list that was never closed is left out.
    pub(super) fn finish(self) -> (String, bool) {
        (self.text, self.cut)
    }

    fn write(&mut self, token: Token<'a>, list: List<'a>) -> List<'a> {
        self.append(token);
        list
    }

    /// Tokens are kept whole: what does not fit ends the text.
    fn append(&mut self, token: Token<'a>) {
        let space = token.spaced && !self.text.is_empty();
        self.cut |= self.text.len() + usize::from(space) + token.text.len() > MAX_TEXT_BYTES;
        if self.cut {
            return;
        }
        if space {
            self.text.push(' ');
        }
        push_printable(&mut self.text, token.text);
    }
}

/// What begins with this word.
fn announced<'a>(token: Token<'a>) -> List<'a> {
    let is = |word: &str| token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word);
    if is("in") || is("array") {
        List::Announced
    } else if is("values") {
        List::Rows
    } else {
        List::Outside
    }
}

/// How many parentheses are open behind this symbol; `None` for none.
fn closing(open: usize, symbol: &str) -> Option<usize> {
    match symbol {
        "(" => Some(open + 1),
        ")" => Some(open - 1).filter(|open| *open > 0),
        _ => Some(open),
    }
}

/// Quoted names may contain line breaks and control characters.
pub(super) fn push_printable(to: &mut String, text: &str) {
    if text.contains(is_blank) {
        to.extend(text.chars().map(|c| if is_blank(c) { ' ' } else { c }));
    } else {
        to.push_str(text);
    }
}
