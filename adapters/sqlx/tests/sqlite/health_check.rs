//! Whether the database is there, without a trace in the records.

use tachograph_core::testing;

use super::Database;

#[tokio::test]
async fn a_database_that_answers_is_well_and_nothing_is_measured() {
    let database = Database::new(1).await;
    let check = database.pool.health_check();
    let instance = testing::instance();
    let (answers, record) = instance.record(async { [check().await, check().await] }).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(record.calls().is_empty(), "{:?}", record.calls());
    instance.scope(check()).await.unwrap();
    assert_eq!(instance.handle().counters().unattributed_calls, 0);
}

#[tokio::test]
async fn a_pool_that_is_closed_is_not_well() {
    let database = Database::new(1).await;
    let check = database.pool.health_check();
    database.pool.close().await;
    assert!(matches!(check().await, Err(sqlx::Error::PoolClosed)));
}
