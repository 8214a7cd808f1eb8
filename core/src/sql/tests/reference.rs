//! Where the literals of a statement are: written down once more from the manuals of the databases, one after the other
//! and without a thought for time, to compare the reader with.

use std::ops::Range;

use super::Dialect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// White space and comments.
    Blank,
    Literal,
    /// In double quotes that could be those of a name or of a string.
    DoubleQuoted,
    Other,
}

/// What the manuals leave to the server.
#[derive(Clone, Copy)]
pub(super) struct Server {
    /// Whether its version is one for which `/*! … */` and the quotes in `/*+ … */` mean something.
    pub(super) reads_comments: bool,
    /// Whether it could be one of another system.
    pub(super) unknown: bool,
}

pub(super) fn parts(dialect: Dialect, server: Server, sql: &str) -> Vec<(Part, Range<usize>)> {
    let mut reader = Reader { dialect, server, sql: sql.as_bytes(), at: 0, executing: false, escaping: None };
    let mut parts = Vec::new();
    while reader.at < sql.len() {
        let start = reader.at;
        let part = reader.part();
        reader.at = reader.at.min(sql.len());
        assert!(reader.at > start, "stuck at {start} of {sql:?}");
        parts.push((part, start..reader.at));
    }
    parts
}

struct Reader<'a> {
    dialect: Dialect,
    server: Server,
    sql: &'a [u8],
    at: usize,
    /// Inside of `/*! … */`.
    executing: bool,
    /// Where the last `E'…'` ended, while there are but blanks behind it.
    escaping: Option<usize>,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.sql[self.at.min(self.sql.len())..]
    }

    fn starts(&self, with: &str) -> bool {
        self.rest().starts_with(with.as_bytes())
    }

    fn starts_folded(&self, with: &str) -> bool {
        self.rest().get(..with.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(with.as_bytes()))
    }

    fn skip_while(&mut self, is: impl Fn(u8) -> bool) {
        while self.rest().first().is_some_and(|byte| is(*byte)) {
            self.at += 1;
        }
    }

    /// To the end, if it never comes.
    fn skip_behind(&mut self, end: &str) {
        while !self.rest().is_empty() && !self.starts(end) {
            self.at += 1;
        }
        self.at += end.len();
    }

    fn part(&mut self) -> Part {
        let start = self.at;
        let part = match self.dialect {
            Dialect::PostgreSql => self.postgresql(),
            Dialect::MySql => self.mysql(),
            Dialect::Sqlite => self.sqlite(),
            Dialect::Any => unreachable!("no database"),
        };
        if part != Part::Blank && self.escaping.is_some_and(|end| end <= start) {
            self.escaping = None;
        }
        part
    }

    fn postgresql(&mut self) -> Part {
        if self.rest()[0].is_ascii_whitespace() || self.rest()[0].is_ascii_control() {
            self.at += 1;
            return Part::Blank;
        }
        if self.starts("--") {
            self.skip_while(|byte| byte != b'\n' && byte != b'\r');
            return Part::Blank;
        }
        if self.starts("/*") {
            let mut depth = 0;
            while !self.rest().is_empty() {
                match () {
                    () if self.starts("/*") => depth += 1,
                    () if self.starts("*/") => depth -= 1,
                    () => {
                        self.at += 1;
                        continue;
                    }
                }
                self.at += 2;
                if depth == 0 {
                    return Part::Blank;
                }
            }
            return Part::Literal;
        }
        if self.starts("'") {
            let continues = self.escaping.is_some_and(|end| {
                let between = &self.sql[end..self.at];
                // Line comments may stand between, block comments may not.
                let mut lines = between.split(|byte| matches!(byte, b'\n' | b'\r'));
                between.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
                    && lines.all(|line| {
                        let text = line.iter().position(|byte| *byte > b' ');
                        text.is_none_or(|at| line[at..].starts_with(b"--"))
                    })
            });
            self.at += 1;
            self.string(b'\'', continues);
            if continues {
                self.escaping = Some(self.at);
            }
            return Part::Literal;
        }
        if self.starts_folded("e'") {
            self.at += 2;
            self.string(b'\'', true);
            self.escaping = Some(self.at);
            return Part::Literal;
        }
        if ["n'", "x'", "b'", "u&'"].into_iter().any(|prefix| self.starts_folded(prefix)) {
            self.skip_while(|byte| byte != b'\'');
            self.at += 1;
            self.string(b'\'', false);
            return Part::Literal;
        }
        if self.starts("\"") || self.starts_folded("u&\"") {
            self.skip_while(|byte| byte != b'"');
            self.at += 1;
            let closed = self.string(b'"', false);
            return if closed { Part::Other } else { Part::Literal };
        }
        if self.starts("$") {
            let mut end = self.at + 1;
            let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
            while self.sql.get(end).is_some_and(|byte| is_tag(*byte)) {
                end += 1;
            }
            let tag = &self.sql[self.at..end];
            if self.sql.get(end) == Some(&b'$') && !tag.get(1).is_some_and(u8::is_ascii_digit) {
                let tag = std::str::from_utf8(&self.sql[self.at..=end]).unwrap().to_owned();
                self.at = end + 1;
                self.skip_behind(&tag);
                return Part::Literal;
            }
            return self.numbered();
        }
        self.word_number_or_symbol()
    }

    fn mysql(&mut self) -> Part {
        if self.rest()[0].is_ascii_whitespace() || self.rest()[0].is_ascii_control() {
            self.at += 1;
            return Part::Blank;
        }
        let behind_dashes = self.rest().get(2).copied().unwrap_or(0);
        if self.starts("#")
            || (self.starts("--") && (behind_dashes.is_ascii_whitespace() || behind_dashes.is_ascii_control()))
        {
            self.skip_while(|byte| byte != b'\n');
            return Part::Blank;
        }
        if self.server.reads_comments && (self.starts("/*!") || self.starts("/*M!")) {
            self.skip_while(|byte| byte != b'!');
            self.at += 1;
            let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.at += if digits >= 5 { digits.min(6) } else { 0 };
            self.executing = true;
            return Part::Literal;
        }
        if self.executing && self.starts("*/") {
            self.at += 2;
            self.executing = false;
            return Part::Literal;
        }
        if self.server.reads_comments && self.starts("/*+") {
            self.at += 3;
            while !self.rest().is_empty() && !self.starts("*/") {
                let byte = self.rest()[0];
                self.at += 1;
                if matches!(byte, b'\'' | b'"' | b'`') {
                    self.string(byte, false);
                }
            }
            self.at += 2;
            return Part::Blank;
        }
        if self.starts("/*") {
            self.at += 2;
            self.skip_behind("*/");
            return if self.at > self.sql.len() { Part::Literal } else { Part::Blank };
        }
        if ["n'", "x'", "b'"].into_iter().any(|prefix| self.starts_folded(prefix)) {
            self.at += 1;
        }
        if self.starts("'") || self.starts("\"") {
            let quote = self.rest()[0];
            self.at += 1;
            let closed = self.string(quote, true);
            return if quote == b'"' && closed { Part::DoubleQuoted } else { Part::Literal };
        }
        if self.starts("`") {
            self.at += 1;
            let closed = self.string(b'`', false);
            return if closed { Part::Other } else { Part::Literal };
        }
        if self.starts("::") {
            self.at += 2;
            return Part::Other;
        }
        // Drivers have placeholders with colons.
        if ["$", "@", ":"].into_iter().any(|sign| self.starts(sign)) {
            return self.numbered();
        }
        self.word_number_or_symbol()
    }

    fn sqlite(&mut self) -> Part {
        if self.starts("\u{feff}") {
            self.at += 3;
            return Part::Blank;
        }
        if self.rest()[0].is_ascii_whitespace() || self.rest()[0].is_ascii_control() {
            self.at += 1;
            return Part::Blank;
        }
        if self.starts("--") {
            self.skip_while(|byte| byte != b'\n');
            return Part::Blank;
        }
        if self.starts("/*") {
            self.at += 2;
            self.skip_behind("*/");
            return Part::Blank;
        }
        if self.starts_folded("x'") {
            self.at += 1;
        }
        if ["'", "\"", "`"].into_iter().any(|quote| self.starts(quote)) {
            let quote = self.rest()[0];
            self.at += 1;
            let closed = self.string(quote, false);
            return match quote {
                b'"' if closed => Part::DoubleQuoted,
                b'`' if closed => Part::Other,
                _ => Part::Literal,
            };
        }
        if self.starts("[") {
            let closed = self.rest().contains(&b']');
            self.skip_behind("]");
            // What is not closed is refused. The reader masks it if it knows that it is for SQLite.
            return if closed || self.server.unknown { Part::Other } else { Part::Literal };
        }
        if ["$", ":", "@"].into_iter().any(|sign| self.starts(sign)) {
            let sign = self.at;
            let part = self.numbered();
            // What the name has in parentheses is its own, whatever it is. The reader gives up where it is no word, but
            // does not mind it where it does not know that it is for SQLite.
            if !self.server.unknown && part == Part::Other && self.at > sign + 1 && self.starts("(") {
                self.skip_while(|byte| byte != b')' && !byte.is_ascii_whitespace());
                self.at += 1;
            }
            return part;
        }
        self.word_number_or_symbol()
    }

    /// Behind the opening quote. `false` if it is never closed.
    fn string(&mut self, quote: u8, escapes: bool) -> bool {
        loop {
            match (self.sql.get(self.at).copied(), self.sql.get(self.at + 1).copied()) {
                (None, _) => return false,
                (Some(b'\\'), Some(_)) if escapes => self.at += 2,
                (Some(byte), Some(next)) if byte == quote && next == quote => self.at += 2,
                (Some(byte), _) if byte == quote => {
                    self.at += 1;
                    return true;
                }
                _ => self.at += 1,
            }
        }
    }

    /// A sign and the number or name behind it. More digits than five are taken for a literal.
    fn numbered(&mut self) -> Part {
        self.at += 1;
        let start = self.at;
        self.skip_while(|byte| byte.is_ascii_digit());
        match self.at - start {
            0 => {
                let begins_name = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_' || !byte.is_ascii();
                if self.rest().first().is_some_and(begins_name) {
                    self.skip_while(|byte| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
                    });
                    if self.dialect == Dialect::PostgreSql && (self.starts("'") || self.starts("&")) {
                        self.at = start;
                    }
                }
                Part::Other
            }
            // Not worth knowing as the name of a placeholder.
            _ if matches!(self.sql[start - 1], b':' | b'@') => self.number(),
            1..=5 => Part::Other,
            _ => self.number(),
        }
    }

    fn word_number_or_symbol(&mut self) -> Part {
        let in_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
        let next_is_digit = self.rest().get(1).is_some_and(u8::is_ascii_digit);
        match self.rest()[0] {
            b'0'..=b'9' => self.number(),
            b'.' if next_is_digit && !self.follows_name() => self.number(),
            b'?' if next_is_digit && self.dialect == Dialect::Sqlite => self.numbered(),
            byte if in_word(byte) => {
                self.skip_while(in_word);
                Part::Other
            }
            _ => {
                self.at += 1;
                Part::Other
            }
        }
    }

    fn number(&mut self) -> Part {
        while let Some(byte) = self.rest().first().copied() {
            let exponent = matches!(byte, b'+' | b'-')
                && matches!(self.sql[self.at - 1], b'e' | b'E')
                && self.rest().get(1).is_some_and(u8::is_ascii_digit);
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || !byte.is_ascii() || exponent) {
                break;
            }
            self.at += 1;
        }
        Part::Literal
    }

    /// Whether a dot here separates two names.
    fn follows_name(&self) -> bool {
        let before = self.at.checked_sub(1).map_or(b' ', |before| self.sql[before]);
        before.is_ascii_alphanumeric() || matches!(before, b'_' | b'$' | b'"' | b'`' | b']') || !before.is_ascii()
    }
}
