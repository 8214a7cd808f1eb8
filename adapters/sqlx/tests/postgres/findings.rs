//! Whether queries are asked with the same values, of which PostgreSQL has more kinds than others.

use sqlx::postgres::PgArguments;
use sqlx::{Arguments as _, Encode, Executor as _, Postgres, Row as _, SqlSafeStr as _, Statement as _, Type};
use tachograph_core::FindingKind::{DuplicateQuery, NPlusOne};
use tachograph_core::testing::{self, Instance};
use tachograph_core::{FindingKind, ManualClock, Record};
use tachograph_sqlx::PgPool;

use crate::pool;

/// One that looks at every call, the first of its kind too. Its clock stands still: nothing is found of how long something
/// takes.
fn instance() -> Instance {
    Instance::build(|builder| builder.capture(testing::capture()).clock(ManualClock::new()))
}

fn found(record: &Record) -> Vec<(FindingKind, u32, Option<u32>)> {
    let findings = record.findings().iter();
    findings.map(|finding| (finding.kind(), finding.count(), finding.distinct_parameters())).collect()
}

/// Asks once for each of the values; all of them come back as they are, for the server was sent them unharmed.
async fn echoed<T>(pool: &PgPool, sql: &'static str, values: Vec<T>) -> Vec<(FindingKind, u32, Option<u32>)>
where
    T: for<'q> Encode<'q, Postgres> + for<'r> sqlx::Decode<'r, Postgres> + Type<Postgres>,
    T: Clone + PartialEq + std::fmt::Debug + Send + Unpin,
{
    let asking = async {
        for value in values {
            let row = sqlx::query(sql).bind(value.clone()).bind("beside it").fetch_one(pool).await.unwrap();
            assert_eq!((row.get::<T, _>(0), row.get::<&str, _>(1)), (value, "beside it"));
        }
    };
    found(&instance().record(asking).await.1)
}

#[tokio::test]
async fn values_of_every_kind_are_told_apart_and_sent_as_they_are() {
    let pool = pool().await;
    let distinct = |count: usize| vec![(NPlusOne, 5, Some(count as u32))];
    let numbers = vec![Some(1_i64), Some(2), Some(256), None, Some(-1)];
    assert_eq!(echoed(&pool, "SELECT $1, $2 AS number", numbers).await, distinct(5));
    let texts = ["", "a", "a\0b", "ä", "a"].map(|text| text.replace('\0', "\n")).to_vec();
    assert_eq!(echoed(&pool, "SELECT $1, $2 AS text", texts).await, distinct(4));
    let floats = vec![0.1 + 0.2, 0.3, -0.0, 0.0, f64::INFINITY];
    assert_eq!(echoed(&pool, "SELECT $1, $2 AS float", floats).await, distinct(5));
    let blobs = vec![vec![0_u8; 50_000], vec![], vec![0], vec![0, 0], [vec![0; 49_999], vec![1]].concat()];
    assert_eq!(echoed(&pool, "SELECT $1, $2 AS blob", blobs).await, distinct(5));
    let arrays = vec![vec![], vec![Some(1)], vec![Some(1), None], vec![None, Some(1)], vec![Some(1), None]];
    assert_eq!(echoed::<Vec<Option<i32>>>(&pool, "SELECT $1, $2 AS array", arrays).await, distinct(4));
    let same = vec![vec!["red".to_owned(), "green".to_owned()]; 5];
    assert_eq!(echoed(&pool, "SELECT $1, $2 AS words", same).await, [(DuplicateQuery, 5, Some(1))]);
}

#[tokio::test]
async fn a_prepared_statement_and_arguments_of_ones_own_keep_their_values() {
    let pool = pool().await;
    let sql = "SELECT name FROM experiments WHERE id = $1";
    let names = [(1_i64, "red"), (2, "green"), (3, "blue"), (3, "blue"), (1, "red")];
    let (_, record) = instance()
        .record(async {
            let mut tx = pool.begin().await.unwrap();
            let statement = tx.prepare(sql.into_sql_str()).await.unwrap();
            for (id, expected) in names {
                let name: String = statement.query_scalar().bind(id).fetch_one(&mut *tx).await.unwrap();
                assert_eq!(name, expected);
            }
            for (id, expected) in names {
                let mut arguments = PgArguments::default();
                arguments.add(id).unwrap();
                let name: String = sqlx::query_scalar_with(sql, arguments).fetch_one(&mut *tx).await.unwrap();
                assert_eq!(name, expected);
            }
            tx.commit().await.unwrap();
        })
        .await;
    assert_eq!(found(&record), [(NPlusOne, 5, Some(3)), (NPlusOne, 5, Some(3))]);
}

#[tokio::test]
async fn of_the_values_nothing_is_kept() {
    let pool = pool().await;
    let (_, record) = instance()
        .record(async {
            for _ in 0..5 {
                sqlx::query("SELECT $1::text").bind("hunter2").fetch_one(&pool).await.unwrap();
            }
        })
        .await;
    assert_eq!(found(&record), [(DuplicateQuery, 5, Some(1))]);
    let everything = format!("{record:?} {:?}", record.findings());
    assert!(!everything.contains("hunter") && !everything.contains("104, 117"), "{everything}");
}
