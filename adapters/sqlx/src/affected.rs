//! How many rows a statement changed.

use std::any::Any;

use sqlx::Database;
use tachograph_core::Operation;

/// sqlx has no trait for this, so the types of the databases are tried that are compiled in.
pub(crate) fn rows_affected<DB: Database>(result: &DB::QueryResult) -> Option<u64> {
    let result: &dyn Any = result;
    #[cfg(feature = "postgres")]
    if let Some(result) = result.downcast_ref::<sqlx::postgres::PgQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "sqlite")]
    if let Some(result) = result.downcast_ref::<sqlx::sqlite::SqliteQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "mysql")]
    if let Some(result) = result.downcast_ref::<sqlx::mysql::MySqlQueryResult>() {
        return Some(result.rows_affected());
    }
    #[cfg(feature = "any")]
    if let Some(result) = result.downcast_ref::<sqlx::any::AnyQueryResult>() {
        return Some(result.rows_affected());
    }
    let _ = result;
    None
}

/// Whether a statement is of those that change rows. SQLite answers any other with the number of the last one that was.
pub(crate) fn changes_rows(operation: &Operation) -> bool {
    const CHANGES: [&str; 6] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "COPY"];
    operation.summary().split(' ').any(|word| CHANGES.iter().any(|change| word.eq_ignore_ascii_case(change)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_statements_change_rows() {
        let changes = |sql| changes_rows(&Operation::database("sqlite", "main", sql));
        assert!(changes("insert into experiments (name) values (?)"));
        assert!(changes(
            "WITH old AS (SELECT id FROM experiments) DELETE FROM experiments WHERE id IN (SELECT id FROM old)"
        ));
        assert!(changes("REPLACE INTO experiments VALUES (?)"));
        for sql in
            ["SELECT id FROM experiments", "CREATE TABLE updates (id INTEGER)", "PRAGMA user_version", "BEGIN", ""]
        {
            assert!(!changes(sql), "{sql}");
        }
    }
}
