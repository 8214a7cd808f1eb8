//! The language of `--where`: `duration_ms > 200 and method not in (OPTIONS, HEAD)`.

mod expression;
mod operand;
mod parser;
mod word;

use std::fmt;

pub(crate) use expression::Expression;

use super::fields::Fields;

/// Reads what `--where` was given.
///
/// # Errors
/// When it cannot be understood: what is wrong, and where.
pub(crate) fn parse(text: &str, fields: &mut Fields) -> Result<Expression, SyntaxError> {
    parser::Parser::new(text, fields)?.all()
}

/// What is wrong with a filter, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct SyntaxError {
    text: String,
    /// In bytes.
    at: usize,
    what: String,
}

impl SyntaxError {
    fn new(text: &str, at: usize, what: impl Into<String>) -> Self {
        SyntaxError { text: text.to_owned(), at, what: what.into() }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A line break or a tabulator would move what the caret points at.
        let shown = |text: &str| -> String { text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect() };
        let before = shown(&self.text[..self.at]);
        let width = console::measure_text_width(&before);
        write!(f, "--where: {}\n  {}\n  {:width$}^", self.what, before + &shown(&self.text[self.at..]), "")
    }
}

impl std::error::Error for SyntaxError {}

#[cfg(test)]
mod tests;
