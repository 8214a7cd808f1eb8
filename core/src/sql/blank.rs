//! What stands between the tokens: white space and comments.

use super::dialect::Dialect;
use super::lexer::{BYTE_ORDER_MARK, Lexer, is_blank, opens, opens_lines};

impl Lexer<'_> {
    /// Moves to the next token or the end. `false` if something begins here of which it cannot be known where it ends.
    pub(super) fn skip_blank(&mut self) -> bool {
        loop {
            let readable = match (self.byte(self.at), self.byte(self.at + 1)) {
                (Some(b'-'), Some(b'-')) => match self.dialect {
                    Dialect::MySql if !self.spaces_dashes() => return true,
                    Dialect::Any => self.skip_disputed_line(2, !self.spaces_dashes()),
                    _ => self.skip_line(),
                },
                (Some(b'#'), _) if self.dialect == Dialect::MySql => self.skip_line(),
                (Some(b'#'), next) if self.dialect == Dialect::Any => match next {
                    // Operators of PostgreSQL for JSON; a line of dashes is a comment in MySQL.
                    Some(b'>') => return true,
                    Some(b'-') if self.byte(self.at + 2) != Some(b'-') => return true,
                    _ => self.skip_disputed_line(1, true),
                },
                (Some(b'/'), Some(b'*')) => match self.dialect {
                    Dialect::MySql | Dialect::Any if self.is_executable() => return true,
                    _ => self.skip_block(),
                },
                _ => match self.sql[self.at..].chars().next() {
                    Some(c) if c.is_ascii() && is_blank(c) => {
                        self.at += 1;
                        true
                    }
                    // Others read such blanks as letters, also of the tag of a text in dollars.
                    Some(c) if self.dialect == Dialect::Any && is_blank(c) => false,
                    Some(BYTE_ORDER_MARK) if self.dialect == Dialect::Sqlite => {
                        self.at += BYTE_ORDER_MARK.len_utf8();
                        true
                    }
                    _ => return true,
                },
            };
            if !readable {
                return false;
            }
        }
    }

    /// Whether behind the two dashes there is what makes them a comment in MySQL; otherwise they are two minus signs.
    fn spaces_dashes(&self) -> bool {
        self.byte(self.at + 2).is_none_or(|byte| byte <= b' ' || byte == 0x7f)
    }

    /// Whether MySQL or MariaDB executes the comment here.
    fn is_executable(&self) -> bool {
        match self.byte(self.at + 2) {
            Some(b'!') => true,
            Some(b'M') => self.byte(self.at + 3) == Some(b'!'),
            _ => false,
        }
    }

    fn skip_line(&mut self) -> bool {
        let returns = self.dialect == Dialect::PostgreSql;
        self.at = self.find(self.at, |c| c == '\n' || (returns && c == '\r'));
        true
    }

    /// Moves to the end of the line unless it could hide a quote. `disputed` if some database would read on.
    fn skip_disputed_line(&mut self, opening: usize, disputed: bool) -> bool {
        let end = self.find(self.at, |c| c == '\n');
        let line = &self.sql.as_bytes()[self.at..end];
        self.count(2 * line.len());
        // To PostgreSQL a carriage return ends the line.
        let disputed = disputed || line.iter().position(|byte| *byte == b'\r').is_some_and(|at| at + 1 < line.len());
        let readable = !disputed || !(opening..line.len()).any(|at| opens_lines(&line[at..]));
        if readable {
            self.at = end;
        }
        readable
    }

    /// Moves behind `*/`.
    fn skip_block(&mut self) -> bool {
        let is_hint = self.byte(self.at + 2) == Some(b'+');
        let end = match self.dialect {
            // MySQL reads quotes in hints.
            Dialect::Any | Dialect::MySql if is_hint => self.alike_end(self.at),
            Dialect::Any | Dialect::PostgreSql => self.nested_end(),
            Dialect::MySql => self.block_end(),
            // What is never closed is a comment nevertheless.
            Dialect::Sqlite => self.block_end().or(Some(self.sql.len())),
        };
        self.at = end.unwrap_or(self.at);
        end.is_some()
    }

    fn block_end(&self) -> Option<usize> {
        let content = &self.sql[self.at + 2..];
        let length = content.find("*/");
        self.count(length.unwrap_or(content.len()));
        length.map(|length| self.at + 2 + length + 2)
    }

    /// Comments nest in PostgreSQL only: if that is not known, from the first end of a nested one to the last there may
    /// be nothing that would begin a quote.
    fn nested_end(&self) -> Option<usize> {
        let bytes = self.sql.as_bytes();
        let mut at = self.at + 2;
        let mut depth = 1;
        let mut disputed = false;
        while at < bytes.len() {
            self.count(1);
            let rest = &bytes[at..];
            if disputed && opens(rest) {
                return None;
            } else if rest.starts_with(b"*/") {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    // To those who do not nest, this slash is not the end of a comment, but could begin another.
                    return (!disputed || bytes.get(at) != Some(&b'*')).then_some(at);
                }
                disputed = self.dialect == Dialect::Any;
            } else if rest.starts_with(b"/*") {
                depth += 1;
                at += 2;
            } else {
                at += 1;
            }
        }
        None
    }
}
