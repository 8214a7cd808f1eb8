//! `actix_web::test`.

use actix_web::{App, test};
use tachograph::{Record, testing};
use tachograph_budgets::{on_actix_web, store};

async fn record_of(path: &str) -> Record {
    let pool = store::seeded().await;
    let app =
        App::new().configure(|config| on_actix_web::service(config, pool)).wrap(tachograph::actix_web::middleware());
    let app = test::init_service(app).await;
    let t = testing::instance();
    t.expect_findings();
    let request = test::TestRequest::get().uri(path).to_request();
    let (body, record) = t.measure_one(test::call_and_read_body(&app, request)).await;
    assert!(body.starts_with(b"[{"), "{body:?}");
    record
}

#[actix_web::test]
async fn queries_in_a_loop_fail_the_test() {
    super::fails(&record_of("/experiments").await, "GET /experiments (200)");
}

#[actix_web::test]
async fn one_query_passes() {
    super::passes(&record_of("/experiments/joined").await);
}
