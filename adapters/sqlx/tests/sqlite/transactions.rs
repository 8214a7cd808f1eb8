//! Transactions and savepoints: calls that are no queries.

use tachograph_core::CallOutcome::{Cancelled, Completed, Failed};
use tachograph_core::Yield::{Rows, Unknown};
use tachograph_core::testing;
use tachograph_sqlx::SqlitePool;

use crate::{Database, calls};

const INSERT: &str = "INSERT INTO experiments (name) VALUES (?)";

async fn count(pool: &SqlitePool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM experiments").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn nested_transactions_are_savepoints_and_no_queries() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query(INSERT).bind("kept").execute(&mut *tx).await.unwrap();
            let mut inner = tx.begin().await.unwrap();
            sqlx::query(INSERT).bind("taken back").execute(&mut *inner).await.unwrap();
            inner.rollback().await.unwrap();
            let mut inner = tx.begin().await.unwrap();
            let innermost = inner.begin().await.unwrap();
            innermost.commit().await.unwrap();
            inner.commit().await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
    let texts: Vec<_> = calls(&record).iter().map(|call| call.0).collect();
    assert_eq!(
        texts,
        [
            "BEGIN",
            INSERT,
            "SAVEPOINT",
            INSERT,
            "ROLLBACK TO SAVEPOINT",
            "SAVEPOINT",
            "SAVEPOINT",
            "RELEASE SAVEPOINT",
            "RELEASE SAVEPOINT",
            "COMMIT"
        ]
    );
    assert_eq!((record.database().count(), record.database().rows(), record.database().repeats()), (2, 2, 2));
    assert_eq!(record.database().connection_waits(), 1);
    assert_eq!(count(pool).await, 4);
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_and_says_so() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query(INSERT).bind("lost").execute(&mut *tx).await.unwrap();
            drop(tx.begin().await.unwrap());
        })
        .await;
    assert_eq!(
        calls(&record),
        [
            ("BEGIN", Completed, Unknown),
            (INSERT, Completed, Rows(1)),
            ("SAVEPOINT", Completed, Unknown),
            ("ROLLBACK TO SAVEPOINT", Completed, Unknown),
            ("ROLLBACK", Completed, Unknown),
        ]
    );
    assert_eq!(record.database().count(), 1);
    assert_eq!(count(pool).await, 3);
}

#[tokio::test]
async fn a_refused_begin_is_an_error_and_no_query() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            pool.begin_with("BEGIN SOMEHOW").await.unwrap_err();
            let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
            tx.begin_with("BEGIN IMMEDIATE").await.unwrap_err();
            tx.rollback().await.unwrap();
        })
        .await;
    let outcomes: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    assert_eq!(
        outcomes,
        [
            ("BEGIN SOMEHOW", Failed),
            ("BEGIN IMMEDIATE", Completed),
            ("BEGIN IMMEDIATE", Failed),
            ("ROLLBACK", Completed)
        ]
    );
    let failed = record.database().calls().find(|call| call.is_error()).unwrap();
    assert_eq!((failed.error_type(), record.database().count(), record.database().errors()), (Some("1"), 0, 2));
}

#[tokio::test]
async fn a_commit_that_is_dropped_is_cancelled_and_rolled_back() {
    let database = Database::new(2).await;
    let pool = &database.pool;
    // As long as this one reads, no other connection can commit.
    let mut reader = pool.begin().await.unwrap();
    sqlx::query("SELECT id FROM experiments").fetch_all(&mut *reader).await.unwrap();
    let (_, record) = testing::instance()
        .record(async {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query(INSERT).bind("late").execute(&mut *tx).await.unwrap();
            let mut commit = std::pin::pin!(tx.commit());
            assert!(futures_util::poll!(commit.as_mut()).is_pending());
        })
        .await;
    reader.rollback().await.unwrap();
    let outcomes: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    assert_eq!(outcomes, [("BEGIN", Completed), (INSERT, Completed), ("COMMIT", Cancelled), ("ROLLBACK", Completed)]);
}

#[tokio::test]
async fn a_commit_that_is_never_polled_is_a_rollback() {
    let database = Database::new(1).await;
    let (_, record) = testing::instance()
        .record(async {
            drop(database.pool.begin().await.unwrap().commit());
        })
        .await;
    assert_eq!(calls(&record), [("BEGIN", Completed, Unknown), ("ROLLBACK", Completed, Unknown)]);
}

#[tokio::test]
async fn a_closure_in_a_transaction_is_measured() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            let inserted: Result<u64, sqlx::Error> = connection
                .transaction(|tx| {
                    Box::pin(
                        async move { Ok(sqlx::query(INSERT).bind("white").execute(&mut **tx).await?.rows_affected()) },
                    )
                })
                .await;
            assert_eq!(inserted.unwrap(), 1);
            let failed: Result<(), sqlx::Error> =
                connection.transaction(|_| Box::pin(async { Err(sqlx::Error::RowNotFound) })).await;
            assert!(failed.is_err());
        })
        .await;
    let texts: Vec<_> = calls(&record).iter().map(|call| call.0).collect();
    assert_eq!(texts, ["BEGIN", INSERT, "COMMIT", "BEGIN", "ROLLBACK"]);
}
