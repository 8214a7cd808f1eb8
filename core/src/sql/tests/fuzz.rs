//! Statements of a corpus, changed at random, against what the manuals say about them.
//!
//! `TACHOGRAPH_FUZZ_ROUNDS=10000000 cargo test -p tachograph-core --release fuzz` goes on for as long as it is asked to;
//! each round prints what is needed to have it again when it fails. `TACHOGRAPH_FUZZ_SEED` begins elsewhere.

use std::env;

use super::reference::{Part, Server, parts};
use super::steps::steps;
use super::{DIALECTS, Dialect};
use crate::sql::{MAX_SUMMARY_BYTES, MAX_TEXT_BYTES, Statement, parse};

const CORPUS: [&str; 4] = [
    include_str!("corpus/common.sql"),
    include_str!("corpus/postgresql.sql"),
    include_str!("corpus/mysql.sql"),
    include_str!("corpus/sqlite.sql"),
];

/// What is inserted: all that begins, ends or joins something.
const PIECES: &[&str] = &[
    "'",
    "'",
    "\"",
    "\"",
    "`",
    "[",
    "]",
    "(",
    ")",
    "$",
    "$$",
    "$a$",
    "$ä$",
    "#",
    "#>",
    "#-",
    "--",
    "-- ",
    "--\u{1}",
    "/*",
    "*/",
    "/*!",
    "/*!50000",
    "/*M!",
    "/*+",
    "\\",
    "\\'",
    "\\\"",
    "\\\\",
    "''",
    "\"\"",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    ".",
    ",",
    ";",
    ":",
    "::",
    ":=",
    "@",
    "@@",
    "?",
    "??",
    "+",
    "-",
    "e",
    "E'",
    "e'",
    "n'",
    "X'",
    "b'",
    "U&'",
    "u&\"",
    "_utf8'",
    "ä",
    "\u{85}",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "𝒳",
    "\u{b}",
    "§",
    "¤",
    "'§'",
    "= '§'",
    "= \"§\"",
    "= ¤",
    "-¤",
    "+.¤",
    "¤e",
    "¤e-¤",
    "0x¤",
    "$¤",
    "?¤",
    ":a",
    "@a",
    "$a",
    ":e'",
    "in (",
    "IN (¤, '§'),",
    "array[",
    "values (",
    "VALUES (¤), (¤)",
    "select ",
    "from ",
    "as ",
    "set ",
    "insert into ",
    "update ",
    "with ",
    "join ",
    "using ",
    "distinct ",
    "create table ",
    "delete ",
    "case ",
    "and ",
    "{",
    "}",
    "=",
    "<",
    ">",
    "!",
    "|",
    "&",
    "*",
    "/",
    "%",
    "^",
    "~",
    "a",
    "t.c",
    "E'a'\n'§'",
    "::text",
    "::varchar(¤)",
    "CAST('§' AS text)",
    "interval '§'",
    "$1",
    "$2",
    "?1",
    "$a(b)",
    ":a('§')",
];

/// A generator of numbers that says little but is the same everywhere (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % bound.max(1)
    }

    fn position(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }
}

fn mutated(random: &mut Random, corpus: &[&str]) -> String {
    let mut sql = corpus[random.below(corpus.len())].to_owned();
    for _ in 0..random.below(6) {
        let (at, to) = (random.position(&sql), random.position(&sql));
        let (from, to) = (at.min(to), at.max(to));
        match random.below(8) {
            0 => sql.truncate(at),
            1 => drop(sql.drain(from..to.min(sql.ceil_char_boundary(from + 8)))),
            2 => {
                let other = corpus[random.below(corpus.len())];
                sql.insert_str(at, &other[random.position(other)..]);
            }
            3 => {
                let again = sql[from..to].to_owned();
                sql.insert_str(to, &again);
            }
            _ => sql.insert_str(at, PIECES[random.below(PIECES.len())]),
        }
    }
    sql.truncate(sql.floor_char_boundary(4000));
    marked(&sql)
}

/// Each `§` becomes a word, each `¤` a number, that is nowhere else.
fn marked(sql: &str) -> String {
    let mut marked = String::new();
    for (count, c) in sql.chars().enumerate() {
        match c {
            '§' => marked += &format!("zq{count:05}qz"),
            '¤' => marked += &format!("93{count:05}"),
            _ => marked.push(c),
        }
    }
    marked
}

/// The marks that are part of this text.
fn marks(text: &str) -> impl Iterator<Item = &str> {
    let words = text.match_indices("zq").filter_map(|(at, _)| text.get(at..at + 9)).filter(|mark| mark.ends_with("qz"));
    let is_number = |mark: &&str| mark.bytes().all(|byte| byte.is_ascii_digit());
    words.chain(text.match_indices("93").filter_map(|(at, _)| text.get(at..at + 7)).filter(is_number))
}

pub(super) fn check(dialect: Dialect, sql: &str) {
    let (statement, given) = parse(dialect, sql);
    let again = parse(dialect, sql);
    assert_eq!((&statement, given), (&again.0, again.1));
    check_form(dialect, &statement);
    assert!(steps(dialect, sql) <= 16 * sql.len() + 64, "{} steps", steps(dialect, sql));
    for read_as in
        DIALECTS.into_iter().filter(|one| *one != Dialect::Any && (dialect == *one || dialect == Dialect::Any))
    {
        if dialect == Dialect::Any && is_refused(read_as, sql) {
            continue;
        }
        for reads_comments in [false, true] {
            let parts = parts(read_as, Server { reads_comments, unknown: dialect != read_as }, sql);
            check_literals(&statement, sql, &parts);
            if dialect == read_as {
                check_rest(dialect, &statement, sql, &parts);
            }
        }
    }
}

/// Where the reader does not mind what a database makes of it.
fn is_refused(read_as: Dialect, sql: &str) -> bool {
    match read_as {
        // A string behind a word is an error, and a backtick an operator that nobody has.
        Dialect::Sqlite => sql.to_ascii_lowercase().contains("e'"),
        Dialect::PostgreSql => sql.contains('`'),
        Dialect::MySql | Dialect::Any => false,
    }
}

fn check_form(dialect: Dialect, statement: &Statement) {
    for (shown, most) in [(statement.text(), MAX_TEXT_BYTES), (statement.summary(), MAX_SUMMARY_BYTES)] {
        assert!(shown.len() <= most && !shown.contains(char::is_control) && !shown.contains('\u{2028}'), "{shown:?}");
    }
    if !statement.truncated() {
        assert_eq!(parse(dialect, statement.text()).0.text(), statement.text(), "read again");
    }
}

/// No mark of a literal is left.
fn check_literals(statement: &Statement, sql: &str, parts: &[(Part, std::ops::Range<usize>)]) {
    let mut before = "";
    for (part, range) in parts {
        let text = &sql[range.clone()];
        let is_literal = match part {
            Part::Literal => true,
            // Where nothing but a value can stand.
            Part::DoubleQuoted => {
                matches!(before, "=" | "<" | ">" | "+" | "*" | "|") && !sql[range.end..].starts_with('.')
            }
            Part::Blank | Part::Other => false,
        };
        if is_literal {
            for mark in marks(text) {
                for shown in [statement.text(), statement.summary()] {
                    assert!(!shown.contains(mark), "{mark} is left in {shown:?}");
                }
            }
        }
        if *part != Part::Blank {
            before = text;
        }
    }
}

/// All that is no literal is left, where nothing is left out on purpose.
fn check_rest(dialect: Dialect, statement: &Statement, sql: &str, parts: &[(Part, std::ops::Range<usize>)]) {
    let folded = sql.to_ascii_lowercase();
    let shortened = statement.truncated() || ["in", "array", "values"].iter().any(|word| folded.contains(word));
    let disputed = match dialect {
        Dialect::MySql => ["/*!", "/*m!", "/*+", "$"].iter().any(|sign| folded.contains(sign)),
        Dialect::Sqlite => folded.contains('('),
        _ => folded.contains("e'"),
    };
    if shortened || disputed || parts.iter().any(|(part, _)| *part == Part::DoubleQuoted) {
        return;
    }
    let mut expected = String::new();
    for (part, range) in parts {
        match part {
            Part::Blank => {}
            Part::Literal | Part::DoubleQuoted => expected.push('?'),
            Part::Other => expected.push_str(&sql[range.clone()]),
        }
    }
    // Signs can be parts of numbers.
    let compared = |text: &str| -> String {
        text.chars()
            .filter(|c| {
                !c.is_whitespace()
                    && !c.is_control()
                    && !matches!(c, '+' | '-' | '_' | '?' | ':' | '@' | '$' | '.' | '\u{feff}')
            })
            .collect()
    };
    assert_eq!(compared(statement.text()), compared(&expected));
}

#[test]
fn changed_statements_keep_their_secrets() {
    let number = |name: &str, default: u64| env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default);
    let (rounds, seed) = (number("TACHOGRAPH_FUZZ_ROUNDS", 2000), number("TACHOGRAPH_FUZZ_SEED", 1));
    let corpus: Vec<&str> = CORPUS.into_iter().flat_map(|file| file.trim_end().split("\n\n")).collect();
    for statement in &corpus {
        DIALECTS.into_iter().for_each(|dialect| checked(dialect, &marked(statement), 0));
    }
    for round in seed..seed.saturating_add(rounds) {
        let sql = mutated(&mut Random(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1), &corpus);
        DIALECTS.into_iter().for_each(|dialect| checked(dialect, &sql, round));
    }
}

/// Says what it was about when it fails.
fn checked(dialect: Dialect, sql: &str, round: u64) {
    if let Err(panic) = std::panic::catch_unwind(|| check(dialect, sql)) {
        eprintln!("round {round}, {dialect:?}, of {sql:?}");
        eprintln!("    became {:?}", parse(dialect, sql).0.text());
        std::panic::resume_unwind(panic);
    }
}
