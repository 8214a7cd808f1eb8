//! `tower::ServiceExt::oneshot`.

use axum::body::Body;
use axum::http::Request;
use tachograph::{Record, testing};
use tachograph_budgets::{on_axum, store};
use tower::ServiceExt;

async fn record_of(path: &str) -> Record {
    let app = on_axum::app(store::seeded().await);
    let t = testing::instance();
    t.expect_findings();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (response, record) = t.measure(app.oneshot(request)).await;
    assert_eq!(response.status(), 200);
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
