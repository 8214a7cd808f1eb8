//! What stands between the tokens: white space and comments.

use super::lexer::{Lexer, is_blank, opens, opens_lines};

impl Lexer<'_> {
    /// Moves to the next token or the end. `false` if a comment begins here of which it cannot be known where it ends.
    pub(super) fn skip_blank(&mut self) -> bool {
        loop {
            let rest = &self.sql[self.at..];
            let readable = match (self.byte(self.at), self.byte(self.at + 1)) {
                (Some(b'-'), Some(b'-')) => {
                    // In MySQL a blank must follow, otherwise these are two minus signs.
                    let disputed = self.byte(self.at + 2).is_some_and(|byte| byte > b' ' && byte != 0x7f);
                    self.skip_line(2, disputed)
                }
                // Operators of PostgreSQL for JSON; a line of dashes is a comment in MySQL.
                (Some(b'#'), Some(b'>')) => return true,
                (Some(b'#'), Some(b'-')) if self.byte(self.at + 2) != Some(b'-') => return true,
                (Some(b'#'), _) => self.skip_line(1, true),
                (Some(b'/'), Some(b'*')) => self.skip_block(),
                _ => match rest.chars().next().filter(|c| is_blank(*c)) {
                    Some(c) => {
                        self.at += c.len_utf8();
                        true
                    }
                    None => return true,
                },
            };
            if !readable {
                return false;
            }
        }
    }

    /// Moves to the end of the line. `disputed` if some database would read on.
    fn skip_line(&mut self, opening: usize, disputed: bool) -> bool {
        let rest = &self.sql.as_bytes()[self.at..];
        let line = &rest[..rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())];
        // To PostgreSQL a carriage return ends the line.
        let disputed = disputed || line.iter().position(|byte| *byte == b'\r').is_some_and(|at| at + 1 < line.len());
        let readable = !disputed || !(opening..line.len()).any(|at| opens_lines(&line[at..]));
        if readable {
            self.at += line.len();
        }
        readable
    }

    /// Moves behind `*/`. Comments nest in PostgreSQL only: from the first end of a nested one to the last there may be
    /// nothing that would begin a quote. Nor in those that MySQL executes.
    fn skip_block(&mut self) -> bool {
        let bytes = self.sql.as_bytes();
        let mut at = self.at + 2;
        let mut depth = 1;
        let mut disputed = bytes[at..].starts_with(b"!") || bytes[at..].starts_with(b"M!");
        while at < bytes.len() {
            let rest = &bytes[at..];
            if disputed && opens(rest) {
                return false;
            } else if rest.starts_with(b"*/") {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    self.at = at;
                    return true;
                }
                disputed = true;
            } else if rest.starts_with(b"/*") {
                depth += 1;
                at += 2;
            } else {
                at += 1;
            }
        }
        false
    }
}
