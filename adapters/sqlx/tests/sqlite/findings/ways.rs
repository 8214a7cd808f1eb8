//! However it asks, a request that asks the same again is found out, and whether it asked with the same values.

use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use sqlx::{AssertSqlSafe, Executor as _, QueryBuilder, SqlSafeStr as _, Sqlite, Statement as _};
use tachograph_core::FindingKind::{DuplicateQuery, NPlusOne};
use tachograph_core::{FindingKind, Record};
use tachograph_sqlx::{AnyPool, Measured as _, SqlitePool};

use super::{COUNT, NAME, found, instance};
use crate::Database;

type Way = for<'a> fn(&'a SqlitePool, i64) -> BoxFuture<'a, ()>;

/// What came of it does not matter: not every id is there.
macro_rules! way {
    (|$pool:ident, $id:pat_param| $asking:expr) => {
        |$pool, $id| {
            Box::pin(async move {
                let _ = $asking.await;
            })
        }
    };
}

/// Each asks by this id.
const WAYS: [Way; 14] = [
    way!(|pool, id| sqlx::query(NAME).bind(id).fetch_all(pool)),
    way!(|pool, id| sqlx::query(NAME).bind(id).fetch_one(pool)),
    way!(|pool, id| sqlx::query(NAME).bind(id).fetch_optional(pool)),
    way!(|pool, id| sqlx::query(NAME).bind(id).execute(pool)),
    way!(|pool, id| sqlx::query(NAME).bind(id).fetch_all(pool.here())),
    way!(|pool, id| sqlx::query(NAME).bind(id).fetch(pool).try_collect::<Vec<_>>()),
    way!(|pool, id| results_of_many(pool, id)),
    way!(|pool, id| pool.fetch_all(sqlx::query(NAME).bind(id))),
    way!(|pool, id| sqlx::query(NAME).bind(id).persistent(false).fetch_all(pool)),
    way!(|pool, id| sqlx::query_scalar::<_, String>(NAME).bind(id).fetch_all(pool)),
    way!(|pool, id| in_a_list(id).build().fetch_all(pool)),
    way!(|pool, id| in_a_transaction(pool, id)),
    // The value stands in the text.
    way!(|pool, id| pool.execute(AssertSqlSafe(by_name(id)))),
    way!(|pool, id| sqlx::raw_sql(AssertSqlSafe(by_name(id))).fetch_all(pool)),
];

#[expect(deprecated, reason = "it is still there")]
async fn results_of_many(pool: &SqlitePool, id: i64) -> Result<(), sqlx::Error> {
    let results = sqlx::query(NAME).bind(id).execute_many(pool).await;
    results.try_for_each(async |_| Ok(())).await
}

async fn in_a_transaction(pool: &SqlitePool, id: i64) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query(NAME).bind(id).fetch_all(&mut *tx).await?;
    tx.rollback().await
}

fn in_a_list(id: i64) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT name FROM experiments WHERE id IN (");
    query.separated(", ").push_bind(id).push_bind(id + 1);
    query.push(")");
    query
}

fn by_name(id: i64) -> String {
    format!("SELECT id FROM experiments WHERE name = 'experiment {id}'")
}

async fn asked(way: Way, ids: impl IntoIterator<Item = i64>) -> Record {
    let database = Database::new(1).await;
    let asking = async {
        for id in ids {
            way(&database.pool, id).await;
        }
    };
    instance().record(asking).await.1
}

#[tokio::test]
async fn every_way_of_asking_with_other_values_is_an_n_plus_one() {
    for (number, way) in WAYS.into_iter().enumerate() {
        assert_eq!(found(&asked(way, 1..=5).await), [(NPlusOne, 5, Some(5))], "{number}");
        assert_eq!(found(&asked(way, [1, 2, 1, 1, 1, 1]).await), [(NPlusOne, 6, Some(2))], "{number}");
    }
}

#[tokio::test]
async fn every_way_of_asking_with_the_same_values_is_a_duplicate() {
    for (number, way) in WAYS.into_iter().enumerate() {
        assert_eq!(found(&asked(way, [7; 5]).await), [(DuplicateQuery, 5, Some(1))], "{number}");
    }
}

#[tokio::test]
async fn what_takes_no_values_is_a_duplicate() {
    let ways: [Way; 3] = [
        way!(|pool, _| sqlx::query(COUNT).fetch_one(pool)),
        way!(|pool, _| pool.fetch_one(COUNT)),
        // To SQLite, what is not bound is NULL.
        way!(|pool, _| sqlx::query(NAME).fetch_all(pool)),
    ];
    for (number, way) in ways.into_iter().enumerate() {
        assert_eq!(found(&asked(way, 1..=5).await), [(DuplicateQuery, 5, Some(1))], "{number}");
    }
}

async fn by_prepared(ids: [i64; 5]) -> Record {
    let database = Database::new(1).await;
    let asking = async {
        let mut connection = database.pool.acquire().await.unwrap();
        let statement = connection.prepare(NAME.into_sql_str()).await.unwrap();
        for id in ids {
            let name: Option<String> =
                statement.query_scalar().bind(id).fetch_optional(&mut *connection).await.unwrap();
            assert_eq!(name.as_deref(), ["red", "green", "blue"].get(id as usize - 1).copied());
        }
    };
    instance().record(asking).await.1
}

#[tokio::test]
async fn a_prepared_statement_keeps_its_values() {
    assert_eq!(found(&by_prepared([1, 2, 3, 4, 5]).await), [(NPlusOne, 5, Some(5))]);
    assert_eq!(found(&by_prepared([2; 5]).await), [(DuplicateQuery, 5, Some(1))]);
}

#[tokio::test]
async fn to_prepare_the_same_again_and_again_is_a_duplicate() {
    let way: Way = way!(|pool, _| pool.prepare(NAME.into_sql_str()));
    let record = asked(way, 1..=5).await;
    assert_eq!(found(&record), [(DuplicateQuery, 5, Some(1))]);
    assert!(record.findings()[0].operation().unwrap().statement().unwrap().text().starts_with("PREPARE "));
}

#[tokio::test]
async fn rows_that_are_inserted_one_by_one_and_in_batches_are_told_apart() {
    let database = Database::new(1).await;
    let (_, record) = instance()
        .record(async {
            for batch in [1..2, 2..4, 4..7, 7..9, 9..10] {
                let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO experiments (name) ");
                insert.push_values(batch, |mut row, number| {
                    row.push_bind(format!("new {number}"));
                });
                insert.build().execute(&database.pool).await.unwrap();
            }
        })
        .await;
    assert_eq!(found(&record), [(NPlusOne, 5, Some(5))]);
}

#[tokio::test]
async fn a_pool_of_any_database_is_looked_at_as_well() {
    sqlx::any::install_default_drivers();
    let pool: AnyPool = sqlx::AnyPool::connect("sqlite::memory:").await.unwrap().measured("main");
    async fn asked(pool: &AnyPool, words: [&'static str; 5]) -> Vec<(FindingKind, u32, Option<u32>)> {
        let asking = async {
            for word in words {
                let echo: String = sqlx::query_scalar("SELECT ? AS word").bind(word).fetch_one(pool).await.unwrap();
                assert_eq!(echo, word);
            }
        };
        found(&instance().record(asking).await.1)
    }
    assert_eq!(asked(&pool, ["a", "b", "c", "d", "e"]).await, [(NPlusOne, 5, Some(5))]);
    assert_eq!(asked(&pool, ["a"; 5]).await, [(DuplicateQuery, 5, Some(1))]);
}
