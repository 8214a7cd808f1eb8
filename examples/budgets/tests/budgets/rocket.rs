//! `rocket::local`.

use rocket::local::asynchronous::Client;
use tachograph::{Record, testing};
use tachograph_budgets::{on_rocket, store};

async fn record_of(path: &str) -> Record {
    let client = Client::tracked(on_rocket::app(store::seeded().await)).await.unwrap();
    let t = testing::instance();
    t.expect_findings();
    let (body, record) = t.measure_one(async { client.get(path).dispatch().await.into_string().await }).await;
    assert!(body.unwrap().starts_with("[{"));
    record
}

#[rocket::async_test]
async fn queries_in_a_loop_fail_the_test() {
    super::fails(&record_of("/experiments").await, "GET /experiments (200)");
}

#[rocket::async_test]
async fn one_query_passes() {
    super::passes(&record_of("/experiments/joined").await);
}
