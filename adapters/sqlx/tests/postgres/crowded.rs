//! More that want a connection than there are.

use std::pin::pin;
use std::time::Duration;

use futures_util::poll;
use sqlx::postgres::PgPoolOptions;
use tachograph_core::CallOutcome::{Cancelled, Failed};
use tachograph_core::{CallKind, ManualClock, Share, testing};
use tachograph_sqlx::{Measured as _, PgPool};

use crate::{calls, pool, url};

const MS: Duration = Duration::from_millis(1);

async fn pool_of(connections: u32, acquire_timeout: Duration) -> PgPool {
    let options = PgPoolOptions::new().max_connections(connections).acquire_timeout(acquire_timeout);
    options.connect(&url()).await.expect("the server answers").measured("experiments")
}

#[tokio::test]
async fn waiting_for_a_connection_is_apart_from_the_query() {
    let pool = pool().await;
    let clock = ManualClock::new();
    let taken = pool.acquire().await.unwrap();
    let instance = testing::Instance::with_clock(clock.clone());
    let (_, record) = instance
        .record(async {
            let mut query = pin!(sqlx::query("SELECT pg_sleep(0.05)").fetch_all(&pool));
            assert!(poll!(query.as_mut()).is_pending());
            assert_eq!(pool.utilisation().waiting, 1);
            clock.advance(7 * MS);
            drop(taken);
            // It has the connection once nobody waits any more.
            while pool.utilisation().waiting == 1 {
                assert!(poll!(query.as_mut()).is_pending());
                tokio::task::yield_now().await;
            }
            clock.advance(3 * MS);
            assert_eq!(query.await.unwrap().len(), 1);
        })
        .await;
    let breakdown = record.breakdown();
    assert_eq!((breakdown.share(Share::ConnectionWait), breakdown.share(Share::Database)), (7 * MS, 3 * MS));
    assert_eq!((breakdown.total(), record.duration()), (10 * MS, 10 * MS));
    let database = record.database();
    assert_eq!((database.count(), database.rows(), database.connection_waits()), (1, 1, 1));
    assert_eq!(database.total(), 3 * MS);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_an_error_of_the_query() {
    let pool = pool_of(1, Duration::from_millis(50)).await;
    let taken = pool.acquire().await.unwrap();
    let (_, record) = testing::instance()
        .record(async {
            let starved = sqlx::query("SELECT 1").fetch_one(&pool).await;
            assert!(matches!(starved, Err(sqlx::Error::PoolTimedOut)));
            pool.begin().await.unwrap_err();
            pool.acquire().await.unwrap_err();
        })
        .await;
    drop(taken);
    let outcomes: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    assert_eq!(outcomes, [("SELECT ?", Failed), ("BEGIN", Failed)]);
    assert!(record.calls().iter().all(|call| call.error_type() == Some("pool_timed_out") && call.is_error()));
    assert_eq!(record.calls().iter().filter(|call| call.kind() == CallKind::Other).count(), 1);
    let database = record.database();
    assert_eq!((database.count(), database.errors(), database.connection_waits()), (1, 2, 3));
    assert!(record.breakdown().share(Share::ConnectionWait) > Duration::ZERO);
    assert_eq!((pool.utilisation().timeouts, pool.utilisation().waiting), (3, 0));
}

#[tokio::test]
async fn two_hundred_requests_on_four_connections_have_their_own_queries() {
    let pool = pool_of(4, Duration::from_secs(60)).await;
    let instance = testing::instance();
    let tasks: Vec<_> = (0..200_u32)
        .map(|n| {
            let (instance, pool) = (instance.clone(), pool.clone());
            tokio::spawn(async move {
                let (good, wrong, cancelled) = (n % 7, n % 3, u32::from(n % 10 == 0));
                let (_, record) = instance
                    .record(async {
                        for _ in 0..good {
                            let rows = sqlx::query("SELECT generate_series(1, $1)").bind(n as i32).fetch_all(&pool);
                            assert_eq!(rows.await.unwrap().len(), n as usize);
                        }
                        for _ in 0..wrong {
                            sqlx::query("SELECT 1 / 0").execute(&pool).await.unwrap_err();
                        }
                        for _ in 0..cancelled {
                            let mut connection = pool.acquire().await.unwrap();
                            let mut sleep = Box::pin(sqlx::query("SELECT pg_sleep(0.1)").execute(&mut *connection));
                            assert!(poll!(sleep.as_mut()).is_pending());
                        }
                    })
                    .await;
                let database = record.database();
                assert_eq!((database.count(), database.errors()), (good + wrong + cancelled, wrong));
                assert_eq!(database.rows(), u64::from(good * n));
                assert_eq!(calls(&record).iter().filter(|call| call.1 == Cancelled).count() as u32, cancelled);
                assert_eq!(database.connection_waits(), good + wrong + cancelled);
                assert_eq!(record.breakdown().total(), record.duration());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((instance.records().len(), instance.handle().in_flight()), (200, 0));
}
