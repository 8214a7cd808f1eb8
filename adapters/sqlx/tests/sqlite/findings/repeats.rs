//! One query after the other, and all at once; with others between, and in tasks.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Executor, Sqlite};
use tachograph_core::FindingKind::{ConnectionWait, NPlusOne};
use tachograph_core::{InCurrentRequest as _, ManualClock, Share, testing};

use super::{NAME, found, instance};
use crate::Database;

async fn name<'c>(executor: impl Executor<'c, Database = Sqlite>, id: i64) -> Option<String> {
    sqlx::query_scalar(NAME).bind(id).fetch_optional(executor).await.unwrap()
}

#[tokio::test]
async fn five_of_one_kind_are_an_n_plus_one_and_four_are_not() {
    let database = Database::new(1).await;
    for (times, expected) in [(4, vec![]), (5, vec![(NPlusOne, 5, Some(5))])] {
        let (_, record) = instance()
            .record(async {
                for id in 1..=times {
                    name(&database.pool, id).await;
                }
            })
            .await;
        assert_eq!(found(&record), expected);
    }
}

#[tokio::test]
async fn other_queries_and_transactions_in_between_hide_nothing() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = instance()
        .record(async {
            for id in 1..=5 {
                name(pool, id).await;
                let mut tx = pool.begin().await.unwrap();
                let other = format!("SELECT max(id) AS number_{id} FROM experiments");
                sqlx::query(AssertSqlSafe(other)).execute(&mut *tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
        .await;
    assert_eq!(record.database().count(), 10);
    assert_eq!(found(&record), [(NPlusOne, 5, Some(5))]);
    let statement = record.findings()[0].operation().unwrap().statement().unwrap();
    assert_eq!(statement.text(), NAME);
}

#[tokio::test]
async fn a_loop_that_goes_on_inside_a_transaction_is_one() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = instance()
        .record(async {
            name(pool, 1).await;
            let mut tx = pool.begin().await.unwrap();
            name(&mut *tx, 2).await;
            let mut savepoint = tx.begin().await.unwrap();
            name(&mut *savepoint, 3).await;
            savepoint.commit().await.unwrap();
            tx.commit().await.unwrap();
            let mut connection = pool.acquire().await.unwrap();
            name(&mut *connection, 4).await;
            name(&mut *connection, 4).await;
        })
        .await;
    assert_eq!(found(&record), [(NPlusOne, 5, Some(4))]);
}

#[tokio::test]
async fn at_once_over_one_connection_they_are_the_same_n_plus_one() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = instance()
        .record(async {
            let names = join_all((1..=8).map(|id| name(pool, id))).await;
            assert_eq!(names.into_iter().flatten().collect::<Vec<_>>(), ["red", "green", "blue"]);
        })
        .await;
    assert_eq!(found(&record), [(NPlusOne, 8, Some(8))]);
}

#[tokio::test]
async fn tasks_of_the_request_ask_in_its_name() {
    let database = Database::new(2).await;
    let (_, record) = instance()
        .record(async {
            let tasks = (1..=6).map(|id| {
                let pool = database.pool.clone();
                tokio::spawn(async move { name(&pool, id).await }.in_current_request())
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        })
        .await;
    assert_eq!(found(&record), [(NPlusOne, 6, Some(6))]);
}

#[tokio::test]
async fn behind_a_full_pool_both_the_wait_and_the_loop_are_found() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let clock = ManualClock::new();
    let taken = pool.acquire().await.unwrap();
    let release = async {
        while pool.utilisation().waiting < 6 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_millis(150));
        drop(taken);
    };
    let instance = testing::Instance::build(|builder| builder.capture(testing::capture()).clock(clock.clone()));
    let asking = instance.record(join_all((1..=6).map(|id| name(pool, id))));
    let ((_, record), ()) = tokio::join!(asking, release);
    let mut kinds: Vec<_> = found(&record).into_iter().map(|(kind, ..)| kind).collect();
    kinds.sort_by_key(|kind| kind.as_str());
    assert_eq!(kinds, [ConnectionWait, NPlusOne]);
    let of = |kind| record.findings().iter().find(|finding| finding.kind() == kind).unwrap();
    assert_eq!((of(NPlusOne).count(), of(NPlusOne).distinct_parameters()), (6, Some(6)));
    assert_eq!(of(NPlusOne).cost(), Duration::ZERO, "the wait is not the queries' time");
    assert_eq!(of(ConnectionWait).cost(), Duration::from_millis(150));
    assert_eq!(of(ConnectionWait).pool().map(|pool| pool.as_str()), Some("experiments"));
    assert_eq!(record.breakdown().share(Share::ConnectionWait), Duration::from_millis(150));
}
