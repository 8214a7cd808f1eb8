//! Tokens of SQL, of whichever dialect, in one pass over the text.

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword, or a name without quotes.
    Word,
    /// A quoted name: in backticks, in brackets, or in double quotes next to a dot.
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

/// What a backslash before a closing quote means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backslash {
    /// It is a character like any other.
    Plain,
    /// It keeps the quote from closing.
    Escape,
    /// It depends on the database.
    Disputed,
}

/// Placeholders with more digits than this are not known to any database, but could be a literal after an operator.
const MAX_PLACEHOLDER_DIGITS: usize = 5;

/// How far a bracketed name is looked for: longer than any database's names.
const MAX_BRACKETED_BYTES: usize = 256;

/// Reads a statement token by token.
///
/// Every step goes forward, and looks ahead no further than it goes or than a small constant, so the time is linear.
pub(super) struct Lexer<'a> {
    pub(super) sql: &'a str,
    pub(super) at: usize,
    /// The end of the line on which a `#` was taken for an operator, although it could begin a comment.
    pub(super) disputed_until: usize,
    previous: Option<Token<'a>>,
    /// How many brackets of arrays and subscripts are open.
    brackets: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Lexer { sql, at: 0, disputed_until: 0, previous: None, brackets: 0 }
    }

    pub(super) fn next_token(&mut self) -> Option<Token<'a>> {
        let before = self.at;
        let readable = self.skip_blank();
        let start = self.at;
        if start == self.sql.len() {
            return None;
        }
        let spaced = start > before;
        let scanned = if readable { self.scan(spaced) } else { None };
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
    fn scan(&mut self, spaced: bool) -> Option<Kind> {
        let start = self.at;
        match self.byte(start)? {
            b'\'' => self.quoted(start, b'\'', Backslash::Disputed, Kind::Value),
            b'"' => {
                let dotted = self.previous.is_some_and(|previous| previous.is_symbol("."));
                self.quoted(start, b'"', Backslash::Disputed, Kind::DoubleQuoted)?;
                Some(if dotted || self.byte(self.at) == Some(b'.') { Kind::Name } else { Kind::DoubleQuoted })
            }
            b'`' => {
                self.quoted(start, b'`', Backslash::Plain, Kind::Name)?;
                // PostgreSQL allows operators with a backtick; between two of them would be anything.
                let name = &self.sql.as_bytes()[start..self.at];
                (!name.iter().any(|byte| matches!(byte, b'\'' | b'"'))).then_some(Kind::Name)
            }
            b'[' => self.bracket(spaced),
            b'$' => self.dollar(),
            b'?' => {
                let digits = self.digits(start + 1);
                if (1..=MAX_PLACEHOLDER_DIGITS).contains(&digits) {
                    return self.advance(1 + digits, Kind::Placeholder);
                }
                self.advance(1, Kind::Value)
            }
            b':' if self.byte(start + 1) == Some(b':') => self.advance(2, Kind::Symbol),
            b':' | b'@' if self.starts_word(start + 1) => {
                self.at = self.word_end(start + 1);
                Some(Kind::Placeholder)
            }
            b'0'..=b'9' => self.number(start),
            b'.' if self.digits(start + 1) > 0 && !self.touches_name(spaced) => self.number(start),
            b'+' | b'-' if self.starts_number(start + 1) && !self.follows_operand(spaced) => self.number(start + 1),
            b'#' => {
                if self.disputed_until <= start {
                    let rest = &self.sql[start..];
                    self.disputed_until = start + rest.find('\n').unwrap_or(rest.len());
                }
                self.advance(2, Kind::Symbol)
            }
            byte => {
                if byte == b']' {
                    self.brackets = self.brackets.saturating_sub(1);
                }
                if self.starts_word(start) { self.word() } else { self.advance(1, Kind::Symbol) }
            }
        }
    }

    fn advance(&mut self, bytes: usize, kind: Kind) -> Option<Kind> {
        self.at += bytes;
        Some(kind)
    }

    /// Moves behind a quoted text. A doubled quote does not close it.
    fn quoted(&mut self, open: usize, quote: u8, backslash: Backslash, kind: Kind) -> Option<Kind> {
        let mut at = open + 1;
        loop {
            let next = self.byte(at + 1);
            match self.byte(at)? {
                byte if byte == quote && next != Some(quote) => break,
                byte if byte == quote => at += 2,
                b'\\' if backslash != Backslash::Plain && next == Some(b'\\') => at += 2,
                b'\\' if backslash == Backslash::Escape && next == Some(quote) => at += 2,
                b'\\' if backslash == Backslash::Disputed && next == Some(quote) => return None,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        Some(kind)
    }

    /// A word, or the literal that it is the prefix of.
    fn word(&mut self) -> Option<Kind> {
        let end = self.word_end(self.at);
        let word = &self.sql.as_bytes()[self.at..end];
        match (word, self.byte(end)) {
            (b"E" | b"e", Some(b'\'')) => self.quoted(end, b'\'', Backslash::Escape, Kind::Value),
            (b"N" | b"n" | b"X" | b"x" | b"B" | b"b", Some(b'\'')) => {
                self.quoted(end, b'\'', Backslash::Disputed, Kind::Value)
            }
            (b"U" | b"u", Some(b'&')) if self.byte(end + 1) == Some(b'\'') => {
                self.quoted(end + 1, b'\'', Backslash::Disputed, Kind::Value)
            }
            _ => {
                self.at = end;
                Some(Kind::Word)
            }
        }
    }

    /// `$1`, `$name`, or a text between `$tag$` and `$tag$`.
    fn dollar(&mut self) -> Option<Kind> {
        let start = self.at;
        let digits = self.digits(start + 1);
        if digits > 0 {
            let is_placeholder = digits <= MAX_PLACEHOLDER_DIGITS;
            return if is_placeholder { self.advance(1 + digits, Kind::Placeholder) } else { self.number(start + 1) };
        }
        let rest = &self.sql[start + 1..];
        let tag_end = start + 1 + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if self.byte(tag_end) == Some(b'$') {
            let (tag, body) = (&self.sql[start..=tag_end], &self.sql[tag_end + 1..]);
            self.at = tag_end + 1 + body.find(tag)? + tag.len();
            return Some(Kind::Value);
        }
        let is_name = tag_end > start + 1;
        self.at = tag_end;
        Some(if is_name { Kind::Placeholder } else { Kind::Symbol })
    }

    /// A name in brackets for SQLite, otherwise the bracket of an array or a subscript.
    fn bracket(&mut self, spaced: bool) -> Option<Kind> {
        let rest = &self.sql.as_bytes()[self.at + 1..];
        let rest = &rest[..rest.len().min(MAX_BRACKETED_BYTES)];
        let close = rest.iter().position(|byte| *byte == b']');
        let inside = &rest[..close.unwrap_or(rest.len())];
        if self.brackets == 0 && !self.follows_array(spaced) {
            let is_name = |close: &usize| is_bracketed_name(&self.sql[self.at + 1..self.at + 1 + close]);
            if let Some(close) = close.filter(is_name) {
                return self.advance(close + 2, Kind::Name);
            }
            if (0..inside.len()).any(|at| opens(&inside[at..])) {
                return None;
            }
        }
        self.brackets += 1;
        self.advance(1, Kind::Symbol)
    }

    /// Moves behind a number, and whatever is glued to it.
    fn number(&mut self, digits: usize) -> Option<Kind> {
        let mut previous = '\0';
        let length = self.sql[digits..].char_indices().find(|(at, c)| {
            let in_exponent =
                matches!(previous, 'e' | 'E') && matches!(c, '+' | '-') && self.digits(digits + at + 1) > 0;
            previous = *c;
            !(is_word(*c) || *c == '.' || in_exponent)
        });
        self.at = length.map_or(self.sql.len(), |(at, _)| digits + at);
        Some(Kind::Value)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.sql.as_bytes().get(at).copied()
    }

    /// How many digits stand at `at`; no more than needed to know that they are too many for a placeholder.
    fn digits(&self, at: usize) -> usize {
        let rest = self.sql.as_bytes().get(at..).unwrap_or_default();
        rest.iter().take(MAX_PLACEHOLDER_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count()
    }

    fn starts_number(&self, at: usize) -> bool {
        self.digits(at) > 0 || (self.byte(at) == Some(b'.') && self.digits(at + 1) > 0)
    }

    fn starts_word(&self, at: usize) -> bool {
        self.sql[at..].chars().next().is_some_and(|c| is_word(c) && !c.is_ascii_digit())
    }

    fn word_end(&self, at: usize) -> usize {
        let rest = &self.sql[at..];
        at + rest.find(|c| !is_word(c) && c != '$').unwrap_or(rest.len())
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

    /// Whether a bracket here belongs to an array or is a subscript, which no bracketed name can be.
    fn follows_array(&self, spaced: bool) -> bool {
        self.previous.is_some_and(|previous| match previous.kind {
            Kind::Word if previous.text.eq_ignore_ascii_case("array") => true,
            Kind::Symbol if !matches!(previous.text, ")" | "]") => false,
            _ => !spaced,
        })
    }
}

/// What words are made of: ASCII letters, digits, the underscore, and all that is not ASCII but no blank either.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !is_blank(c))
}

/// Whether these are the words of a name. A number among them could be that of a subscript behind a blank.
fn is_bracketed_name(inside: &str) -> bool {
    let mut in_word = false;
    !inside.is_empty()
        && inside.chars().all(|c| {
            let starts_number = c.is_ascii_digit() && !in_word;
            in_word = is_word(c);
            !starts_number && (in_word || matches!(c, ' ' | '-' | '.'))
        })
}

/// White space and control characters.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Whether in some database something begins here that could go on behind the end of the line.
pub(super) fn opens_lines(rest: &[u8]) -> bool {
    matches!(rest, [b'\'' | b'"' | b'`' | b'$' | b'[', ..] | [b'/', b'*', ..])
}

/// Whether in some database a quote, a bracketed name or a comment begins here.
pub(super) fn opens(rest: &[u8]) -> bool {
    opens_lines(rest) || matches!(rest, [b'#', ..] | [b'-', b'-', ..])
}
