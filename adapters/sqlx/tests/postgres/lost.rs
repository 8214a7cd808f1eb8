//! Connections and servers that go away in the middle of a request: its record comes, with the error in it.

use std::time::Duration;

use sqlx::PgPool as SqlxPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tachograph_core::CallOutcome::{Completed, Failed};
use tachograph_core::Yield::{Rows, Unknown};
use tachograph_core::{Share, testing};
use tachograph_sqlx::{Measured as _, PgPool};

use crate::server::Server;
use crate::{calls, errors, url};

const SLEEP: &str = "SELECT pg_sleep(?)";

/// A pool of one connection, which the server knows under this name.
async fn named(url: &str, name: &str) -> PgPool {
    let options: PgConnectOptions = url.parse().unwrap();
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(2));
    let pool = pool.connect_with(options.application_name(name)).await.expect("the server answers");
    pool.measured("experiments")
}

/// Returns once the connection of this name sleeps.
async fn asleep(watcher: &SqlxPool, name: &str) {
    let asleep = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'";
    let waiting = async {
        while sqlx::query_scalar::<_, i64>(asleep).bind(name).fetch_one(watcher).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it never sleeps");
}

async fn terminate(watcher: &SqlxPool, name: &str) {
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
    sqlx::query(terminate).bind(name).execute(watcher).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_an_error_of_the_query() {
    let name = "tachograph-ended-query";
    let (watcher, pool) = (SqlxPool::connect(&url()).await.unwrap(), named(&url(), name).await);
    let (_, record) = testing::instance()
        .record(async {
            let end = async {
                asleep(&watcher, name).await;
                terminate(&watcher, name).await;
            };
            let (sleep, ()) = tokio::join!(sqlx::query("SELECT pg_sleep(60)").execute(&pool), end);
            assert_eq!(sleep.unwrap_err().as_database_error().unwrap().code().unwrap(), "57P01");
            // The pool has another connection by then.
            sqlx::query("SELECT 1").fetch_one(&pool).await.unwrap();
        })
        .await;
    assert_eq!(calls(&record), [(SLEEP, Failed, Rows(0)), ("SELECT ?", Completed, Rows(1))]);
    assert_eq!(errors(&record), ["57P01"]);
    let database = record.database();
    assert_eq!((database.count(), database.errors(), database.connection_waits()), (2, 1, 2));
    assert_eq!(record.breakdown().total(), record.duration());
}

#[tokio::test]
async fn a_transaction_whose_connection_is_ended_fails_with_it() {
    let name = "tachograph-ended-transaction";
    let (watcher, pool) = (SqlxPool::connect(&url()).await.unwrap(), named(&url(), name).await);
    let (_, record) = testing::instance()
        .record(async {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query("SELECT 1").execute(&mut *tx).await.unwrap();
            let end = async {
                asleep(&watcher, name).await;
                terminate(&watcher, name).await;
            };
            let (sleep, ()) = tokio::join!(sqlx::query("SELECT pg_sleep(60)").execute(&mut *tx), end);
            sleep.unwrap_err();
            tx.commit().await.unwrap_err();
        })
        .await;
    let seen: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    let last = ("ROLLBACK", Completed);
    assert_eq!(seen, [("BEGIN", Completed), ("SELECT ?", Completed), (SLEEP, Failed), ("COMMIT", Failed), last]);
    assert_eq!(errors(&record)[0], "57P01");
    assert_eq!((record.database().count(), record.database().errors()), (2, 2));
}

#[tokio::test]
async fn a_server_that_is_killed_is_an_error_of_the_queries() {
    let name = "tachograph-killed";
    let mut server = Server::start().await;
    let (watcher, pool) = (SqlxPool::connect(&server.url()).await.unwrap(), named(&server.url(), name).await);
    let instance = testing::instance();
    let (_, record) = instance
        .record(async {
            sqlx::query("SELECT 1").fetch_one(&pool).await.unwrap();
            let kill = async {
                asleep(&watcher, name).await;
                server.kill().await;
            };
            let (sleep, ()) = tokio::join!(sqlx::query("SELECT pg_sleep(60)").execute(&pool), kill);
            assert!(matches!(sleep.unwrap_err(), sqlx::Error::Io(_)));
            // sqlx goes on trying to connect for as long as it may take.
            let nobody = sqlx::query("SELECT 2").fetch_one(&pool).await;
            assert!(matches!(nobody, Err(sqlx::Error::PoolTimedOut)));
        })
        .await;
    let expected = [("SELECT ?", Completed, Rows(1)), (SLEEP, Failed, Rows(0)), ("SELECT ?", Failed, Unknown)];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["io", "pool_timed_out"]);
    let database = record.database();
    assert_eq!((database.count(), database.errors(), database.connection_waits()), (3, 2, 3));
    assert!(record.breakdown().share(Share::ConnectionWait) > Duration::ZERO);
    assert_eq!((record.breakdown().total(), instance.handle().in_flight()), (record.duration(), 0));
}
