//! Waiting for a connection is not the query's time.

use std::time::Duration;

use sqlx::sqlite::SqlitePoolOptions;
use tachograph_core::CallOutcome::Failed;
use tachograph_core::{CallKind, ManualClock, PoolUse, Share, testing};

use crate::{Database, calls};

const ONE: &str = "SELECT id FROM experiments WHERE id = ?";

#[tokio::test]
async fn waiting_for_a_connection_is_apart_from_the_query() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let clock = ManualClock::new();
    let taken = pool.acquire().await.unwrap();
    let release = async {
        while pool.utilisation().waiting == 0 {
            tokio::task::yield_now().await;
        }
        let busy = pool.utilisation();
        assert_eq!((busy.size, busy.idle, busy.in_use, busy.waiting, busy.max), (1, 0, 1, 1, 1));
        clock.advance(Duration::from_millis(7));
        drop(taken);
    };
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = instance
        .record(async {
            let (row, ()) = tokio::join!(sqlx::query(ONE).bind(1).fetch_one(pool), release);
            row.unwrap();
        })
        .await;
    let breakdown = record.breakdown();
    assert_eq!(breakdown.share(Share::ConnectionWait), Duration::from_millis(7));
    let waits = record.database().pool_waits().iter();
    let waits: Vec<_> = waits.map(|wait| (wait.pool().as_str(), wait.total())).collect();
    assert_eq!(waits, [("experiments", Duration::from_millis(7))]);
    assert_eq!(breakdown.share(Share::Database), Duration::ZERO);
    assert_eq!((record.database().count(), record.database().connection_waits()), (1, 1));
    assert_eq!(record.database().total(), Duration::ZERO);
    assert_eq!(breakdown.total(), record.duration());
    assert_eq!(pool.utilisation().waiting, 0);
}

#[tokio::test]
async fn waiting_ends_with_the_connection_and_not_with_its_future() {
    let database = Database::new(1).await;
    let clock = ManualClock::new();
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = instance
        .record(async {
            let acquire = database.pool.acquire();
            tokio::pin!(acquire);
            let connection = (&mut acquire).await.unwrap();
            assert_eq!(database.pool.utilisation().waiting, 0);
            clock.advance(Duration::from_millis(5));
            drop(connection);
        })
        .await;
    assert_eq!(record.breakdown().share(Share::ConnectionWait), Duration::ZERO);
    assert_eq!(record.database().connection_waits(), 1);
}

#[tokio::test]
async fn the_time_of_a_query_is_the_databases() {
    let database = Database::new(2).await;
    let pool = &database.pool;
    let clock = ManualClock::new();
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = instance
        .record(async {
            let delete = sqlx::query("DELETE FROM experiments").execute(&mut *connection);
            tokio::pin!(delete);
            assert!(futures_util::poll!(&mut delete).is_pending());
            clock.advance(Duration::from_millis(3));
            lock.rollback().await.unwrap();
            assert_eq!(delete.await.unwrap().rows_affected(), 3);
        })
        .await;
    assert_eq!(record.breakdown().share(Share::Database), Duration::from_millis(3));
    assert_eq!((record.database().slowest(), record.database().rows()), (Duration::from_millis(3), 3));
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_an_error_of_the_query() {
    let options = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(50));
    let database = Database::with(options).await;
    let pool = &database.pool;
    let taken = pool.acquire().await.unwrap();
    let (_, record) = testing::instance()
        .record(async {
            let starved = sqlx::query(ONE).bind(1).fetch_one(pool).await;
            assert!(matches!(starved, Err(sqlx::Error::PoolTimedOut)));
            sqlx::query(ONE).bind(1).execute(pool.here()).await.unwrap_err();
            pool.begin().await.unwrap_err();
            pool.acquire().await.unwrap_err();
            assert!(pool.try_acquire().is_none());
            assert!(pool.try_begin().await.unwrap().is_none());
        })
        .await;
    drop(taken);
    let outcomes: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    assert_eq!(outcomes, [(ONE, Failed), (ONE, Failed), ("BEGIN", Failed)]);
    assert!(record.calls().iter().all(|call| call.error_type() == Some("pool_timed_out") && call.is_error()));
    let other = record.calls().iter().find(|call| call.kind() == CallKind::Other).unwrap();
    assert_eq!((other.operation().target(), other.operation().summary()), ("experiments", "acquire"));
    assert_eq!((record.database().count(), record.database().errors()), (2, 3));
    assert_eq!(record.database().connection_waits(), 4);
    assert!(record.breakdown().share(Share::ConnectionWait) > Duration::ZERO);
    assert_eq!((pool.utilisation().timeouts, pool.utilisation().waiting), (4, 0));
}

#[tokio::test]
async fn who_gives_up_waiting_is_counted_no_longer() {
    let database = Database::new(1).await;
    let pool = &database.pool;
    let taken = pool.acquire().await.unwrap();
    let (_, record) = testing::instance()
        .record(async {
            let mut rows = sqlx::query(ONE).bind(1).fetch(pool);
            assert!(futures_util::poll!(futures_util::StreamExt::next(&mut rows)).is_pending());
            assert_eq!(pool.utilisation().waiting, 1);
            drop(rows);
            assert_eq!(pool.utilisation().waiting, 0);
        })
        .await;
    drop(taken);
    assert_eq!((record.database().count(), record.database().connection_waits()), (0, 1));
}

#[tokio::test]
async fn the_current_instance_shows_how_busy_the_pool_is_for_as_long_as_there_is_one() {
    let instance = testing::instance();
    let database = instance.handle().scope(Database::new(3)).await;
    let taken = database.pool.acquire().await.unwrap();
    let [(name, shown)] = instance.handle().pools().try_into().unwrap();
    // The connection that the set-up used may be idle, or on its way back.
    let PoolUse { in_use, max, waiting, timeouts, .. } = shown;
    assert_eq!((&*name, in_use >= 1, max, waiting, timeouts), ("experiments", true, 3, 0, 0));
    drop(database);
    assert_eq!(instance.handle().pools(), [], "a connection that is out does not keep the pool");
    drop(taken);
}
