//! Where in a statement a token stands.

use super::words::Verb;

/// How the statement is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Its first word comes next.
    Start,
    /// `START` was read: only with `TRANSACTION` is it control of one.
    Starting,
    /// Looking for the kind of object behind `CREATE` and its like.
    Object,
    /// Clauses and subqueries.
    Clauses,
    /// Names of one list, behind `DROP TABLE`, `TRUNCATE` and so on.
    Names,
    /// Nothing more is looked for.
    Finished,
}

/// Whether the name of a target comes next, and after what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    Nothing,
    /// `FROM`, `JOIN`, or a comma between tables.
    Source,
    /// `USING` of `DELETE` and `MERGE`.
    Using,
    Into,
    Update,
    /// `CREATE TABLE` and the commands whose target comes first.
    Object,
}

impl Expect {
    /// Words that may stand before the name.
    pub(super) fn skips(self, word: &[u8]) -> bool {
        match self {
            Expect::Nothing => false,
            Expect::Source | Expect::Using | Expect::Into => matches!(word, b"ONLY" | b"LATERAL"),
            Expect::Update => matches!(
                word,
                b"ONLY" | b"OR" | b"ROLLBACK" | b"ABORT" | b"REPLACE" | b"FAIL" | b"IGNORE" | b"LOW_PRIORITY"
            ),
            Expect::Object => matches!(
                word,
                b"IF"
                    | b"NOT"
                    | b"EXISTS"
                    | b"ONLY"
                    | b"CONCURRENTLY"
                    | b"ON"
                    | b"TABLE"
                    | b"TABLES"
                    | b"INDEX"
                    | b"MATERIALIZED"
                    | b"VIEW"
                    | b"FULL"
                    | b"FREEZE"
                    | b"VERBOSE"
                    | b"ANALYZE"
            ),
        }
    }
}

/// What the commas of one level of parentheses separate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Other,
    Tables,
    /// `a = 1` behind `SET`.
    Assignments,
    /// Names of columns, nothing else.
    Columns,
    /// The named queries of `WITH`.
    Queries,
}

/// One level of parentheses.
#[derive(Clone, Copy)]
pub(super) struct Level {
    pub(super) verb: Option<Verb>,
    pub(super) list: List,
}

pub(super) const OUTERMOST: Level = Level { verb: None, list: List::Other };
