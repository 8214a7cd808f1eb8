//! The operations of a statement and their targets, read from its tokens without building a tree.

use super::MAX_SUMMARY_BYTES;
use super::lexer::{Kind, Token};
use super::position::{Expect, Level, List, OUTERMOST, Reading};
use super::text::push_printable;
use super::words::{Command, Folded, Verb, command, ends_tables, is_object, verb};

/// A target whose name is being read, part by part: where it stands, and whether a dot was the last of it.
#[derive(Clone, Copy)]
struct Target {
    start: usize,
    end: usize,
    dot: bool,
}

pub(super) struct Outline<'a> {
    sql: &'a str,
    summary: String,
    summary_full: bool,
    reading: Reading,
    expect: Expect,
    target: Option<Target>,
    /// The level of parentheses, and those around it.
    level: Level,
    around: Vec<Level>,
    /// The token before, if a word or a symbol.
    previous: Folded,
    /// The token before the last opening parenthesis.
    before_parenthesis: Folded,
    /// Whether the token before was the target of `INTO`: its columns may follow.
    after_into: bool,
    commands: usize,
    transaction_commands: usize,
}

impl<'a> Outline<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Outline {
            sql,
            summary: String::new(),
            summary_full: false,
            reading: Reading::Start,
            expect: Expect::Nothing,
            target: None,
            level: OUTERMOST,
            around: Vec::new(),
            previous: Folded::default(),
            before_parenthesis: Folded::default(),
            after_into: false,
            commands: 0,
            transaction_commands: 0,
        }
    }

    /// Whether the next token can only be a name, so that double quotes are those of a name in every database.
    pub(super) fn expects_name(&self) -> bool {
        let previous = self.previous.as_bytes();
        self.expect != Expect::Nothing
            || match self.level.list {
                List::Columns => matches!(previous, b"(" | b","),
                List::Assignments => matches!(previous, b"SET" | b","),
                List::Queries => matches!(previous, b"WITH" | b"RECURSIVE" | b","),
                List::Tables | List::Other => false,
            }
            || (self.reading == Reading::Clauses && previous == b"AS")
    }

    pub(super) fn read(&mut self, token: &Token<'_>) {
        if !self.continues_target(token) {
            match token.kind {
                Kind::Word => self.word(token),
                Kind::Symbol => self.symbol(token),
                Kind::Name if self.expect != Expect::Nothing => self.begin_target(token),
                _ => self.expect = Expect::Nothing,
            }
        }
        self.previous = match token.kind {
            Kind::Word | Kind::Symbol => Folded::new(token.text),
            _ => Folded::default(),
        };
    }

    /// The summary, and whether all commands were those of transactions.
    pub(super) fn finish(mut self) -> (String, bool) {
        self.end_target();
        (self.summary, self.commands > 0 && self.commands == self.transaction_commands)
    }

    fn word(&mut self, token: &Token<'_>) {
        let folded = Folded::new(token.text);
        let word = folded.as_bytes();
        match self.reading {
            Reading::Start => self.first_word(word, token),
            Reading::Starting => {
                self.transaction_commands += usize::from(word == b"TRANSACTION");
                self.reading = Reading::Finished;
                self.push(token.start, token.end);
            }
            Reading::Object if is_object(word) => {
                self.push(token.start, token.end);
                self.reading = Reading::Names;
                self.expect = Expect::Object;
            }
            Reading::Clauses | Reading::Names if self.expect != Expect::Nothing => {
                let begins_query =
                    word == b"SELECT" || (self.previous.as_bytes() == b"(" && matches!(word, b"WITH" | b"VALUES"));
                if begins_query || matches!(word, b"OUTFILE" | b"DUMPFILE") {
                    self.expect = Expect::Nothing;
                    self.clause(word, token);
                } else if !self.expect.skips(word) {
                    self.begin_target(token);
                }
            }
            Reading::Clauses => self.clause(word, token),
            Reading::Names | Reading::Object | Reading::Finished => {}
        }
    }

    fn first_word(&mut self, word: &[u8], token: &Token<'_>) {
        self.commands += 1;
        self.reading = Reading::Clauses;
        let Some(command) = command(word) else {
            self.reading = Reading::Finished;
            return;
        };
        match command {
            Command::Query(verb) => return self.operation(verb, token),
            Command::Before(false) => {
                self.level.list = List::Queries;
                return;
            }
            Command::Before(true) => {}
            Command::Define => {
                self.reading = Reading::Object;
                self.level.list = if word == b"DROP" { List::Tables } else { List::Other };
            }
            Command::Direct => {
                self.reading = Reading::Names;
                self.level.list = if matches!(word, b"TRUNCATE" | b"LOCK") { List::Tables } else { List::Other };
                self.expect = Expect::Object;
            }
            Command::Transaction if word == b"START" => self.reading = Reading::Starting,
            Command::Transaction => {
                self.transaction_commands += 1;
                self.reading = Reading::Finished;
            }
            Command::Bare => self.reading = Reading::Finished,
        }
        self.push(token.start, token.end);
    }

    /// A word among clauses where no name is expected.
    fn clause(&mut self, word: &[u8], token: &Token<'_>) {
        let previous = self.previous;
        if let Some(verb) = verb(word).filter(|verb| self.is_operation(*verb, previous.as_bytes())) {
            return self.operation(verb, token);
        }
        if ends_tables(word) {
            self.level.list = List::Other;
        }
        let Level { verb, .. } = self.level;
        match word {
            b"WITH" if verb.is_none() && previous.as_bytes() == b"(" => self.level.list = List::Queries,
            b"SET" if matches!(verb, Some(Verb::Update | Verb::Insert | Verb::Merge)) => {
                self.level.list = List::Assignments;
            }
            // Not in functions such as `extract(year FROM …)`, which have no verb, nor in `IS DISTINCT FROM`.
            b"FROM" if previous.as_bytes() != b"DISTINCT" && verb.is_some_and(Verb::has_from) => {
                self.level.list = List::Tables;
                self.expect = Expect::Source;
            }
            b"JOIN" | b"STRAIGHT_JOIN" if verb.is_some() || self.level.list == List::Tables => {
                self.expect = Expect::Source;
            }
            b"USING" if matches!(verb, Some(Verb::Delete | Verb::Merge)) => self.expect = Expect::Using,
            b"INTO" if matches!(verb, Some(Verb::Insert | Verb::Merge | Verb::Select)) => self.expect = Expect::Into,
            _ => {}
        }
    }

    /// Whether this word is an operation here, and not part of a clause such as `FOR UPDATE`, `ON DELETE CASCADE`,
    /// `DO UPDATE`, or a function such as `replace(…)`.
    fn is_operation(&self, verb: Verb, previous: &[u8]) -> bool {
        match (verb, previous) {
            (Verb::Select, _) => true,
            (_, b"(") => matches!(self.before_parenthesis.as_bytes(), b"AS" | b"MATERIALIZED"),
            (_, b")" | b"AS" | b"EXPLAIN" | b"ANALYZE" | b"VERBOSE" | b"PLAN") => self.level.verb.is_none(),
            _ => false,
        }
    }

    fn operation(&mut self, verb: Verb, token: &Token<'_>) {
        self.push(token.start, token.end);
        self.level = Level { verb: Some(verb), list: List::Other };
        if verb == Verb::Update {
            self.level.list = List::Tables;
            self.expect = Expect::Update;
        }
    }

    fn symbol(&mut self, token: &Token<'_>) {
        let expected = std::mem::replace(&mut self.expect, Expect::Nothing);
        match token.text {
            "(" => {
                self.before_parenthesis = self.previous;
                self.around.push(self.level);
                self.level = OUTERMOST;
                if expected == Expect::Source {
                    // A parenthesised join, unless `SELECT` follows.
                    self.level.list = List::Tables;
                    self.expect = Expect::Source;
                } else if self.after_into || matches!(self.previous.as_bytes(), b"CONFLICT" | b"USING") {
                    self.level.list = List::Columns;
                }
            }
            ")" => self.level = self.around.pop().unwrap_or(OUTERMOST),
            "," if self.level.list == List::Tables => {
                self.expect = if self.reading == Reading::Names { Expect::Object } else { Expect::Source };
            }
            // In parentheses it is an error, and could be in a row that is left out.
            ";" if self.around.is_empty() => {
                self.reading = Reading::Start;
                self.level = OUTERMOST;
            }
            _ => {}
        }
        self.after_into = false;
    }

    fn begin_target(&mut self, token: &Token<'_>) {
        self.after_into = self.expect == Expect::Into;
        self.expect = Expect::Nothing;
        self.target = Some(Target { start: token.start, end: token.end, dot: false });
    }

    /// Reads on in a name of several parts, `schema.table`; the first token that is not part of it ends it.
    fn continues_target(&mut self, token: &Token<'_>) -> bool {
        let Some(target) = &mut self.target else {
            return false;
        };
        let is_name = matches!(token.kind, Kind::Word | Kind::Name);
        if !token.spaced && target.dot && is_name {
            *target = Target { start: target.start, end: token.end, dot: false };
            return true;
        }
        if !token.spaced && !target.dot && token.is_symbol(".") {
            target.dot = true;
            return true;
        }
        self.end_target();
        self.after_into &= token.is_symbol("(");
        false
    }

    fn end_target(&mut self) {
        if let Some(target) = self.target.take() {
            self.push(target.start, target.end);
            // What else `ALTER TABLE` or `CREATE VIEW` say is not part of the summary.
            if self.reading == Reading::Names && self.level.list != List::Tables {
                self.reading = Reading::Finished;
            }
        }
    }

    /// Adds a piece of the statement to the summary, whole or not at all.
    fn push(&mut self, start: usize, end: usize) {
        let space = usize::from(!self.summary.is_empty());
        self.summary_full |= self.summary.len() + space + (end - start) > MAX_SUMMARY_BYTES;
        if self.summary_full {
            return;
        }
        if space > 0 {
            self.summary.push(' ');
        }
        push_printable(&mut self.summary, &self.sql[start..end], ' ');
    }
}
