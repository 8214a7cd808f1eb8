//! Code that was written for the types of sqlx works with ours.

use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::sqlite::SqliteRow;
use sqlx::{Acquire, Connection as _, Database as SqlxDatabase, Executor, IntoArguments, Sqlite, SqliteConnection};
use tachograph_core::Yield::Rows;
use tachograph_core::testing;
use tachograph_sqlx::{AnyPool, Connection, Measured as _, Pool, SqlitePool, Transaction};

use crate::{Database, calls};

const ALL: &str = "SELECT id FROM experiments";

async fn by_executor<'c>(executor: impl Executor<'c, Database = Sqlite>) -> usize {
    sqlx::query(ALL).fetch_all(executor).await.unwrap().len()
}

async fn by_connection(connection: &mut Connection<'_, Sqlite>) -> usize {
    by_executor(&mut *connection).await + by_executor(connection).await
}

async fn by_transaction(tx: &mut Transaction<'_, Sqlite>) -> usize {
    by_executor(&mut **tx).await + by_connection(tx).await
}

async fn by_acquire<'c>(connection: impl Acquire<'c, Database = Sqlite>) -> usize {
    let mut connection = connection.acquire().await.unwrap();
    sqlx::query(ALL).fetch_all(&mut *connection).await.unwrap().len()
}

async fn by_sqlx_connection(connection: &mut SqliteConnection) -> usize {
    sqlx::query(ALL).fetch_all(connection).await.unwrap().len()
}

async fn by_any_database<DB>(pool: &Pool<DB>) -> usize
where
    DB: SqlxDatabase,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut tx = pool.begin().await.unwrap();
    let rows = sqlx::query::<DB>(ALL).fetch_all(&mut *tx).await.unwrap().len();
    tx.commit().await.unwrap();
    rows + sqlx::query::<DB>(ALL).fetch_all(pool).await.unwrap().len()
}

/// As for the body of a response: the stream does not borrow the pool.
fn rows(pool: &SqlitePool) -> BoxStream<'static, Result<SqliteRow, sqlx::Error>> {
    sqlx::query(ALL).fetch(pool)
}

#[tokio::test]
async fn functions_over_executors_connections_and_transactions_are_measured() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (total, record) = testing::instance()
        .record(async {
            let mut total = by_executor(pool).await + by_executor(pool.here()).await + by_any_database(pool).await;
            total += rows(pool).try_collect::<Vec<_>>().await.unwrap().len();
            let mut connection = pool.acquire().await.unwrap();
            connection.inner_mut().ping().await.unwrap();
            total += by_executor(&mut *connection).await + by_connection(&mut connection).await;
            connection.close().await.unwrap();
            let mut tx = pool.begin().await.unwrap();
            total += by_connection(&mut tx).await + by_transaction(&mut tx).await;
            tx.commit().await.unwrap();
            total
        })
        .await;
    assert_eq!((total, record.database().count(), record.database().rows()), (39, 13, 39));
}

#[tokio::test]
async fn a_spawned_query_keeps_its_request_where_it_is_told_to() {
    use tachograph_core::InCurrentRequest as _;
    let database = Database::new(1).await;
    let pool = database.pool.clone();
    let (rows, record) = testing::instance()
        .record(async {
            let query = async move { sqlx::query(ALL).fetch_all(&pool).await };
            tokio::spawn(query.in_current_request()).await.unwrap().unwrap().len()
        })
        .await;
    assert_eq!((rows, record.database().count()), (3, 1));
}

#[tokio::test]
async fn what_needs_a_type_of_sqlx_gets_it_unmeasured() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            assert_eq!(by_acquire(pool.as_ref()).await, 3);
            assert_eq!(by_acquire(pool.inner()).await, 3);
            let mut tx = pool.begin().await.unwrap();
            assert_eq!(by_sqlx_connection(tx.inner_mut()).await, 3);
            assert!(tx.inner().is_in_transaction());
            tx.commit().await.unwrap();
        })
        .await;
    assert_eq!(record.database().count(), 0);
}

#[tokio::test]
async fn statements_are_described_without_being_a_call() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let (_, record) = testing::instance()
        .record(async {
            let on_pool = pool.describe(sqlx::SqlStr::from_static(ALL)).await.unwrap();
            let mut connection = pool.acquire().await.unwrap();
            let on_connection = connection.describe(sqlx::SqlStr::from_static(ALL)).await.unwrap();
            assert_eq!((on_pool.columns().len(), on_connection.columns().len()), (1, 1));
        })
        .await;
    assert_eq!(record.database().calls().count(), 0);
}

#[tokio::test]
async fn a_connection_of_no_pool_can_be_measured() {
    let mut raw = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let mut connection = Connection::new(&mut raw, "scratch");
    let (_, record) = testing::instance()
        .record(async {
            let mut tx = connection.begin().await.unwrap();
            sqlx::query("CREATE TABLE notes (id INTEGER)").execute(tx.here()).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
    let texts: Vec<_> = calls(&record).iter().map(|call| call.0).collect();
    assert_eq!(texts, ["BEGIN", "CREATE TABLE notes (id INTEGER)", "COMMIT"]);
    assert_eq!(record.database().calls().next().unwrap().operation().target(), "scratch");
}

#[tokio::test]
async fn a_pool_of_any_database_is_named_after_the_one_behind_it() {
    sqlx::any::install_default_drivers();
    let pool: AnyPool = sqlx::AnyPool::connect("sqlite::memory:").await.unwrap().measured("main");
    let (_, record) = testing::instance()
        .record(async {
            let mut connection = pool.acquire().await.unwrap();
            sqlx::query("CREATE TABLE notes (id INTEGER)").execute(&mut *connection).await.unwrap();
            sqlx::query("INSERT INTO notes VALUES (?), (?)").bind(1).bind(2).execute(&mut *connection).await.unwrap();
            let notes = sqlx::query_as::<_, (i64,)>("SELECT id FROM notes").fetch_all(connection.here()).await;
            assert_eq!(notes.unwrap(), [(1,), (2,)]);
        })
        .await;
    assert!(record.database().calls().all(|call| call.operation().system() == "sqlite"));
    assert_eq!(calls(&record).iter().map(|call| call.2).collect::<Vec<_>>(), [Rows(0), Rows(2), Rows(2)]);
}

#[tokio::test]
async fn the_pool_closes_as_ever() {
    let pool = sqlx::SqlitePool::connect("sqlite::memory:").await.unwrap().measured("main");
    assert_eq!((pool.name(), pool.clone().size(), pool.num_idle()), ("main", 1, 1));
    assert_eq!(pool.options().get_max_connections(), pool.utilisation().max);
    assert_eq!(pool.connect_options().get_filename(), pool.inner().connect_options().get_filename());
    let closed = pool.close_event();
    assert!(!pool.is_closed());
    pool.close().await;
    closed.await;
    assert!(pool.is_closed());
    let (_, record) = testing::instance()
        .record(async {
            assert!(matches!(sqlx::query("SELECT 1").execute(&pool).await, Err(sqlx::Error::PoolClosed)));
        })
        .await;
    assert_eq!(record.database().calls().next().unwrap().error_type(), Some("pool_closed"));
    assert_eq!(pool.utilisation().timeouts, 0);
}
