//! Clients that leave, and shutdown before the end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::stream;
use tachograph_core::{Outcome, database_call};
use tachograph_loopback::{Recorder, send, within};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

use crate::server::{RecorderLayer, serve};

#[tokio::test]
async fn a_client_can_leave_while_the_handler_works() {
    let mut recorder = Recorder::new();
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let app = Router::new()
        .route(
            "/slow",
            get(move || async move {
                let _query = database_call("sqlite", "main", "SELECT * FROM experiments").start();
                inside.notify_one();
                std::future::pending::<()>().await;
            }),
        )
        .layer(recorder.layer());
    let stream = send(serve(app).await, "GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
    within(entered.notified()).await;
    assert_eq!(recorder.handle.in_flight(), 1);
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, None));
    assert_eq!((record.route(), record.database().calls().count()), (Some("/slow"), 1));
    assert_eq!(record.calls()[0].outcome(), tachograph_core::CallOutcome::Cancelled);
    assert_eq!(recorder.handle.counters().unattributed_calls, 0);
}

#[tokio::test]
async fn a_client_can_leave_while_the_body_is_sent() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/endless",
            get(|| async { Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(vec![b'x'; 64 * 1024]))) }),
        )
        .layer(recorder.layer());
    let mut stream = send(serve(app).await, "GET /endless HTTP/1.1\r\nhost: test\r\n\r\n").await;
    within(stream.read_exact(&mut [0; 1000])).await.unwrap();
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));
    assert!(record.response_bytes() >= 64 * 1024);
}

#[tokio::test]
async fn a_client_can_leave_while_the_body_has_nothing_to_send() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/quiet",
            get(|| async {
                Body::from_stream(futures_util::StreamExt::chain(
                    stream::iter([Ok::<_, Infallible>("hello")]),
                    stream::pending(),
                ))
            }),
        )
        .layer(recorder.layer());
    let mut stream = send(serve(app).await, "GET /quiet HTTP/1.1\r\nhost: test\r\n\r\n").await;
    let mut output = Vec::new();
    while !output.ends_with(b"hello\r\n") {
        within(stream.read_buf(&mut output)).await.unwrap();
    }
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::ClientDisconnected, 5));
}

#[tokio::test]
async fn what_is_open_at_shutdown_is_recorded_once() {
    let mut recorder = Recorder::new();
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let app = Router::new()
        .route(
            "/slow",
            get(move || async move {
                inside.notify_one();
                std::future::pending::<()>().await;
            }),
        )
        .layer(recorder.layer());
    let stream = send(serve(app).await, "GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
    within(entered.notified()).await;
    recorder.handle.shutdown(Duration::ZERO);
    assert_eq!(recorder.only().await.outcome(), Outcome::OpenAtShutdown);
    drop(stream);
    tokio::task::yield_now().await;
    assert_eq!(recorder.rest().len(), 0);
}
