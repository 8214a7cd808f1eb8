//! How the words of a filter belong together.

use regex::Regex;

use super::SyntaxError;
use super::expression::{Comparison, Expression};
use super::operand::Operand;
use super::word::{Kind, Word, words};
use crate::report::fields::{Fields, Slot};

/// Deeper than this nobody thinks, but a stack ends.
const MOST_DEPTH: usize = 100;

/// Reads a filter, word by word.
pub(super) struct Parser<'t> {
    text: &'t str,
    fields: &'t mut Fields,
    words: Vec<Word>,
    next: usize,
    depth: usize,
}

struct Field {
    name: String,
    slot: Slot,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, fields: &'t mut Fields) -> Result<Self, SyntaxError> {
        Ok(Parser { text, fields, words: words(text)?, next: 0, depth: 0 })
    }

    pub(super) fn all(mut self) -> Result<Expression, SyntaxError> {
        let expression = self.any_of()?;
        match self.peek() {
            Kind::End => Ok(expression),
            Kind::Sign(")") => Err(self.wrong("nothing was opened that this closes")),
            _ => Err(self.wrong("expected `and`, `or`, or the end")),
        }
    }

    fn any_of(&mut self) -> Result<Expression, SyntaxError> {
        let mut all = vec![self.all_of()?];
        while self.takes_word("or") {
            all.push(self.all_of()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expression::Or(all) })
    }

    fn all_of(&mut self) -> Result<Expression, SyntaxError> {
        let mut all = vec![self.one()?];
        while self.takes_word("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expression::And(all) })
    }

    fn one(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(self.wrong("this is nested too deeply"));
        }
        let expression = if self.takes_word("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.takes_sign("(") {
            let inner = self.any_of()?;
            self.closing()?;
            inner
        } else {
            self.predicate()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn predicate(&mut self) -> Result<Expression, SyntaxError> {
        let field = self.field()?;
        if self.takes_word("is") {
            let negated = self.takes_word("not");
            if !self.takes_word("missing") {
                return Err(self.wrong("expected `missing` or `not missing`"));
            }
            return Ok(negate(negated, Expression::IsMissing(field.slot)));
        }
        if self.takes_word("not") {
            return match self.membership(&field)? {
                Some(found) => Ok(negate(true, found)),
                None => Err(self.wrong("expected `in` or `like`")),
            };
        }
        if let Some(found) = self.membership(&field)? {
            return Ok(found);
        }
        let Kind::Sign(sign) = *self.peek() else { return Ok(Expression::IsTrue(field.slot)) };
        let (comparison, negated) = match sign {
            "=" | "==" => (Comparison::Equal, false),
            "!=" | "<>" => (Comparison::Equal, true),
            "<" => (Comparison::Less, false),
            "<=" => (Comparison::LessOrEqual, false),
            ">" => (Comparison::Greater, false),
            ">=" => (Comparison::GreaterOrEqual, false),
            "=~" | "!~" => {
                self.next += 1;
                let regex = self.regex()?;
                return Ok(negate(sign == "!~", Expression::Matches(field.slot, regex)));
            }
            "(" => return Err(self.wrong("expected a comparison, `in`, `like` or `is`")),
            _ => return Ok(Expression::IsTrue(field.slot)),
        };
        self.next += 1;
        let operand = self.operand(&field)?;
        Ok(negate(negated, Expression::Compare(field.slot, comparison, operand)))
    }

    /// `in (…)` or `like …`; none where it is neither.
    fn membership(&mut self, field: &Field) -> Result<Option<Expression>, SyntaxError> {
        if self.takes_word("like") {
            let pattern = self.value("a pattern: `'/orders/%'`")?;
            return Ok(Some(Expression::Matches(field.slot, like(&pattern))));
        }
        if !self.takes_word("in") {
            return Ok(None);
        }
        if !self.takes_sign("(") {
            return Err(self.wrong("expected `(`"));
        }
        let mut operands = vec![self.operand(field)?];
        while self.takes_sign(",") {
            operands.push(self.operand(field)?);
        }
        self.closing()?;
        Ok(Some(Expression::In(field.slot, operands)))
    }

    fn field(&mut self) -> Result<Field, SyntaxError> {
        let name = match self.peek() {
            Kind::Field(name) => name.clone(),
            Kind::Bare(word) if is_keyword(word) => return Err(self.wrong("expected a field here, as `duration_ms`")),
            Kind::Bare(word) if word.starts_with(|first: char| first.is_alphabetic() || first == '_') => word.clone(),
            Kind::Quoted(_) => return Err(self.wrong("a field has no quotes, or those of `` `my field` ``")),
            Kind::End => return Err(self.wrong("expected a field, but this is the end")),
            _ => return Err(self.wrong("expected a field, as `duration_ms`")),
        };
        self.next += 1;
        let slot = self.fields.ask(&name);
        Ok(Field { name, slot })
    }

    fn operand(&mut self, field: &Field) -> Result<Operand, SyntaxError> {
        if let Kind::Quoted(text) = self.peek() {
            let operand = Operand::Text(text.clone());
            self.next += 1;
            return Ok(operand);
        }
        let at = self.words[self.next].at;
        let word = self.value("a value")?;
        let operand = Operand::of(&field.name, &word);
        // `duration_ms > fast` would compare letters with digits, and be false of every line.
        if matches!(operand, Operand::Text(_)) && (field.name.ends_with("_ms") || field.name.ends_with("_bytes")) {
            let what = format!("`{}` is no number, and {} is one", word.escape_debug(), field.name);
            return Err(SyntaxError::new(self.text, at, what));
        }
        Ok(operand)
    }

    fn regex(&mut self) -> Result<Regex, SyntaxError> {
        let at = self.words[self.next].at;
        let pattern = self.value("a regular expression: `'^/orders'`")?;
        Regex::new(&pattern).map_err(|error| {
            // Its first lines draw the pattern once more.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            SyntaxError::new(self.text, at, format!("this is no regular expression: {reason}"))
        })
    }

    /// The text of a bare or quoted word.
    fn value(&mut self, expected: &str) -> Result<String, SyntaxError> {
        let text = match self.peek() {
            Kind::Bare(word) if is_keyword(word) => {
                return Err(self.wrong(&format!("expected {expected}; quote this one")));
            }
            Kind::Bare(text) | Kind::Quoted(text) => text.clone(),
            Kind::End => return Err(self.wrong(&format!("expected {expected}, but this is the end"))),
            _ => return Err(self.wrong(&format!("expected {expected}"))),
        };
        self.next += 1;
        Ok(text)
    }

    fn closing(&mut self) -> Result<(), SyntaxError> {
        if self.takes_sign(")") { Ok(()) } else { Err(self.wrong("expected `)`")) }
    }

    fn peek(&self) -> &Kind {
        &self.words[self.next].kind
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let takes = matches!(self.peek(), Kind::Bare(bare) if bare.eq_ignore_ascii_case(word));
        self.next += usize::from(takes);
        takes
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let takes = matches!(self.peek(), Kind::Sign(other) if *other == sign);
        self.next += usize::from(takes);
        takes
    }

    fn wrong(&self, what: &str) -> SyntaxError {
        SyntaxError::new(self.text, self.words[self.next].at, what)
    }
}

fn is_keyword(word: &str) -> bool {
    ["and", "or", "not", "in", "like", "is"].into_iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn negate(negated: bool, expression: Expression) -> Expression {
    if negated { Expression::Not(Box::new(expression)) } else { expression }
}

/// `%` is any text, `_` any one character; the whole has to match.
fn like(pattern: &str) -> Regex {
    let mut expression = String::from("(?s)^");
    for character in pattern.chars() {
        match character {
            '%' => expression.push_str(".*"),
            '_' => expression.push('.'),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    Regex::new(&expression).unwrap_or_else(|_| Regex::new("$^").expect("an expression without a match"))
}
