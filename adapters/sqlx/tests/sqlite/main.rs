//! The measured pool on real SQLite databases, without any tracing subscriber.

mod drop_in;
mod findings;
mod health_check;
mod queries;
mod transactions;
mod waiting;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tachograph_core::{Call, CallOutcome, Record, Yield};
use tachograph_sqlx::{Measured, SqlitePool};
use tempfile::TempDir;

/// A pool on a file of its own, with three experiments in it.
struct Database {
    pool: SqlitePool,
    _folder: TempDir,
}

impl Database {
    async fn new(connections: u32) -> Self {
        Self::with(SqlitePoolOptions::new().max_connections(connections)).await
    }

    async fn with(options: SqlitePoolOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteConnectOptions::new().filename(folder.path().join("experiments.db")).create_if_missing(true);
        let pool = options.connect_with(file).await.unwrap();
        sqlx::raw_sql(
            "CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
             INSERT INTO experiments (name) VALUES ('red'), ('green'), ('blue');",
        )
        .execute(&pool)
        .await
        .unwrap();
        Database { pool: pool.measured("experiments"), _folder: folder }
    }
}

/// What each database call of the record was: the parameterised text, how it ended, what it brought.
fn calls(record: &Record) -> Vec<(&str, CallOutcome, Yield)> {
    record.database().calls().map(|call| (text(call), call.outcome(), call.brought())).collect()
}

fn text(call: &Call) -> &str {
    call.operation().statement().unwrap().text()
}
