//! The words of SQL that a summary depends on.

/// A word in upper case, to be compared with keywords. Empty if it is longer than any of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Folded {
    bytes: [u8; 16],
    length: u8,
}

impl Folded {
    pub(super) fn new(word: &str) -> Self {
        let mut folded = Folded::default();
        if let Some(bytes) = folded.bytes.get_mut(..word.len()) {
            bytes.copy_from_slice(word.as_bytes());
            bytes.make_ascii_uppercase();
            folded.length = bytes.len() as u8;
        }
        folded
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// What a statement is, by its first word.
pub(super) enum Command {
    /// Reads or changes rows; has clauses and subqueries.
    Query(Verb),
    /// Is followed by a statement: `WITH`, `EXPLAIN`, `PREPARE`. `true` if it is an operation itself.
    Before(bool),
    /// `CREATE`, `ALTER`, `DROP`: a kind of object and its name.
    Define,
    /// The target comes next.
    Direct,
    /// The first word says it all.
    Bare,
    /// As `Bare`, of a transaction.
    Transaction,
}

/// What the clauses of a query belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Select,
    Insert,
    Update,
    Delete,
    Merge,
}

impl Verb {
    /// Whether `FROM` names tables of it.
    pub(super) fn has_from(self) -> bool {
        matches!(self, Verb::Select | Verb::Delete | Verb::Update)
    }
}

pub(super) fn verb(word: &[u8]) -> Option<Verb> {
    Some(match word {
        b"SELECT" => Verb::Select,
        b"INSERT" | b"REPLACE" => Verb::Insert,
        b"UPDATE" => Verb::Update,
        b"DELETE" => Verb::Delete,
        b"MERGE" => Verb::Merge,
        _ => return None,
    })
}

pub(super) fn command(word: &[u8]) -> Option<Command> {
    if let Some(verb) = verb(word) {
        return Some(Command::Query(verb));
    }
    Some(match word {
        b"WITH" => Command::Before(false),
        b"EXPLAIN" | b"PREPARE" | b"DECLARE" | b"VALUES" => Command::Before(true),
        b"CREATE" | b"ALTER" | b"DROP" => Command::Define,
        b"CALL" | b"EXEC" | b"EXECUTE" | b"USE" | b"PRAGMA" | b"COPY" | b"LISTEN" | b"UNLISTEN" | b"NOTIFY"
        | b"VACUUM" | b"ANALYZE" | b"REINDEX" | b"CLUSTER" | b"LOCK" | b"TRUNCATE" | b"REFRESH" | b"DESCRIBE"
        | b"TABLE" => Command::Direct,
        b"BEGIN" | b"START" | b"COMMIT" | b"END" | b"ROLLBACK" | b"ABORT" | b"SAVEPOINT" | b"RELEASE" => {
            Command::Transaction
        }
        b"SET" | b"RESET" | b"SHOW" | b"GRANT" | b"REVOKE" | b"FETCH" | b"MOVE" | b"CLOSE" | b"DO" | b"DISCARD"
        | b"DEALLOCATE" | b"CHECKPOINT" | b"KILL" | b"FLUSH" | b"OPTIMIZE" | b"ATTACH" | b"DETACH" | b"HANDLER"
        | b"LOAD" | b"IMPORT" | b"COMMENT" | b"RENAME" | b"DESC" | b"UNLOCK" | b"XA" => Command::Bare,
        _ => return None,
    })
}

/// What can be created, altered and dropped.
pub(super) fn is_object(word: &[u8]) -> bool {
    matches!(
        word,
        b"TABLE"
            | b"VIEW"
            | b"INDEX"
            | b"TRIGGER"
            | b"PROCEDURE"
            | b"FUNCTION"
            | b"DATABASE"
            | b"SCHEMA"
            | b"SEQUENCE"
            | b"USER"
            | b"ROLE"
            | b"TYPE"
            | b"EXTENSION"
            | b"DOMAIN"
            | b"POLICY"
            | b"RULE"
            | b"EVENT"
            | b"AGGREGATE"
            | b"PUBLICATION"
            | b"SUBSCRIPTION"
            | b"SERVER"
            | b"STATISTICS"
            | b"TABLESPACE"
            | b"COLLATION"
    )
}

/// What a comma no longer separates tables behind.
pub(super) fn ends_tables(word: &[u8]) -> bool {
    matches!(
        word,
        b"WHERE"
            | b"SET"
            | b"GROUP"
            | b"ORDER"
            | b"HAVING"
            | b"LIMIT"
            | b"OFFSET"
            | b"FETCH"
            | b"RETURNING"
            | b"WINDOW"
            | b"FOR"
            | b"UNION"
            | b"EXCEPT"
            | b"INTERSECT"
            | b"VALUES"
            | b"WHEN"
            | b"INTO"
            | b"QUALIFY"
            | b"PROCEDURE"
    )
}
