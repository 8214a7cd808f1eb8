//! The measured pool on a real PostgreSQL server: `PEER_POSTGRES_URL=postgres://… cargo test -p tachograph-sqlx
//! --features peer-tests --test postgres`. Each test works in temporary tables of its own connection.

mod crowded;
mod findings;
mod lost;
mod server;

use std::time::Duration;

use futures_util::{StreamExt as _, poll};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor as _, Postgres};
use tachograph_core::CallOutcome::{Cancelled, Completed, Failed};
use tachograph_core::Yield::{Rows, Unknown};
use tachograph_core::{CallOutcome, MEASURED_TARGET, Record, Yield, testing};
use tachograph_sqlx::{Connection, Measured as _, PgPool};
use tokio::sync::mpsc::unbounded_channel;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

fn url() -> String {
    std::env::var("PEER_POSTGRES_URL")
        .expect("PEER_POSTGRES_URL is the URL of a PostgreSQL server, such as postgres://postgres@127.0.0.1/postgres")
}

/// A pool of one connection, in which a temporary table has three experiments.
async fn pool() -> PgPool {
    let pool = PgPoolOptions::new().max_connections(1).connect(&url()).await.expect("the server answers");
    sqlx::raw_sql(
        "CREATE TEMPORARY TABLE experiments (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE);
         INSERT INTO experiments (name) VALUES ('red'), ('green'), ('blue');",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.measured("experiments")
}

fn calls(record: &Record) -> Vec<(&str, CallOutcome, Yield)> {
    assert!(record.database().calls().all(|call| call.operation().system() == "postgresql"));
    let calls = record.database().calls();
    calls.map(|call| (call.operation().statement().unwrap().text(), call.outcome(), call.brought())).collect()
}

fn errors(record: &Record) -> Vec<&str> {
    record.database().calls().filter_map(|call| call.error_type()).collect()
}

const ALL: &str = "SELECT id, name FROM experiments ORDER BY id";

#[tokio::test]
async fn queries_have_their_rows_and_their_errors() {
    let pool = pool().await;
    let (_, record) = testing::instance()
        .record(async {
            let all: Vec<(i64, String)> = sqlx::query_as(ALL).fetch_all(&pool).await.unwrap();
            assert_eq!(all.len(), 3);
            sqlx::query(ALL).fetch_one(&pool).await.unwrap();
            let renamed = sqlx::query("UPDATE experiments SET name = name || $1 WHERE id > $2").bind("!").bind(1_i64);
            renamed.execute(&pool).await.unwrap();
            sqlx::query("SELECT id FROM experiments WHERE id = 99").fetch_all(&pool).await.unwrap();
            sqlx::query("INSERT INTO experiments (name) VALUES ($1)").bind("red").execute(&pool).await.unwrap_err();
            sqlx::query("SELECT 1 / 0").execute(pool.here()).await.unwrap_err();
            let mut rows = sqlx::query(ALL).fetch(&pool);
            rows.next().await.unwrap().unwrap();
        })
        .await;
    let expected = [
        (ALL, Completed, Rows(3)),
        (ALL, Completed, Rows(1)),
        ("UPDATE experiments SET name = name || $1 WHERE id > $2", Completed, Rows(2)),
        ("SELECT id FROM experiments WHERE id = ?", Completed, Rows(0)),
        ("INSERT INTO experiments (name) VALUES ($1)", Failed, Unknown),
        ("SELECT ? / ?", Failed, Rows(0)),
        (ALL, Completed, Rows(1)),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["23505", "22012"]);
    assert_eq!((record.database().count(), record.database().connection_waits()), (7, 7));
}

#[tokio::test]
async fn transactions_nest_and_are_no_queries() {
    async fn insert(connection: &mut Connection<'_, Postgres>, name: &str) {
        let insert = sqlx::query("INSERT INTO experiments (name) VALUES ($1)").bind(name);
        insert.execute(&mut *connection).await.unwrap();
    }
    let pool = pool().await;
    let (_, record) = testing::instance()
        .record(async {
            let mut tx = pool.begin().await.unwrap();
            insert(&mut tx, "kept").await;
            let mut inner = tx.begin().await.unwrap();
            insert(&mut inner, "taken back").await;
            drop(inner);
            tx.commit().await.unwrap();
        })
        .await;
    let texts: Vec<_> = calls(&record).iter().map(|call| call.0).collect();
    let insert = "INSERT INTO experiments (name) VALUES ($1)";
    assert_eq!(texts, ["BEGIN", insert, "SAVEPOINT", insert, "ROLLBACK TO SAVEPOINT", "COMMIT"]);
    assert_eq!((record.database().count(), record.database().rows()), (2, 2));
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM experiments").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 4);
}

#[tokio::test]
async fn a_query_that_is_given_up_is_cancelled() {
    let pool = pool().await;
    let (_, record) = testing::instance()
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            let sleep = sqlx::query("SELECT pg_sleep(1)").execute(&mut *connection);
            tokio::time::timeout(Duration::from_millis(20), sleep).await.unwrap_err();
        })
        .await;
    assert_eq!(calls(&record), [("SELECT pg_sleep(?)", Cancelled, Rows(0))]);
    assert_eq!((record.database().connection_waits(), record.database().errors()), (1, 0));
}

/// Tells whether each of sqlx's queries was logged inside the marker.
struct Watch(tokio::sync::mpsc::UnboundedSender<bool>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watch {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut spans = context.event_scope(event).into_iter().flatten();
            let _ = self.0.send(spans.any(|span| span.metadata().target() == MEASURED_TARGET));
        }
    }
}

#[tokio::test]
async fn what_sqlx_logs_is_inside_the_marker_also_at_the_end_and_when_it_is_dropped() {
    let pool = pool().await;
    let (sender, mut events) = unbounded_channel();
    // Were there one subscriber alone, then a test without any could come first to where sqlx logs, and decide that it is off.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(Watch(sender)));
    let mut logged = || {
        let mut all = Vec::new();
        while let Ok(marked) = events.try_recv() {
            all.push(marked);
        }
        all
    };

    sqlx::query(ALL).fetch_all(&pool).await.unwrap();
    assert_eq!(logged(), [true]);
    let mut tx = pool.begin().await.unwrap();
    sqlx::query(ALL).fetch_one(&mut *tx).await.unwrap();
    let mut rows = sqlx::query(ALL).fetch(&mut *tx);
    rows.next().await.unwrap().unwrap();
    drop(rows);
    tx.commit().await.unwrap();
    let of_transaction = logged();
    assert!(of_transaction.len() >= 2 && of_transaction.iter().all(|marked| *marked), "{of_transaction:?}");

    let mut connection = pool.acquire().await.unwrap();
    connection.inner_mut().execute("SELECT 1").await.unwrap();
    assert_eq!(logged(), [false]);
    let mut sleep = Box::pin(sqlx::query("SELECT pg_sleep(0.1)").execute(&mut *connection));
    // Until it is underway: it is given up in the middle, not before its beginning.
    for _ in 0..3 {
        assert!(poll!(sleep.as_mut()).is_pending());
        tokio::task::yield_now().await;
    }
    drop(sleep);
    let of_dropped = logged();
    assert_eq!(of_dropped, [true]);
}
