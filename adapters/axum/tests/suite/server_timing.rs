//! Answers that say where their time went.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use tachograph_axum::Layer;
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, ManualClock, database_call};

use crate::blocking::{ms, passes};
use crate::server::get as fetch;

fn said<B>(response: &Response<B>) -> Vec<&str> {
    response.headers().get_all("server-timing").iter().map(|value| value.to_str().unwrap()).collect()
}

fn app(server_timing: bool) -> (Router, ManualClock) {
    let clock = ManualClock::new();
    let mut capture = Capture::default();
    capture.server_timing = server_timing;
    let instance = Instance::build(|builder| builder.clock(clock.clone()).capture(capture));
    let handler = |status: StatusCode| {
        let clock = clock.clone();
        let handler = async move || {
            clock.advance(ms(2));
            database_call("sqlite", "main", "SELECT * FROM experiments").measure(passes(&clock, ms(5))).await;
            passes(&clock, ms(8)).await;
            (status, [("server-timing", "rendering;dur=1")], "hello")
        };
        get(handler)
    };
    let router = Router::new()
        .route("/fine", handler(StatusCode::OK))
        .route("/error", handler(StatusCode::INTERNAL_SERVER_ERROR))
        .layer(Layer::new(instance.handle()));
    (router, clock)
}

#[tokio::test]
async fn every_answer_says_it_beside_what_the_application_says() {
    let (app, _) = app(true);
    for path in ["/fine", "/error"] {
        let response = fetch(&app, path).await;
        let ours = "db;dur=5;desc=\"1 query\", app;dur=2, waiting;dur=8, total;dur=15";
        assert_eq!(said(&response), ["rendering;dur=1", ours], "{path}");
    }
    assert_eq!(said(&fetch(&app, "/unknown").await), ["total;dur=0"]);
}

#[tokio::test]
async fn nothing_is_said_unless_that_is_allowed() {
    assert_eq!(said(&fetch(&app(false).0, "/fine").await), ["rendering;dur=1"]);
}
