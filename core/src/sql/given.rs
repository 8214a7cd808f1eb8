//! What a statement was given: the literals in its text, as a number that says nothing outside this process.

use std::hash::Hasher;

use super::lexer::{Kind, Token};
use crate::parameters;

/// What a statement was given in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// The same for the same literals.
    pub(crate) literals: u64,
    /// Whether there are placeholders, whose values are not in the text.
    pub(crate) placeholders: bool,
}

/// Of a literal. Neither this nor [`PLACEHOLDER`] can be part of one, as no character of UTF-8 has such a byte.
const END: u8 = 0xff;

/// Stands for one, so that it matters which of the values are in the text.
const PLACEHOLDER: u8 = 0xfe;

pub(super) struct Giving<H> {
    literals: H,
    placeholders: bool,
}

impl Giving<std::hash::DefaultHasher> {
    pub(super) fn new() -> Self {
        Giving { literals: parameters::hasher(), placeholders: false }
    }

    /// `read` is the statement: a token of a literal no longer has its text.
    pub(super) fn read(&mut self, token: &Token<'_>, read: &str) {
        let text = &read[token.start..token.end];
        match token.kind {
            Kind::Value if text != "?" => {
                self.literals.write(text.as_bytes());
                self.literals.write_u8(END);
            }
            Kind::Value | Kind::Placeholder => {
                self.placeholders = true;
                self.literals.write_u8(PLACEHOLDER);
            }
            Kind::Word | Kind::Name | Kind::DoubleQuoted | Kind::Symbol => {}
        }
    }

    pub(super) fn finish(self) -> Given {
        Given { literals: self.literals.finish(), placeholders: self.placeholders }
    }
}
