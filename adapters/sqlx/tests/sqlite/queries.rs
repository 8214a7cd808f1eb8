//! Each way of asking is one call, with its rows, its errors and its place.

use futures_util::{StreamExt as _, TryStreamExt as _, poll};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Executor as _, FromRow, QueryBuilder, Row as _, SqlSafeStr as _, Sqlite, Statement as _};
use tachograph_core::CallOutcome::{Cancelled, Completed, Failed};
use tachograph_core::Yield::{Rows, Unknown};
use tachograph_core::testing::Instance;
use tachograph_core::{Record, testing};

use crate::{Database, calls, text};

#[derive(Debug, FromRow, PartialEq)]
struct Experiment {
    id: i64,
    name: String,
}

const ALL: &str = "SELECT id, name FROM experiments ORDER BY id";

#[tokio::test]
async fn every_way_of_fetching_is_one_call_with_its_rows() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            assert_eq!(sqlx::query(ALL).fetch_all(pool).await.unwrap().len(), 3);
            let found: Vec<Experiment> = sqlx::query_as(ALL).fetch_all(pool).await.unwrap();
            assert_eq!(found[0], Experiment { id: 1, name: "red".to_owned() });
            let count: i64 = sqlx::query_scalar("SELECT count(*) FROM experiments").fetch_one(pool).await.unwrap();
            assert_eq!(count, 3);
            let names: Vec<String> =
                sqlx::query(ALL).map(|row: SqliteRow| row.get("name")).fetch_all(pool).await.unwrap();
            assert_eq!(names, ["red", "green", "blue"]);
            let mut rows = sqlx::query(ALL).fetch(pool);
            let mut streamed = 0;
            while let Some(row) = rows.try_next().await.unwrap() {
                streamed += row.len();
            }
            assert_eq!(streamed, 6);
            drop(rows);
            assert_eq!(sqlx::query(ALL).fetch_one(pool).await.unwrap().get::<i64, _>("id"), 1);
            assert!(sqlx::query(ALL).fetch_optional(pool).await.unwrap().is_some());
            assert_eq!(sqlx::raw_sql(ALL).fetch_all(pool).await.unwrap().len(), 3);
            assert_eq!(pool.fetch_all(ALL).await.unwrap().len(), 3);
        })
        .await;

    let rows: Vec<_> = calls(&record).iter().map(|(_, outcome, rows)| (*outcome, *rows)).collect();
    let expected = [3, 3, 1, 3, 3, 1, 1, 3, 3].map(|rows| (Completed, Rows(rows)));
    assert_eq!(rows, expected);
    assert_eq!((record.database().count(), record.database().rows(), record.database().errors()), (9, 21, 0));
    assert_eq!(record.database().connection_waits(), 9);
    assert_eq!(record.breakdown().total(), record.duration());
    let first = record.database().calls().next().unwrap();
    assert_eq!((first.operation().system(), first.operation().target()), ("sqlite", "experiments"));
    assert_eq!((text(first), first.operation().summary()), (ALL, "SELECT experiments"));
}

#[tokio::test]
async fn a_statement_that_returns_nothing_has_the_rows_it_changed() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let rename = sqlx::query("UPDATE experiments SET name = name || ? WHERE id > ?").bind("!").bind(1);
            assert_eq!(rename.execute(pool).await.unwrap().rows_affected(), 2);
            // SQLite goes on answering that two rows were changed.
            assert!(sqlx::query("SELECT id FROM experiments WHERE id = 99").fetch_all(pool).await.unwrap().is_empty());
            sqlx::query("CREATE TABLE other (id INTEGER)").execute(pool).await.unwrap();
            let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO experiments (name) ");
            insert.push_values(["cyan", "pink"], |mut row, name| {
                row.push_bind(name);
            });
            insert.build().execute(pool).await.unwrap();
            let returned = sqlx::query("INSERT INTO experiments (name) VALUES ('grey') RETURNING id");
            returned.fetch_all(pool).await.unwrap();
            let two = "UPDATE experiments SET name = 'one' WHERE id = 1; DELETE FROM experiments WHERE id > 2";
            sqlx::raw_sql(two).execute(pool).await.unwrap();
            sqlx::query("DELETE FROM experiments WHERE id = 99").execute(pool).await.unwrap();
        })
        .await;

    let rows: Vec<_> = calls(&record).iter().map(|(_, _, rows)| *rows).collect();
    assert_eq!(rows, [Rows(2), Rows(0), Rows(0), Rows(2), Rows(1), Rows(5), Rows(0)]);
    assert_eq!(calls(&record)[3].0, "INSERT INTO experiments (name) VALUES (?)");
}

#[tokio::test]
async fn a_row_that_is_not_there_is_no_error_of_the_query() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let none = "SELECT id FROM experiments WHERE id = 99";
            let missing = sqlx::query(none).fetch_one(pool).await;
            assert!(matches!(missing, Err(sqlx::Error::RowNotFound)));
            assert!(sqlx::query_as::<_, (i64,)>(none).fetch_one(pool).await.is_err());
            assert!(sqlx::query_as::<_, (i64,)>(none).fetch_optional(pool).await.unwrap().is_none());
        })
        .await;
    for (_, outcome, rows) in calls(&record) {
        assert_eq!((outcome, rows), (Completed, Rows(0)));
    }
    assert_eq!((record.database().count(), record.database().errors()), (3, 0));
}

#[tokio::test]
async fn errors_carry_the_code_of_the_database() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            sqlx::query("SELECT nothing FROM nowhere").fetch_all(pool).await.unwrap_err();
            sqlx::query("INSERT INTO experiments (name) VALUES ('red')").execute(pool).await.unwrap_err();
            let clash = sqlx::query("INSERT INTO experiments (name) VALUES ('red') RETURNING id");
            clash.fetch_one(pool).await.unwrap_err();
            let refused = sqlx::query("SELECT ?").bind(Unencodable).fetch_all(pool).await;
            assert!(matches!(refused, Err(sqlx::Error::Encode(_))));
        })
        .await;
    let errors: Vec<_> = record.database().calls().map(|call| call.error_type().unwrap()).collect();
    assert_eq!(errors, ["1", "2067", "2067", "encode"]);
    assert!(record.database().calls().all(|call| call.outcome() == Failed));
    assert_eq!((record.database().count(), record.database().errors()), (4, 4));
}

#[tokio::test]
async fn a_stream_that_is_dropped_between_rows_is_complete() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let mut on_pool = sqlx::query(ALL).fetch(pool);
            on_pool.next().await.unwrap().unwrap();
            on_pool.next().await.unwrap().unwrap();
            drop(on_pool);
            let mut connection = pool.acquire().await.unwrap();
            let mut on_connection = sqlx::query(ALL).fetch(&mut *connection);
            on_connection.next().await.unwrap().unwrap();
            drop(on_connection);
            let never_polled = sqlx::query(ALL).fetch(&mut *connection);
            drop(never_polled);
        })
        .await;
    assert_eq!(calls(&record), [(ALL, Completed, Rows(2)), (ALL, Completed, Rows(1))]);
}

#[tokio::test]
async fn what_is_dropped_while_it_runs_is_cancelled() {
    let database = Database::new(2).await;
    let pool = &database.pool;
    // As long as this one holds the lock of the file, no other connection can write.
    let mut lock = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let insert = "INSERT INTO experiments (name) VALUES ('late') RETURNING id";
    let (_, record) = testing::instance()
        .record(async {
            let timeout = std::time::Duration::from_millis(20);
            tokio::time::timeout(timeout, sqlx::query(insert).execute(pool)).await.unwrap_err();
        })
        .await;
    assert_eq!(calls(&record), [("INSERT INTO experiments (name) VALUES (?) RETURNING id", Cancelled, Unknown)]);
    assert_eq!(record.database().errors(), 0);

    sqlx::query("SELECT 1").execute(&mut *lock).await.unwrap();
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn a_stream_that_is_dropped_while_it_waits_for_a_row_is_cancelled() {
    let database = Database::new(2).await;
    let pool = &database.pool;
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let (_, record) = testing::instance()
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            let mut rows = sqlx::query("DELETE FROM experiments RETURNING id").fetch(&mut *connection);
            assert!(poll!(rows.next()).is_pending());
        })
        .await;
    assert_eq!(calls(&record), [("DELETE FROM experiments RETURNING id", Cancelled, Unknown)]);
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn a_stream_is_cancelled_also_if_it_has_brought_rows_before() {
    let database = Database::new(2).await;
    let pool = &database.pool;
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let both = "SELECT id FROM experiments; DELETE FROM experiments";
    let (_, record) = testing::instance()
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            let mut rows = sqlx::raw_sql(both).fetch(&mut *connection);
            for _ in 0..3 {
                rows.next().await.unwrap().unwrap();
            }
            assert!(poll!(rows.next()).is_pending());
        })
        .await;
    assert_eq!(calls(&record), [(both, Cancelled, Rows(3))]);
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn prepared_statements_keep_their_text() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            let by_id = "SELECT id, name FROM experiments WHERE id = ?".into_sql_str();
            let statement = connection.prepare(by_id).await.unwrap();
            for id in 1..=2 {
                let found: Experiment = statement.query_as().bind(id).fetch_one(&mut *connection).await.unwrap();
                assert_eq!(found.id, id);
            }
            let unprepared = sqlx::query("SELECT id FROM experiments").persistent(false);
            unprepared.fetch_all(&mut *connection).await.unwrap();
        })
        .await;
    assert_eq!(
        calls(&record),
        [
            ("PREPARE SELECT id, name FROM experiments WHERE id = ?", Completed, Unknown),
            ("SELECT id, name FROM experiments WHERE id = ?", Completed, Rows(1)),
            ("SELECT id, name FROM experiments WHERE id = ?", Completed, Rows(1)),
            ("SELECT id FROM experiments", Completed, Rows(3)),
        ]
    );
}

#[tokio::test]
async fn a_query_is_cached_or_not_as_without_the_wrapper() {
    use sqlx::Connection as _;
    let database = Database::new(1).await;
    let mut connection = database.pool.acquire().await.unwrap();
    let before = connection.inner().cached_statements_size();
    let mut run = async |query: sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>| {
        query.fetch_all(&mut *connection).await.unwrap();
        connection.inner().cached_statements_size() - before
    };
    assert_eq!(run(sqlx::query("SELECT 'not cached'").persistent(false)).await, 0);
    assert_eq!(run(sqlx::query("SELECT 'cached'")).await, 1);
}

#[tokio::test]
async fn the_place_is_the_handlers_own() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let instance = Instance::build(|builder| builder.capture(testing::capture()));
    let first_line = line!();
    let (_, record) = instance
        .record(async {
            sqlx::query(ALL).fetch_all(pool.here()).await.unwrap();
            let mut connection = pool.acquire().await.unwrap();
            sqlx::query(ALL).execute(connection.here()).await.unwrap();
            sqlx::query(ALL).execute(&mut *connection).await.unwrap();
            drop(connection);
            let mut tx = pool.begin().await.unwrap();
            sqlx::query_as::<_, Experiment>(ALL).fetch_one(tx.here()).await.unwrap();
            tx.commit().await.unwrap();
            sqlx::query(ALL).fetch_all(pool).await.unwrap();
            let mut rows = sqlx::query(ALL).fetch(pool);
            rows.next().await;
        })
        .await;
    let place = |call: &tachograph_core::Call| call.callsite().map(|place| (place.file(), place.line() - first_line));
    let places: Vec<_> = record.database().calls().map(place).collect();
    let here = |line: u32| Some((file!(), line));
    assert_eq!(places, [3, 5, 6, 8, 9, 10, 11, 12].map(here));
    assert_eq!(
        calls(&record).iter().map(|call| call.0).collect::<Vec<_>>(),
        [ALL, ALL, ALL, "BEGIN", ALL, "COMMIT", ALL, ALL]
    );
}

#[tokio::test]
async fn literals_and_bound_values_are_nowhere_in_the_record() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let written = "SELECT id FROM experiments WHERE name = 'hunter2-literal'".to_owned();
            sqlx::query(AssertSqlSafe(written)).fetch_all(pool).await.unwrap();
            let bound = sqlx::query("SELECT id FROM experiments WHERE name = ?").bind("hunter2-bound");
            bound.fetch_all(pool).await.unwrap();
            // The error's own message has the name of what is not there.
            sqlx::raw_sql("SELECT 'hunter2-failed' FROM nowhere").execute(pool).await.unwrap_err();
        })
        .await;
    assert_eq!(record.database().count(), 3);
    let everything = format!("{record:?}");
    assert!(everything.contains("FROM nowhere") && !everything.contains("hunter2"), "{everything}");
}

#[tokio::test]
async fn ten_queries_at_once_are_ten_calls() {
    let database = Database::new(4).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let by_id = "SELECT name FROM experiments WHERE id = ?";
            let queries = (0..10).map(|number| sqlx::query(by_id).bind(number % 3 + 1).fetch_one(pool.here()));
            for row in futures_util::future::join_all(queries).await {
                row.unwrap();
            }
        })
        .await;
    let database = record.database();
    assert_eq!((database.count(), database.rows(), database.repeats(), database.connection_waits()), (10, 10, 10, 10));
    assert_eq!(record.breakdown().total(), record.duration());
}

#[tokio::test]
async fn two_hundred_requests_on_four_connections_have_their_own_queries() {
    let database = Database::new(4).await;
    let instance = testing::instance();
    let tasks: Vec<_> = (0..200_u32)
        .map(|n| {
            let (instance, pool) = (instance.clone(), database.pool.clone());
            tokio::spawn(async move {
                let (good, wrong) = (n % 7, n % 3);
                let (_, record) = instance
                    .record(async {
                        for _ in 0..good {
                            assert_eq!(sqlx::query(ALL).fetch_all(&pool).await.unwrap().len(), 3);
                        }
                        for _ in 0..wrong {
                            sqlx::query("SELECT id FROM nowhere").execute(&pool).await.unwrap_err();
                        }
                    })
                    .await;
                let database = record.database();
                assert_eq!((database.count(), database.errors()), (good + wrong, wrong));
                assert_eq!((database.rows(), database.connection_waits()), (u64::from(good) * 3, good + wrong));
                assert_eq!(record.breakdown().total(), record.duration());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((instance.records().len(), instance.handle().in_flight()), (200, 0));
}

#[tokio::test]
async fn outside_of_a_request_a_query_is_unattributed() {
    let database = Database::new(1).await;
    let instance = testing::instance();
    let rows = instance.scope(sqlx::query(ALL).fetch_all(&database.pool)).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(instance.handle().counters().unattributed_calls, 1);
    assert_eq!(instance.take().iter().map(Record::duration).count(), 0);
}

/// A value whose encoding fails.
struct Unencodable;

impl sqlx::Type<Sqlite> for Unencodable {
    fn type_info() -> sqlx::sqlite::SqliteTypeInfo {
        <i64 as sqlx::Type<Sqlite>>::type_info()
    }
}

impl sqlx::Encode<'_, Sqlite> for Unencodable {
    fn encode_by_ref(
        &self,
        _: &mut <Sqlite as sqlx::Database>::ArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Err("it cannot be encoded".into())
    }
}
