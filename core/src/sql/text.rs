//! The parameterised text, with lists of values reduced to their first.

use super::MAX_TEXT_BYTES;
use super::lexer::{Kind, Token, is_blank};
use super::shape::Shape;

/// Where in a list the text is.
#[derive(Clone, Copy)]
enum List<'a> {
    Outside,
    /// Behind `IN` or `ARRAY`.
    Announced,
    Elements(Elements),
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

/// An element of a list. It is written like anything else, and taken back if it turns out to be like the first.
#[derive(Clone, Copy)]
struct Elements {
    /// Where the text ended when it began, its comma included.
    began: End,
    shape: Shape,
    /// The shape of the first element, and where it ended.
    first: Option<(Shape, End)>,
    /// How many parentheses and brackets are open in it.
    open: usize,
}

#[derive(Clone, Copy)]
struct End {
    length: usize,
    cut: bool,
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
        let symbol = if token.kind == Kind::Symbol { token.text } else { "" };
        self.list = match (self.list, symbol) {
            (List::Announced, "(" | "[") => {
                self.append(token);
                List::Elements(Elements { began: self.end(), shape: Shape::default(), first: None, open: 0 })
            }
            (List::Elements(elements), _) => self.element(elements, token, symbol),
            (List::Rows, "(") => self.write(token, List::FirstRow(1)),
            (List::FirstRow(open), _) => {
                let list = closing(open, symbol).map_or(List::Row, List::FirstRow);
                self.write(token, list)
            }
            (List::Row, ",") => List::RowComma(token),
            (List::RowComma(_), "(") => List::FurtherRow(1),
            (List::FurtherRow(open), _) => closing(open, symbol).map_or(List::Row, List::FurtherRow),
            (held, _) => {
                if let List::RowComma(comma) = held {
                    self.append(comma);
                }
                self.write(token, announced(token))
            }
        };
    }

    /// The text, and whether it was too long. Of a list that was never closed it has the first element only, as it
    /// cannot be known what the last one would have been.
    pub(super) fn finish(mut self) -> (String, bool) {
        if let List::Elements(Elements { first: Some((_, end)), .. }) = self.list {
            self.take_back(end);
        }
        // Two minus signs at the very end are a comment in MySQL, too, but not where a comment was behind them.
        let length = self.text.trim_end_matches("--").trim_end().len();
        self.text.truncate(length);
        (self.text, self.cut)
    }

    /// Reads on in a list.
    fn element(&mut self, mut elements: Elements, token: Token<'a>, symbol: &str) -> List<'a> {
        match symbol {
            "," | ")" | "]" if elements.open == 0 => {
                if elements.first.is_some_and(|(shape, _)| shape == elements.shape) {
                    self.take_back(elements.began);
                }
                if symbol != "," {
                    return self.write(token, List::Outside);
                }
                let began = self.end();
                let first = elements.first.or(Some((elements.shape, began)));
                return self.write(token, List::Elements(Elements { began, shape: Shape::default(), first, open: 0 }));
            }
            "(" | "[" => elements.open += 1,
            ")" | "]" => elements.open -= 1,
            // A subquery may contain lists, too.
            _ if symbol == ";" || is_word(token, "select") => return self.write(token, List::Outside),
            _ => {
                if let list @ (List::Announced | List::Rows) = announced(token) {
                    return self.write(token, list);
                }
            }
        }
        elements.shape.add(&token);
        self.write(token, List::Elements(elements))
    }

    fn write(&mut self, token: Token<'a>, list: List<'a>) -> List<'a> {
        self.append(token);
        list
    }

    /// Tokens are kept whole: what does not fit ends the text.
    fn append(&mut self, token: Token<'a>) {
        // A blank behind two minus signs would make them a comment.
        let space = token.spaced && !self.text.is_empty() && !self.text.ends_with("--");
        self.cut |= self.text.len() + usize::from(space) + token.text.len() > MAX_TEXT_BYTES;
        if self.cut {
            return;
        }
        if space {
            self.text.push(' ');
        }
        let blank = if token.kind == Kind::Name { ' ' } else { '_' };
        push_printable(&mut self.text, token.text, blank);
    }

    fn end(&self) -> End {
        End { length: self.text.len(), cut: self.cut }
    }

    fn take_back(&mut self, end: End) {
        self.text.truncate(end.length);
        self.cut = end.cut;
    }
}

/// What begins with this word.
fn announced<'a>(token: Token<'a>) -> List<'a> {
    if is_word(token, "in") || is_word(token, "array") {
        List::Announced
    } else if is_word(token, "values") {
        List::Rows
    } else {
        List::Outside
    }
}

fn is_word(token: Token<'_>, word: &str) -> bool {
    token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word)
}

/// How many parentheses are open behind this symbol; `None` for none.
fn closing(open: usize, symbol: &str) -> Option<usize> {
    match symbol {
        "(" => Some(open + 1),
        ")" => Some(open - 1).filter(|open| *open > 0),
        _ => Some(open),
    }
}

/// Quoted names may contain line breaks and control characters, and words those beyond ASCII.
pub(super) fn push_printable(to: &mut String, text: &str, blank: char) {
    if text.contains(is_blank) {
        to.extend(text.chars().map(|c| if is_blank(c) { blank } else { c }));
    } else {
        to.push_str(text);
    }
}
