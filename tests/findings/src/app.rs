//! What the handlers have: a shop's database, and others that they ask.

use futures_util::future::try_join_all;
use sqlx::sqlite::SqlitePoolOptions;
use tachograph::core::{Callsite, Operation, Scheme, start_call};
use tachograph::sqlx::{Measured, SqlitePool};
use tachograph::{cache_call, database_call};
use tokio::task::yield_now;

use crate::time::Time;

#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) db: SqlitePool,
    pub(crate) time: Time,
}

const TABLES: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, total INTEGER NOT NULL);
    CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id INTEGER NOT NULL);
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    INSERT INTO users (name, country) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        SELECT 'user ' || i, 'FR' FROM n;
    INSERT INTO orders (user_id, total) SELECT id, id * 10 FROM users;
    INSERT INTO settings VALUES ('theme', 'dark');
";

impl App {
    pub(crate) async fn new(connections: u32) -> Self {
        // A database in memory lives as long as one connection to it does.
        let options = SqlitePoolOptions::new().min_connections(1).max_connections(connections).idle_timeout(None);
        // To connect and to test connections takes time of SQLite's threads, which is not the case's.
        let options = options.max_lifetime(None).test_before_acquire(false);
        let pool = options.connect("sqlite::memory:").await.unwrap();
        try_join_all((0..connections).map(|_| pool.acquire())).await.unwrap();
        sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
        while pool.num_idle() < connections as usize {
            yield_now().await;
        }
        App { db: pool.measured("shop"), time: Time::new() }
    }

    pub(crate) async fn pass(&self, millis: u64) {
        self.time.pass(millis).await;
    }

    pub(crate) fn work(&self, millis: u64) {
        self.time.work(millis);
    }

    /// A query that takes so long.
    #[track_caller]
    pub(crate) fn query(&self, sql: &str, millis: u64) -> impl Future<Output = ()> + Send + use<> {
        let (call, time) = (database_call("sqlite", "shop", sql), self.time.clone());
        async move { call.measure(time.pass(millis)).await }
    }

    /// With a parameter.
    #[track_caller]
    pub(crate) fn query_of(&self, sql: &str, id: i64, millis: u64) -> impl Future<Output = ()> + Send + use<> {
        let (call, time) = (database_call("sqlite", "shop", sql).parameters(&id), self.time.clone());
        async move { call.measure(time.pass(millis)).await }
    }

    /// Another service is asked, which takes so long.
    #[track_caller]
    pub(crate) fn ask(
        &self,
        method: &str,
        host: &str,
        path: &str,
        millis: u64,
    ) -> impl Future<Output = ()> + Send + use<> {
        let operation = Operation::http(Scheme::Https, host, method);
        let (callsite, time, path) = (Callsite::caller(), self.time.clone(), path.to_owned());
        async move {
            let mut call = start_call(operation, Some(callsite));
            call.set_path(&path);
            time.pass(millis).await;
            call.responded(200);
            call.completed();
        }
    }

    /// A cache is asked, which takes a millisecond.
    #[track_caller]
    pub(crate) fn look_up(&self, hit: bool) -> impl Future<Output = ()> + Send + use<> {
        let (call, time) = (cache_call("prices", "GET"), self.time.clone());
        async move {
            call.measure_lookup(async {
                time.pass(1).await;
                hit.then_some(())
            })
            .await;
        }
    }

    /// Another request has a connection, for so long from now on.
    pub(crate) async fn somebody_holds_a_connection(&self, millis: u64) {
        let connection = self.db.inner().acquire().await.unwrap();
        let time = self.time.clone();
        tokio::spawn(async move {
            time.pass(millis).await;
            drop(connection);
        });
    }
}
