//! The text of a query, read word by word: which word can come is for the grammar to know.

use regex::Regex;

use crate::error::Error;
use crate::time;

/// What is a word of the language where a name could stand.
const RESERVED: [&str; 9] = ["and", "or", "not", "in", "like", "as", "by", "asc", "desc"];

/// A text, and how far it is read.
pub(crate) struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Reader { text, at: 0 }
    }

    /// Where the next word begins, behind blanks and comments.
    pub(crate) fn here(&mut self) -> usize {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            let comment = match rest[blank..].starts_with('#') {
                true => rest[blank..].find('\n').unwrap_or(rest.len() - blank),
                false => 0,
            };
            self.at += blank + comment;
            if comment == 0 {
                return self.at;
            }
        }
    }

    /// What was read since then, without what is around it.
    pub(crate) fn since(&self, from: usize) -> &'t str {
        self.text[from..self.at].trim()
    }

    pub(crate) fn is_at_end(&mut self) -> bool {
        self.here() == self.text.len()
    }

    pub(crate) fn error(&self, at: usize, message: impl Into<String>) -> Error {
        Error::new(self.text, at, message)
    }

    /// What is wrong here: something else is needed.
    pub(crate) fn needed(&mut self, what: &str) -> Error {
        let at = self.here();
        let found: String = self.rest().chars().take_while(|character| !character.is_whitespace()).take(20).collect();
        let found = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
        self.error(at, format!("{what} is needed, not {found}"))
    }

    pub(crate) fn symbol(&mut self, symbol: &str) -> bool {
        self.here();
        let is_here = self.rest().starts_with(symbol);
        self.at += if is_here { symbol.len() } else { 0 };
        is_here
    }

    pub(crate) fn need(&mut self, symbol: &str) -> Result<(), Error> {
        if self.symbol(symbol) { Ok(()) } else { Err(self.needed(&format!("`{symbol}`"))) }
    }

    /// A word of the language, however it is capitalized.
    pub(crate) fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.at;
        let is_here = self.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        if !is_here {
            self.at = before;
        }
        is_here
    }

    pub(crate) fn word(&mut self) -> Option<&'t str> {
        self.here();
        self.while_it_is(|character| character.is_ascii_alphanumeric() || character == '_')
            .filter(|word| !word.starts_with(|character: char| character.is_ascii_digit()))
    }

    /// The name of a function, which stands right before a parenthesis.
    pub(crate) fn function(&mut self) -> Option<&'t str> {
        let before = self.at;
        let word = self.word();
        if word.is_some() && self.symbol("(") {
            return word;
        }
        self.at = before;
        None
    }

    /// The name of a field: of letters, digits, `_`, `.` and `@`, or of anything between backticks.
    pub(crate) fn name(&mut self) -> Result<Option<String>, Error> {
        let at = self.here();
        if self.symbol("`") {
            let Some(length) = self.rest().find('`').filter(|length| *length > 0) else {
                return Err(self.error(at, "a name that begins with a backtick ends with another"));
            };
            let name = self.rest()[..length].to_owned();
            self.at += length + 1;
            return Ok(Some(name));
        }
        if self.rest().starts_with(|character: char| character.is_ascii_digit() || character == '.') {
            return Ok(None);
        }
        let is_of_a_name = |character: char| character.is_ascii_alphanumeric() || "_.@".contains(character);
        let Some(name) = self.while_it_is(is_of_a_name) else { return Ok(None) };
        if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
            return Err(
                self.error(at, format!("`{name}` is a word of the language: put a field of this name in backticks"))
            );
        }
        Ok(Some(name.to_owned()))
    }

    pub(crate) fn need_name(&mut self) -> Result<String, Error> {
        self.name()?.ok_or_else(|| self.needed("a field"))
    }

    /// A text in quotes of either kind.
    pub(crate) fn text(&mut self) -> Result<Option<String>, Error> {
        let at = self.here();
        let Some(quote) = self.rest().chars().next().filter(|character| "\"'".contains(*character)) else {
            return Ok(None);
        };
        let (mut text, mut is_escaped) = (String::new(), false);
        for (place, character) in self.rest().char_indices().skip(1) {
            match character {
                '\\' if !is_escaped => is_escaped = true,
                _ if character == quote && !is_escaped => {
                    self.at += place + 1;
                    return Ok(Some(text));
                }
                _ => {
                    if is_escaped && character != quote && character != '\\' {
                        text.push('\\');
                    }
                    text.push(character);
                    is_escaped = false;
                }
            }
        }
        Err(self.error(at, "the text does not end"))
    }

    /// A regular expression between slashes.
    pub(crate) fn regex(&mut self) -> Result<Option<Regex>, Error> {
        let at = self.here();
        if !self.symbol("/") {
            return Ok(None);
        }
        let (mut pattern, mut is_escaped) = (String::new(), false);
        for (place, character) in self.rest().char_indices() {
            if character == '/' && !is_escaped {
                self.at += place + 1;
                let regex = Regex::new(&pattern);
                return regex.map(Some).map_err(|error| self.error(at, format!("no regular expression: {error}")));
            }
            // An escaped slash is one; rust's expressions know it without an escape.
            if character == '/' {
                pattern.pop();
            }
            pattern.push(character);
            is_escaped = character == '\\' && !is_escaped;
        }
        Err(self.error(at, "the regular expression does not end"))
    }

    pub(crate) fn number(&mut self) -> Result<Option<f64>, Error> {
        let at = self.here();
        let Some(digits) = self.while_it_is(|character| character.is_ascii_digit() || character == '.') else {
            return Ok(None);
        };
        digits.parse().map(Some).map_err(|_| self.error(at, format!("`{digits}` is no number")))
    }

    /// `5m`, in milliseconds.
    pub(crate) fn period(&mut self) -> Result<i64, Error> {
        let at = self.here();
        let count = self.while_it_is(|character| character.is_ascii_digit()).and_then(|digits| digits.parse().ok());
        let unit = self.word().and_then(time::unit);
        let length = count.zip(unit).and_then(|(count, unit): (i64, i64)| count.checked_mul(unit));
        length
            .filter(|length| *length > 0)
            .ok_or_else(|| self.error(at, "a period is needed: a number and `s`, `m`, `h` or `d`, such as 5m"))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn while_it_is(&mut self, fits: impl Fn(char) -> bool) -> Option<&'t str> {
        let rest = self.rest();
        let length = rest.find(|character| !fits(character)).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }
}
