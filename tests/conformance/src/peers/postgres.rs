//! PostgreSQL, with a schema for each scenario.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::runtime::{Builder, Runtime};

use crate::service::{LONG, eventually};

/// A schema of its own, gone with this.
#[derive(Debug)]
pub(crate) struct Postgres {
    url: String,
    schema: String,
    session: Session,
}

impl Postgres {
    pub(crate) fn new(url: &str) -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let schema = format!("conformance_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let session = Session::open(url);
        session.run(&format!("CREATE SCHEMA {schema}"));
        Postgres { url: url.to_owned(), schema, session }
    }

    /// Whoever connects to this is in the schema.
    pub(crate) fn url(&self) -> String {
        let separator = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{separator}options[search_path]={}", self.url, self.schema)
    }

    pub(crate) fn drop_table(&self, table: &str) {
        self.session.run(&format!("DROP TABLE {}.{table}", self.schema));
    }

    /// From now on every query on `table` waits.
    pub(crate) fn lock(&self, table: &str) -> Lock<'_> {
        let session = Session::open(&self.url);
        session.run("BEGIN");
        session.run(&format!("LOCK TABLE {}.{table} IN ACCESS EXCLUSIVE MODE", self.schema));
        Lock { postgres: self, table: format!("{}.{table}", self.schema), session }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.session.run(&format!("DROP SCHEMA {} CASCADE", self.schema));
    }
}

/// A table that nobody gets at while this is there.
#[derive(Debug)]
pub(crate) struct Lock<'a> {
    postgres: &'a Postgres,
    table: String,
    session: Session,
}

impl Lock<'_> {
    /// Waits until so many queries wait for the table.
    pub(crate) fn until_waited_for_by(&self, queries: i64) {
        let waiting =
            format!("SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = '{}'::regclass", self.table);
        eventually(LONG, "queries wait for the lock", || self.postgres.session.number(&waiting) == queries);
    }

    pub(crate) fn release(self) {
        self.session.run("ROLLBACK");
    }
}

/// A connection, for those who do not wait.
#[derive(Debug)]
struct Session {
    runtime: Runtime,
    connection: Mutex<PgConnection>,
}

impl Session {
    fn open(url: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(PgConnection::connect(url)).expect("PostgreSQL accepts connections");
        Session { runtime, connection: Mutex::new(connection) }
    }

    fn run(&self, sql: &str) {
        let mut connection = self.connection.lock().unwrap();
        self.runtime.block_on(connection.execute(AssertSqlSafe(sql))).unwrap();
    }

    fn number(&self, sql: &str) -> i64 {
        let mut connection = self.connection.lock().unwrap();
        self.runtime.block_on(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection)).unwrap()
    }
}
