//! Real queries of PostgreSQL, whose driver speaks of them inside the caller's poll.
//!
//! `PEER_POSTGRES_URL` names a database that may be written to. All tables are temporary.

use sqlx::postgres::{PgPool, PgPoolOptions};
use tachograph_core::{MEASURED_TARGET, Yield};
use tracing::Instrument;

use crate::instance;

async fn pool(connections: u32) -> PgPool {
    let url = std::env::var("PEER_POSTGRES_URL").expect("PEER_POSTGRES_URL is set");
    let options = PgPoolOptions::new().max_connections(connections).acquire_time_level("debug".parse().unwrap());
    options.connect(&url).await.unwrap()
}

async fn select(pool: &PgPool) {
    let rows = sqlx::query("SELECT n, 'secret' FROM generate_series(1, 3) AS n").fetch_all(pool).await.unwrap();
    assert_eq!(rows.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_concurrent_requests_has_its_own_queries() {
    let instance = instance();
    let pool = pool(4).await;
    let mut requests = Vec::new();
    for queries in 0..200 {
        let pool = pool.clone();
        let work = async move {
            for _ in 0..queries {
                select(&pool).await;
            }
        };
        requests.push(tokio::spawn(instance.handle().task(&queries.to_string(), work)));
    }
    for request in requests {
        request.await.unwrap();
    }
    let records = instance.take();
    assert_eq!(records.len(), 200);
    for record in &records {
        let queries: u32 = record.task_name().unwrap().parse().unwrap();
        assert_eq!((record.database().count(), record.database().connection_waits()), (queries, queries));
        assert_eq!(record.database().rows(), u64::from(queries) * 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_told_however_it_ends() {
    let instance = instance();
    let pool = pool(1).await;
    let work = async {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query("CREATE TEMPORARY TABLE users (id INTEGER PRIMARY KEY) ON COMMIT DROP")
            .execute(&mut *transaction)
            .await
            .unwrap();
        sqlx::query("INSERT INTO users (id) SELECT n FROM generate_series(1, 5) AS n")
            .execute(&mut *transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        sqlx::query("SELECT id FROM nowhere WHERE id = 7").fetch_all(&pool).await.unwrap_err();
    };
    let ((), record) = instance.record(work).await;
    let calls: Vec<_> = record.database().calls().map(|call| (call.operation().summary(), call.brought())).collect();
    assert_eq!(
        calls,
        [
            ("CREATE TABLE users", Yield::Rows(0)),
            ("INSERT users SELECT generate_series", Yield::Rows(5)),
            ("COMMIT", Yield::Rows(0)),
            ("SELECT nowhere", Yield::Rows(0)),
        ]
    );
    assert_eq!(record.database().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn spawned_and_measured_work_is_told_apart() {
    let instance = instance();
    let pool = pool(3).await;
    let work = async {
        let (one, two) = (pool.clone(), pool.clone());
        tokio::spawn(async move { select(&one).await }.in_current_span()).await.unwrap();
        tokio::spawn(async move { select(&two).await }.instrument(tracing::info_span!("job"))).await.unwrap();
        select(&pool).instrument(tracing::debug_span!(target: MEASURED_TARGET, "query")).await;
    };
    let ((), record) = instance.record(work).await;
    assert_eq!((record.database().count(), record.spans().len()), (2, 1));
}
