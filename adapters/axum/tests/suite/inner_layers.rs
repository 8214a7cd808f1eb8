//! Other people's layers inside ours, and around it.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::get;
use tachograph_core::{CallOutcome, Outcome, database_call};
use tachograph_loopback::Recorder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::server::{RecorderLayer, get as fetch, request};

async fn slow() {
    let _query = database_call("sqlite", "main", "SELECT * FROM experiments").start();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn compressed_bytes_are_counted_as_they_go_on_the_wire() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/text", get(|| async { "all the same ".repeat(10_000) }))
        .layer(CompressionLayer::new())
        .layer(recorder.layer());
    let gzip = Request::get("/text").header("accept-encoding", "gzip").body(axum::body::Body::empty()).unwrap();
    let response = request(&app, gzip).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let record = recorder.only().await;
    assert_eq!((record.response_bytes(), record.outcome()), (response.body().len() as u64, Outcome::Completed));
    assert!(record.response_bytes() < 10_000);

    fetch(&app, "/text").await;
    assert_eq!(recorder.only().await.response_bytes(), 130_000);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_inside_is_an_answer_and_its_query_a_cancelled_call() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/slow", get(slow))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(1)))
        .layer(recorder.layer());
    assert_eq!(fetch(&app, "/slow").await.status(), StatusCode::REQUEST_TIMEOUT);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (Some(408), Outcome::Completed));
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_outside_looks_like_a_client_that_left() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/slow", get(slow))
        .layer(recorder.layer())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(1)));
    assert_eq!(fetch(&app, "/slow").await.status(), StatusCode::REQUEST_TIMEOUT);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (None, Outcome::ClientDisconnected));
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Cancelled);
}

#[tokio::test]
async fn a_panic_that_is_caught_inside_is_an_answer_and_outside_a_panic() {
    let mut recorder = Recorder::new();
    let panicking = || Router::new().route("/", get(|| async { panic!("told to") as () }));
    let inside = panicking().layer(CatchPanicLayer::new()).layer(recorder.layer());
    assert_eq!(fetch(&inside, "/").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (Some(500), Outcome::Completed));

    let outside = panicking().layer(recorder.layer()).layer(CatchPanicLayer::new());
    assert_eq!(fetch(&outside, "/").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (None, Outcome::Panicked));
}
