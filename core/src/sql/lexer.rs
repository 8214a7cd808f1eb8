//! Tokens of SQL in one pass over the text.

use super::dialect::Dialect;

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword, or a name without quotes.
    Word,
    /// A quoted name: in backticks, in brackets, or in double quotes where they are those of a name.
    Name,
    /// In double quotes where the lexer cannot tell a name from a string.
    DoubleQuoted,
    /// A literal, or the `?` that stands for one: after this point they are the same.
    Value,
    /// `$1`, `?1`, `:name`, `@name`.
    Placeholder,
    /// Punctuation and operators, mostly one character at a time.
    Symbol,
}

/// A piece of a statement that is no blank and no comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As written, but `?` for a value.
    pub(super) text: &'a str,
    /// Where it stands in the statement.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether blanks or comments came before it.
    pub(super) spaced: bool,
}

impl Token<'_> {
    pub(super) fn into_value(self) -> Self {
        Token { kind: Kind::Value, text: "?", ..self }
    }

    pub(super) fn into_name(self) -> Self {
        Token { kind: Kind::Name, ..self }
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
}

/// Placeholders with more digits than this are not known to any database, but could be a literal after an operator.
const MAX_PLACEHOLDER_DIGITS: usize = 5;

/// Reads a statement token by token.
///
/// Every step goes forward, and looks ahead no further than it goes or than a small constant, so the time is linear.
pub(super) struct Lexer<'a> {
    pub(super) sql: &'a str,
    pub(super) dialect: Dialect,
    pub(super) at: usize,
    /// The end of the line on which a `#` was taken for an operator, although it could begin a comment.
    pub(super) disputed_until: usize,
    pub(super) previous: Option<Token<'a>>,
    /// How many brackets of arrays and subscripts are open.
    pub(super) brackets: usize,
    /// Behind the last closing bracket that was looked for.
    pub(super) bracketed_until: usize,
    /// Whether the previous token is an `E'…'`, which can be continued on the next line.
    pub(super) escaped: bool,
    /// How many bytes were looked at, as often as they were.
    #[cfg(test)]
    pub(super) steps: std::cell::Cell<usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a str, dialect: Dialect) -> Self {
        Lexer {
            sql,
            dialect,
            at: 0,
            disputed_until: 0,
            previous: None,
            brackets: 0,
            bracketed_until: 0,
            escaped: false,
            #[cfg(test)]
            steps: Default::default(),
        }
    }

    pub(super) fn next_token(&mut self) -> Option<Token<'a>> {
        let before = self.at;
        let readable = self.skip_blank();
        let start = self.at;
        if start == self.sql.len() {
            return None;
        }
        let spaced = start > before;
        let continues = std::mem::take(&mut self.escaped);
        let scanned = if readable { self.scan(spaced, continues) } else { None };
        // A quote opened on a disputed line and closed on another would be a different text if the line is a comment.
        let straddles = start < self.disputed_until && self.disputed_until < self.at;
        let kind = scanned.filter(|_| !straddles).unwrap_or_else(|| {
            self.at = self.sql.len();
            Kind::Value
        });
        let text = if kind == Kind::Value { "?" } else { &self.sql[start..self.at] };
        let token = Token { kind, text, start, end: self.at, spaced };
        self.previous = Some(token);
        Some(token)
    }

    /// Moves behind one token. `None` if where it ends cannot be known.
    fn scan(&mut self, spaced: bool, continues: bool) -> Option<Kind> {
        let start = self.at;
        match self.byte(start)? {
            b'\'' => self.string(continues),
            b'"' => self.double_quoted(),
            b'`' if self.dialect != Dialect::PostgreSql => self.backticks(),
            b'[' => self.bracket(spaced),
            b']' => {
                self.brackets = self.brackets.saturating_sub(1);
                self.advance(1, Kind::Symbol)
            }
            b'$' => self.dollar(),
            b'?' => match self.digits(start + 1) {
                digits @ 1..=MAX_PLACEHOLDER_DIGITS if self.numbers_question_mark(start + 1 + digits) => {
                    self.advance(1 + digits, Kind::Placeholder)
                }
                _ => self.advance(1, Kind::Value),
            },
            b':' if self.byte(start + 1) == Some(b':') && self.dialect != Dialect::Sqlite => {
                self.advance(2, Kind::Symbol)
            }
            b':' | b'@' if self.starts_word(start + 1) => self.named_placeholder(),
            b'0'..=b'9' => self.number(start),
            b'.' if self.digits(start + 1) > 0 && !self.touches_name(spaced) => self.number(start),
            b'+' | b'-' if self.starts_number(start + 1) && !self.follows_operand(spaced) => self.number(start + 1),
            b'#' if self.dialect == Dialect::Any => {
                if self.disputed_until <= start {
                    self.disputed_until = self.find(start, |c| c == '\n');
                }
                self.advance(2, Kind::Symbol)
            }
            b'/' if self.byte(start + 1) == Some(b'*') => self.executable_comment(),
            _ if self.starts_word(start) => self.word(),
            _ => self.advance(1, Kind::Symbol),
        }
    }

    pub(super) fn advance(&mut self, bytes: usize, kind: Kind) -> Option<Kind> {
        self.at += bytes;
        Some(kind)
    }

    /// `:name`, `@name` or `$name`.
    pub(super) fn named_placeholder(&mut self) -> Option<Kind> {
        let end = self.word_end(self.at + 1);
        let prefixes = matches!(
            (&self.sql.as_bytes()[self.at + 1..end], self.byte(end), self.byte(end + 1)),
            (b"E" | b"e" | b"N" | b"n" | b"X" | b"x" | b"B" | b"b", Some(b'\''), _)
                | (b"U" | b"u", Some(b'&'), Some(b'\'' | b'"'))
        );
        if prefixes && self.dialect == Dialect::PostgreSql {
            // The sign is one of an operator, the word that of a literal.
            return self.advance(1, Kind::Symbol);
        }
        self.placeholder_until(end)
    }

    /// `$1`, or else a number.
    pub(super) fn numbered_placeholder(&mut self, digits: usize) -> Option<Kind> {
        let is_placeholder = digits <= MAX_PLACEHOLDER_DIGITS;
        if is_placeholder { self.placeholder_until(self.at + 1 + digits) } else { self.number(self.at + 1) }
    }

    fn placeholder_until(&mut self, mut end: usize) -> Option<Kind> {
        if self.dialect == Dialect::Sqlite && self.byte(end) == Some(b'(') {
            // What the parentheses contain is part of the name, be it quotes.
            let close = self.find(end + 1, |c| !is_word(c));
            if self.byte(close) != Some(b')') {
                return None;
            }
            end = close + 1;
        }
        self.at = end;
        Some(Kind::Placeholder)
    }

    /// Whether a question mark and its digits, which end at `end`, are one placeholder and not an operator and a number.
    fn numbers_question_mark(&self, end: usize) -> bool {
        match self.dialect {
            Dialect::Any => !self.starts_word(end) && self.byte(end) != Some(b'.'),
            Dialect::Sqlite => true,
            Dialect::PostgreSql | Dialect::MySql => false,
        }
    }

    /// Moves behind a number, and whatever is glued to it.
    fn number(&mut self, digits: usize) -> Option<Kind> {
        let mut previous = '\0';
        let mut at = digits;
        self.at = self.find(digits, |c| {
            let in_exponent = matches!(previous, 'e' | 'E')
                && matches!(c, '+' | '-')
                && self.byte(at + 1).is_some_and(|byte| byte.is_ascii_digit());
            previous = c;
            at += c.len_utf8();
            !(self.is_word(c) || c == '.' || in_exponent)
        });
        Some(Kind::Value)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.count(1);
        self.sql.as_bytes().get(at).copied()
    }

    /// Where the first of these characters is, from `at` on; the end if there is none.
    pub(super) fn find(&self, at: usize, wanted: impl FnMut(char) -> bool) -> usize {
        let rest = &self.sql[at..];
        let length = rest.find(wanted).unwrap_or(rest.len());
        self.count(length);
        at + length
    }

    /// How many digits stand at `at`; no more than needed to know that they are too many for a placeholder.
    pub(super) fn digits(&self, at: usize) -> usize {
        (0..=MAX_PLACEHOLDER_DIGITS)
            .take_while(|digit| self.byte(at + digit).is_some_and(|byte| byte.is_ascii_digit()))
            .count()
    }

    fn starts_number(&self, at: usize) -> bool {
        let at = if self.byte(at) == Some(b'.') { at + 1 } else { at };
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit())
    }

    fn starts_word(&self, at: usize) -> bool {
        self.sql[at..].chars().next().is_some_and(|c| self.is_word(c) && !c.is_ascii_digit())
    }

    pub(super) fn word_end(&self, at: usize) -> usize {
        self.find(at, |c| !self.is_word(c) && c != '$')
    }

    /// Whether words are made of it. To all three databases no character beyond ASCII is a blank.
    pub(super) fn is_word(&self, c: char) -> bool {
        is_word(c) || (!c.is_ascii() && self.dialect != Dialect::Any)
    }

    /// Whether a dot here continues a name.
    fn touches_name(&self, spaced: bool) -> bool {
        self.previous.is_some_and(|previous| {
            !spaced
                && (matches!(previous.kind, Kind::Word | Kind::Name | Kind::DoubleQuoted) || previous.is_symbol("]"))
        })
    }

    /// Whether a sign here is an operator between two operands. After a word with a blank it could be either; it is
    /// taken for the sign of the number then, and so it is after a literal, as the conventions have it.
    fn follows_operand(&self, spaced: bool) -> bool {
        self.previous.is_some_and(|previous| match previous.kind {
            Kind::Word => !spaced,
            Kind::Name | Kind::Placeholder => true,
            Kind::Symbol => matches!(previous.text, ")" | "]"),
            Kind::DoubleQuoted | Kind::Value => false,
        })
    }

    #[inline(always)]
    pub(super) fn count(&self, _bytes: usize) {
        #[cfg(test)]
        self.steps.set(self.steps.get() + _bytes);
    }
}

/// What words are made of: ASCII letters, digits, the underscore, and all that is not ASCII but no blank either.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !is_blank(c))
}

/// SQLite takes the mark that editors put at the beginning of a file for a blank.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// White space and control characters, and what can be taken for such.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == BYTE_ORDER_MARK
}

/// Whether in some database something begins here that could go on behind the end of the line.
pub(super) fn opens_lines(rest: &[u8]) -> bool {
    matches!(rest, [b'\'' | b'"' | b'`' | b'$' | b'[', ..] | [b'/', b'*', ..])
}

/// Whether in some database a quote, a bracketed name or a comment begins here.
pub(super) fn opens(rest: &[u8]) -> bool {
    opens_lines(rest) || matches!(rest, [b'#', ..] | [b'-', b'-', ..])
}
