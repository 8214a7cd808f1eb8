//! What the elements of a list have in common when only their values differ.

use super::fnv_1a_on;
use super::lexer::{Kind, Token};

/// A hash of tokens in which all values are the same.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shape(u64);

impl Shape {
    pub(super) fn add(&mut self, token: &Token<'_>) {
        let text = if matches!(token.kind, Kind::Value | Kind::Placeholder) { "?" } else { token.text };
        self.0 = fnv_1a_on(fnv_1a_on(self.0, text.as_bytes()), &[0]);
    }
}
