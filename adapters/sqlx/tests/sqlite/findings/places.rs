//! Where in the source it was, and what is meant to be as it is.

use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use sqlx::{Executor as _, Sqlite};
use tachograph_core::FindingKind::{DuplicateQuery, NPlusOne};
use tachograph_core::{FindingKind, InCurrentRequest as _, Record, deliberate};

use super::{COUNT, NAME, found, instance};
use crate::Database;

/// The lines of what was found in this file.
fn lines(record: &Record) -> Vec<(FindingKind, u32)> {
    let findings = record.findings().iter().map(|finding| {
        let place = finding.callsite().expect("a place");
        assert!(place.file().ends_with("tests/sqlite/findings/places.rs"), "{place}");
        (finding.kind(), place.line())
    });
    findings.collect()
}

#[tokio::test]
async fn each_place_is_counted_for_itself() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = instance()
        .record(async {
            for id in 1..=3 {
                sqlx::query(NAME).bind(id).fetch_optional(pool.here()).await.unwrap();
                sqlx::query(NAME).bind(id).fetch_optional(pool.here()).await.unwrap();
            }
        })
        .await;
    assert_eq!((record.database().repeats(), found(&record)), (6, vec![]));
}

#[tokio::test]
async fn a_place_that_is_said_is_the_findings() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let mut line = 0;
    let (_, record) = instance()
        .record(async {
            sqlx::query(NAME).bind(9).fetch_optional(pool.here()).await.unwrap();
            let mut tx = pool.begin().await.unwrap();
            for id in 1..=5 {
                line = line!() + 1;
                sqlx::query(NAME).bind(id).fetch_optional(tx.here()).await.unwrap();
            }
            tx.commit().await.unwrap();
        })
        .await;
    assert_eq!((found(&record), lines(&record)), (vec![(NPlusOne, 5, Some(5))], vec![(NPlusOne, line)]));
}

#[tokio::test]
async fn without_a_word_the_place_is_where_it_is_awaited() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (mut by_await, mut by_stream) = (0, 0);
    let (_, record) = instance()
        .record(async {
            for id in 1..=5 {
                by_await = line!() + 1;
                sqlx::query(NAME).bind(id).fetch_optional(pool).await.unwrap();
            }
            for _ in 0..5 {
                by_stream = line!() + 1;
                let mut rows = sqlx::query(COUNT).fetch(pool);
                rows.try_next().await.unwrap();
            }
        })
        .await;
    assert_eq!(lines(&record), [(NPlusOne, by_await), (DuplicateQuery, by_stream)]);
}

#[tokio::test]
async fn the_same_from_two_places_is_two_things() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let mut line = 0;
    let (_, record) = instance()
        .record(async {
            for id in 1..=4 {
                sqlx::query(NAME).bind(id).fetch_optional(pool).await.unwrap();
            }
            for id in 1..=6 {
                line = line!() + 1;
                sqlx::query(NAME).bind(id).fetch_optional(pool).await.unwrap();
            }
        })
        .await;
    assert_eq!((found(&record), lines(&record)), (vec![(NPlusOne, 6, Some(6))], vec![(NPlusOne, line)]));
}

async fn name(executor: impl sqlx::Executor<'_, Database = Sqlite>, id: i64) -> u32 {
    sqlx::query(NAME).bind(id).fetch_optional(executor).await.unwrap();
    line!() - 1
}

#[tokio::test]
async fn whoever_waits_for_them_the_place_is_the_innermost() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let mut at = Vec::new();
    let (_, record) = instance()
        .record(async {
            at.extend(join_all((1..=3).map(|id| name(pool, id))).await);
            for id in 4..=6 {
                let pool = pool.clone();
                at.push(tokio::spawn(async move { name(&pool, id).await }.in_current_request()).await.unwrap());
            }
            let mut tx = pool.begin().await.unwrap();
            at.push(name(&mut *tx, 7).await);
            tx.commit().await.unwrap();
        })
        .await;
    assert_eq!((found(&record), lines(&record)), (vec![(NPlusOne, 7, Some(7))], vec![(NPlusOne, at[0])]));
}

#[tokio::test]
async fn behind_a_full_pool_the_place_is_known_before_there_is_a_connection() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let taken = pool.acquire().await.unwrap();
    let instance = instance();
    let at = line!() + 1;
    let asking = instance.record(join_all((1..=6).map(async |id| sqlx::query(NAME).bind(id).fetch_all(pool).await)));
    let release = async {
        while pool.utilisation().waiting < 6 {
            tokio::task::yield_now().await;
        }
        drop(taken);
    };
    let ((_, record), ()) = tokio::join!(asking, release);
    assert_eq!((found(&record), lines(&record)), (vec![(NPlusOne, 6, Some(6))], vec![(NPlusOne, at)]));
}

#[tokio::test]
async fn what_is_deliberate_is_no_finding() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = instance()
        .record(async {
            deliberate(async {
                for id in 1..=9 {
                    sqlx::query(NAME).bind(id).fetch_optional(pool).await.unwrap();
                }
            })
            .await;
            for id in 1..=9 {
                // These know what they ask before anything is deliberate.
                let name = "SELECT name AS deliberate FROM experiments WHERE id = ?";
                deliberate(pool.fetch_all(sqlx::query(name).bind(id))).await.unwrap();
                let names = sqlx::query("SELECT name AS stream FROM experiments").fetch(pool);
                deliberate(names.try_collect::<Vec<_>>()).await.unwrap();
                let mut connection = pool.acquire().await.unwrap();
                deliberate(connection.execute(COUNT)).await.unwrap();
            }
        })
        .await;
    assert_eq!((record.database().count(), record.database().repeats()), (36, 9));
    assert_eq!(found(&record), []);
}
