//! Where in the source it was, and what is meant to be as it is.

use futures_util::TryStreamExt as _;
use sqlx::Executor as _;
use tachograph_core::FindingKind::NPlusOne;
use tachograph_core::{FindingKind, Record, deliberate};

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
