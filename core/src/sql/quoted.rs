//! What stands in quotes: strings and names.

use super::dialect::Dialect;
use super::lexer::{Kind, Lexer, is_word, opens};

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

impl Lexer<'_> {
    /// A string in single quotes. `continues` if it follows an `E'…'`, of which it is a part on another line.
    pub(super) fn string(&mut self, continues: bool) -> Option<Kind> {
        if !continues {
            return self.quoted(self.at, b'\'', self.backslash(), Kind::Value);
        }
        let between = &self.sql[self.previous?.end..self.at];
        self.count(between.len());
        if !between.contains(['\n', '\r']) {
            return self.quoted(self.at, b'\'', Backslash::Plain, Kind::Value);
        }
        // A block comment would end it, but this could be one within another comment.
        let continued = if between.contains("/*") { Backslash::Disputed } else { Backslash::Escape };
        self.escaped = true;
        self.quoted(self.at, b'\'', continued, Kind::Value)
    }

    pub(super) fn double_quoted(&mut self) -> Option<Kind> {
        if self.dialect == Dialect::PostgreSql {
            return self.quoted(self.at, b'"', Backslash::Plain, Kind::Name);
        }
        let dotted = self.previous.is_some_and(|previous| previous.is_symbol("."));
        self.quoted(self.at, b'"', self.backslash(), Kind::DoubleQuoted)?;
        Some(if dotted || self.byte(self.at) == Some(b'.') { Kind::Name } else { Kind::DoubleQuoted })
    }

    pub(super) fn backticks(&mut self) -> Option<Kind> {
        let start = self.at;
        self.quoted(start, b'`', Backslash::Plain, Kind::Name)?;
        // PostgreSQL allows operators with a backtick; between two of them would be anything.
        let name = &self.sql.as_bytes()[start..self.at];
        self.count(name.len());
        let disputed = self.dialect == Dialect::Any && name.iter().any(|byte| matches!(byte, b'\'' | b'"'));
        (!disputed).then_some(Kind::Name)
    }

    /// A word, or the quoted text that it is the prefix of.
    pub(super) fn word(&mut self) -> Option<Kind> {
        let end = self.word_end(self.at);
        let word = &self.sql.as_bytes()[self.at..end];
        let is_prefix = match word {
            b"X" | b"x" => true,
            b"N" | b"n" | b"B" | b"b" => self.dialect != Dialect::Sqlite,
            b"E" | b"e" | b"U" | b"u" => matches!(self.dialect, Dialect::Any | Dialect::PostgreSql),
            _ => false,
        };
        if is_prefix {
            match (word, self.byte(end), self.byte(end + 1)) {
                (b"E" | b"e", Some(b'\''), _) => {
                    self.escaped = self.dialect == Dialect::PostgreSql;
                    return self.quoted(end, b'\'', Backslash::Escape, Kind::Value);
                }
                (b"U" | b"u", Some(b'&'), Some(b'\'')) => {
                    return self.quoted(end + 1, b'\'', self.backslash(), Kind::Value);
                }
                (b"U" | b"u", Some(b'&'), Some(b'"')) if self.dialect == Dialect::PostgreSql => {
                    return self.quoted(end + 1, b'"', Backslash::Plain, Kind::Name);
                }
                (b"U" | b"u", ..) => {}
                (_, Some(b'\''), _) => return self.quoted(end, b'\'', self.backslash(), Kind::Value),
                _ => {}
            }
        }
        self.at = end;
        Some(Kind::Word)
    }

    /// `$1`, `$name`, or a text between `$tag$` and `$tag$`.
    pub(super) fn dollar(&mut self) -> Option<Kind> {
        let start = self.at;
        let digits = self.digits(start + 1);
        if digits > 0 {
            return self.numbered_placeholder(digits);
        }
        // PostgreSQL has tags of any characters beyond ASCII.
        let tag_end = self.find(start + 1, |c| !is_word(c) && c.is_ascii());
        if self.dialect != Dialect::Sqlite && self.byte(tag_end) == Some(b'$') {
            if self.dialect == Dialect::MySql {
                // A text to the latest versions, a name to all others.
                return None;
            }
            let (tag, body) = (&self.sql[start..=tag_end], &self.sql[tag_end + 1..]);
            let length = body.find(tag);
            self.count(length.unwrap_or(body.len()));
            let body = &body.as_bytes()[..length?];
            self.count(body.len());
            self.at = tag_end + 1 + body.len() + tag.len();
            // To others the tag is a name, and what follows it no text.
            let disputed = self.dialect == Dialect::Any && (0..body.len()).any(|at| opens(&body[at..]));
            return (!disputed).then_some(Kind::Value);
        }
        if tag_end == start + 1 { self.advance(1, Kind::Symbol) } else { self.named_placeholder() }
    }

    /// A name in brackets for SQLite, otherwise the bracket of an array or a subscript.
    pub(super) fn bracket(&mut self, spaced: bool) -> Option<Kind> {
        match self.dialect {
            Dialect::Sqlite => {
                let close = self.find(self.at, |c| c == ']');
                self.at = close + 1;
                return (close < self.sql.len()).then_some(Kind::Name);
            }
            // To SQLite all up to the first closing bracket is a name, wherever it stands.
            Dialect::Any if self.bracketed_until <= self.at => {
                let close = self.alike_until(self.at + 1, b"]")?;
                self.bracketed_until = close + 1;
                self.count(close - self.at);
                let could_be_name = close < self.sql.len() && self.brackets == 0 && !self.follows_array(spaced);
                if could_be_name && is_bracketed_name(&self.sql[self.at + 1..close]) {
                    self.at = close + 1;
                    return Some(Kind::Name);
                }
            }
            _ => {}
        }
        self.brackets += 1;
        self.advance(1, Kind::Symbol)
    }

    /// What the comment contains is executed by MySQL, depending on its version: it is masked as a whole.
    pub(super) fn executable_comment(&mut self) -> Option<Kind> {
        self.at = self.alike_end(self.at)?;
        Some(Kind::Value)
    }

    /// The end of the block comment at `at`, if it is the same to all.
    pub(super) fn alike_end(&self, at: usize) -> Option<usize> {
        let close = self.alike_until(at + 2, b"*/")?;
        (close < self.sql.len()).then_some(close + 2)
    }

    /// Where `close` is, or the end without one, if it is the same place to those who read quotes and comments before it
    /// and those who do not.
    fn alike_until(&self, from: usize, close: &[u8]) -> Option<usize> {
        let content = &self.sql.as_bytes()[from..];
        let mut open = None;
        for (index, byte) in content.iter().enumerate() {
            self.count(1);
            let rest = &content[index..];
            match rest {
                _ if rest.starts_with(close) => return open.is_none().then_some(from + index),
                [b'\\' | b'#', ..] | [b'/', b'*', ..] | [b'-', b'-', ..] => return None,
                [b'$', next, ..] if !next.is_ascii_digit() => return None,
                [b'\'' | b'"' | b'`', ..] if open.is_none() => open = Some(byte),
                _ if open == Some(byte) => open = None,
                _ => {}
            }
        }
        open.is_none().then_some(self.sql.len())
    }

    /// Moves behind a quoted text. A doubled quote does not close it.
    fn quoted(&mut self, open: usize, quote: u8, backslash: Backslash, kind: Kind) -> Option<Kind> {
        let bytes = self.sql.as_bytes();
        let mut at = open + 1;
        loop {
            let next = bytes.get(at + 1).copied();
            match *bytes.get(at)? {
                byte if byte == quote && next != Some(quote) => break,
                byte if byte == quote => at += 2,
                b'\\' if backslash != Backslash::Plain && next == Some(b'\\') => at += 2,
                b'\\' if backslash == Backslash::Escape && next == Some(quote) => at += 2,
                b'\\' if backslash == Backslash::Disputed && next == Some(quote) => return None,
                _ => at += 1,
            }
            self.count(1);
        }
        self.at = at + 1;
        Some(kind)
    }

    /// In a string without a prefix.
    fn backslash(&self) -> Backslash {
        match self.dialect {
            Dialect::Any => Backslash::Disputed,
            Dialect::PostgreSql | Dialect::Sqlite => Backslash::Plain,
            Dialect::MySql => Backslash::Escape,
        }
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
