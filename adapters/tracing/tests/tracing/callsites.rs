//! Where in the code queries are made, of which sqlx says nothing.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, Record};
use tachograph_tracing::attach;

use crate::instance;

/// An instance that looks for the place of every call at once.
fn searching() -> Instance {
    let mut capture = Capture::default();
    capture.every_call = true;
    instance();
    let instance = Instance::build(|builder| builder.capture(capture));
    attach(instance.handle());
    instance
}

fn lines(record: &Record) -> Vec<Option<u32>> {
    let callsites: Vec<_> = record.calls().iter().map(|call| call.callsite()).collect();
    assert!(callsites.iter().flatten().all(|callsite| callsite.file() == file!()), "{callsites:?}");
    callsites.iter().map(|callsite| callsite.map(|callsite| callsite.line())).collect()
}

const SUMMARY: &str = "SELECT name FROM users WHERE id = $1";

#[tokio::test]
async fn a_query_that_is_told_of_in_the_poll_has_its_place() {
    let work = async {
        let mut lines = Vec::new();
        // As PostgreSQL's driver tells of a query: in the poll in which it was asked.
        for _ in 0..2 {
            tracing::debug!(target: "sqlx::query", summary = SUMMARY, elapsed_secs = 0.002);
            lines.push(Some(line!() - 1));
            tokio::task::yield_now().await;
        }
        let closure = || tracing::debug!(target: "sqlx::query", summary = SUMMARY, elapsed_secs = 0.002);
        lines.push(Some(line!() - 1));
        closure();
        lines
    };
    let (expected, record) = searching().record(work).await;
    assert_eq!(lines(&record), expected);
}

/// Without being asked to do it at once, as in production.
#[tokio::test]
async fn repeats_have_their_place_by_and_by() {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let work = async {
            for _ in 0..20 {
                tracing::debug!(target: "sqlx::query", summary = SUMMARY, elapsed_secs = 0.002);
            }
            line!() - 2
        };
        let (line, record) = instance().record(work).await;
        let lines = lines(&record);
        // A loop is at one place: some of its calls are looked for, and its finding is named once they are known.
        assert_eq!((lines[0], lines[18]), (None, None));
        assert!(lines.iter().flatten().all(|found| *found == line), "{lines:?}");
        let finding = &record.findings()[0];
        assert_eq!(finding.count(), 20);
        if let Some(callsite) = finding.callsite() {
            assert_eq!(callsite.line(), line);
            break;
        }
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
}

#[tracing::instrument(skip_all)]
async fn list_users(pool: &SqlitePool) {
    for id in 0..6 {
        sqlx::query("SELECT ?1 AS name").bind(id).fetch_all(pool).await.unwrap();
    }
}

/// Nothing of the service's is on the stack of SQLite's own thread: the span is what tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_another_thread_tells_of_has_its_span() {
    let instance = searching();
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let ((), record) = instance.record(list_users(&pool)).await;
    assert_eq!(lines(&record), [None; 6]);
    let spans: Vec<_> = record.calls().iter().map(|call| Some(record.spans()[call.span()?].name())).collect();
    assert_eq!(spans, [Some("list_users"); 6]);
    assert_eq!(record.findings()[0].span(), Some("list_users"));
}
