//! axum-test.

use axum_test::TestServer;
use tachograph::{Record, testing};
use tachograph_budgets::{on_axum, store};

async fn record_of(path: &str) -> Record {
    let server = TestServer::new(on_axum::app(store::seeded().await));
    let t = testing::instance();
    t.expect_findings();
    let (response, record) = t.measure_one(async { server.get(path).await }).await;
    response.assert_status_ok();
    record
}

#[tokio::test]
async fn queries_in_a_loop_fail_the_test() {
    super::fails(&record_of("/experiments").await, "GET /experiments (200)");
}

#[tokio::test]
async fn one_query_passes() {
    super::passes(&record_of("/experiments/joined").await);
}
