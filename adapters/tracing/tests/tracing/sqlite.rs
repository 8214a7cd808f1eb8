//! Real queries, which SQLite runs on threads of its own.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tachograph_core::{CallOutcome, MEASURED_TARGET, Operation, Yield, start_call};
use tracing::Instrument;

use crate::instance;

async fn pool(connections: u32) -> (SqlitePool, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("test.db")).create_if_missing(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_time_level("debug".parse().unwrap())
        .connect_with(options)
        .await
        .unwrap();
    sqlx::query("CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT NOT NULL)").execute(&pool).await.unwrap();
    sqlx::query("INSERT INTO experiments (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')")
        .execute(&pool)
        .await
        .unwrap();
    (pool, folder)
}

async fn select(pool: &SqlitePool) {
    let rows = sqlx::query("SELECT id, name FROM experiments WHERE name <> 'secret'").fetch_all(pool).await.unwrap();
    assert_eq!(rows.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_concurrent_requests_has_its_own_queries() {
    let instance = instance();
    let (pool, _folder) = pool(4).await;
    let mut requests = Vec::new();
    for queries in 0..200 {
        let pool = pool.clone();
        let work = async move {
            for _ in 0..queries {
                select(&pool).await;
            }
        };
        requests.push(tokio::spawn(instance.handle().task(&queries.to_string(), work)));
    }
    for request in requests {
        request.await.unwrap();
    }
    let records = instance.take();
    assert_eq!(records.len(), 200);
    for record in &records {
        let queries: u32 = record.task_name().unwrap().parse().unwrap();
        assert_eq!(record.database().count(), queries);
        assert_eq!(record.database().connection_waits(), queries);
        assert_eq!(record.database().rows(), u64::from(queries) * 3);
    }
    assert_eq!(instance.handle().counters().late_calls, 0);
    assert_eq!(instance.handle().in_flight(), 0);
}

#[tokio::test]
async fn a_query_is_told_with_its_database_and_without_its_literals() {
    let instance = instance();
    let (pool, _folder) = pool(1).await;
    let ((), record) = instance.record(select(&pool)).await;
    let call = record.database().calls().next().unwrap();
    assert_eq!((call.operation().system(), call.operation().target()), ("sqlite", "sqlx"));
    assert_eq!(call.operation().summary(), "SELECT experiments");
    assert_eq!(call.operation().statement().unwrap().text(), "SELECT id, name FROM experiments WHERE name <> ?");
    assert_eq!((call.outcome(), call.brought()), (CallOutcome::Unknown, Yield::Rows(3)));
    assert!(call.duration() > Duration::ZERO);
}

#[tokio::test]
async fn a_request_that_opens_the_connection_has_its_own_queries_only() {
    let instance = instance();
    let work = async {
        let pool = SqlitePool::connect("sqlite::memory:").await.unwrap();
        sqlx::query("SELECT 1").execute(&pool).await.unwrap();
    };
    let ((), record) = instance.record(work).await;
    assert_eq!(record.database().count(), 1);
}

#[tokio::test]
async fn rows_are_those_returned_or_else_changed() {
    let instance = instance();
    let (pool, _folder) = pool(1).await;
    let rows = async |sql: &'static str| {
        let (_, record) = instance.record(sqlx::query(sql).fetch_all(&pool)).await;
        record.database().rows()
    };
    assert_eq!(rows("UPDATE experiments SET name = 'new' WHERE id < 3").await, 2);
    // SQLite goes on saying 2.
    assert_eq!(rows("SELECT id FROM experiments WHERE id = 4711").await, 0);
    assert_eq!(rows("DELETE FROM experiments WHERE id = 1").await, 1);
}

/// Where a query fails, sqlx tells of it from its own thread after the caller has gone on, sometimes.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_query_is_its_requests_or_late() {
    let instance = instance();
    let (pool, _folder) = pool(1).await;
    let fail = async || {
        let insert = sqlx::query("INSERT INTO experiments (id, name) VALUES (1, 'again')").execute(&pool).await;
        assert!(insert.is_err());
    };
    const REQUESTS: u32 = 300;
    for _ in 0..REQUESTS {
        instance.record(fail()).await;
    }
    // The only connection answers again when it is through with the last one.
    select(&pool).await;
    let in_time: u32 = instance.take().iter().map(|record| record.database().count()).sum();
    assert_eq!(u64::from(in_time) + instance.handle().counters().late_calls, u64::from(REQUESTS));
    assert!(in_time > 0);

    let both = async {
        fail().await;
        select(&pool).await;
    };
    let ((), record) = instance.record(both).await;
    assert_eq!(record.database().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn spawned_work_that_has_a_span_stays_with_its_request() {
    let instance = instance();
    let (pool, _folder) = pool(2).await;
    let work = async {
        let (one, two, three) = (pool.clone(), pool.clone(), pool.clone());
        let current = tokio::spawn(async move { select(&one).await }.in_current_span());
        let own = tokio::spawn(async move { select(&two).await }.instrument(tracing::info_span!("own")));
        let blocking = tracing::info_span!("blocking");
        let runtime = tokio::runtime::Handle::current();
        let blocking = tokio::task::spawn_blocking(move || blocking.in_scope(|| runtime.block_on(select(&three))));
        for work in [current, own, blocking] {
            work.await.unwrap();
        }
    };
    let ((), record) = instance.record(work).await;
    assert_eq!(record.database().count(), 3);
    assert_eq!(record.database().connection_waits(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_that_only_another_layer_sees_does_not_hide_the_request() {
    let instance = instance();
    let (pool, _folder) = pool(1).await;
    let span = || tracing::debug_span!(target: "hidden", "hidden");
    let work = async {
        let spawned = pool.clone();
        select(&pool).instrument(span()).await;
        tokio::spawn(async move { select(&spawned).await }.instrument(span())).await.unwrap();
    };
    let ((), record) = instance.record(work).await;
    assert_eq!(record.database().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_measured_exactly_is_not_counted_again() {
    let instance = instance();
    let (pool, _folder) = pool(2).await;
    let measured = async |pool: &SqlitePool| {
        let call = start_call(Operation::database("sqlite", "main", "SELECT id FROM experiments"), None);
        select(pool).instrument(tracing::debug_span!(target: MEASURED_TARGET, "query")).await;
        call.completed();
    };
    let work = async {
        measured(&pool).await;
        measured(&pool).instrument(tracing::info_span!("part")).await;
        select(&pool).await;
    };
    let ((), record) = instance.record(work).await;
    assert_eq!(record.database().count(), 3);
    let targets: Vec<_> = record.database().calls().map(|call| call.operation().target()).collect();
    assert_eq!(targets, ["main", "main", "sqlx"]);
    assert_eq!(record.database().connection_waits(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlite_does_on_its_thread_is_no_poll_of_the_request() {
    struct Counting<'a, F>(Pin<Box<F>>, &'a AtomicU32);

    impl<F: Future> Future for Counting<'_, F> {
        type Output = F::Output;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.as_mut().poll(cx)
        }
    }

    let instance = instance();
    let (pool, _folder) = pool(1).await;
    let polls = AtomicU32::new(0);
    let work = async {
        for _ in 0..20 {
            select(&pool).instrument(tracing::info_span!("part")).await;
        }
    };
    let (_, record) = instance.record(Counting(Box::pin(work), &polls)).await;
    assert_eq!(record.polls(), polls.into_inner());
    assert_eq!(record.database().count(), 20);
}
