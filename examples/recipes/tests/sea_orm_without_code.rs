//! sea-orm's queries as sqlx tells of them, by nothing but the feature `tracing`. A process has one subscriber, so this
//! is a process of its own.

use sea_orm::{ConnectionTrait, Database, TransactionTrait};
use tachograph::testing;

#[tokio::test]
async fn queries_are_seen_without_code() {
    let t = testing::instance();
    tachograph::tracing::install(t.handle()).unwrap();
    let database = Database::connect("sqlite::memory:").await.unwrap();
    let ((), record) = t
        .record(async {
            database.execute_unprepared("CREATE TABLE experiments (id INTEGER, name TEXT)").await.unwrap();
            let transaction = database.begin().await.unwrap();
            transaction.execute_unprepared("INSERT INTO experiments VALUES (7, 'secret')").await.unwrap();
            transaction.commit().await.unwrap();
        })
        .await;
    let summaries: Vec<&str> = record.calls().iter().map(|call| call.operation().summary()).collect();
    assert_eq!(summaries, ["CREATE TABLE experiments", "INSERT experiments"]);
}
