//! Streams in both directions, by a clock that the test moves.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use bytes::BytesMut;
use futures_util::stream::{self, StreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use std::convert::Infallible;
use tachograph_core::{ManualClock, Outcome, Share};
use tachograph_loopback::{Recorder, talk};
use tower::ServiceExt;

use crate::server::{RecorderLayer, get as fetch, request, serve};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test]
async fn a_stream_lasts_to_its_last_byte() {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let rows = clock.clone();
    let app = Router::new()
        .route(
            "/export",
            get(move || async move {
                rows.advance(ms(1));
                Body::from_stream(stream::iter(0..10).map(move |row| {
                    rows.advance(ms(2));
                    Ok::<_, Infallible>(format!("row {row}\n"))
                }))
            }),
        )
        .layer(recorder.layer());
    let response = app.oneshot(Request::get("/export").body(Body::empty()).unwrap()).await.unwrap();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        assert_eq!(frame.unwrap().into_data().unwrap().len(), 6);
        clock.advance(ms(3));
        assert_eq!(recorder.rest().len(), 0);
    }
    clock.advance(ms(1000));
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 60));
    assert_eq!((record.duration(), record.first_byte()), (ms(51), Some(ms(1))));
    assert_eq!(record.breakdown().share(Share::Own), ms(21));
    assert_eq!(record.breakdown().share(Share::Body), ms(30));
}

#[tokio::test]
async fn a_stream_can_fail_or_panic() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/fail",
            get(|| async { Body::from_stream(stream::iter([Ok("hello"), Err(std::io::Error::other("gone"))])) }),
        )
        .route(
            "/panic",
            get(|| async {
                Body::from_stream(stream::iter(0..2).map(|chunk| match chunk {
                    0 => Ok::<_, Infallible>("hello"),
                    _ => panic!("told to"),
                }))
            }),
        )
        .layer(recorder.layer());
    let address = serve(app).await;
    for (path, outcome) in [("/fail", Outcome::BodyFailed), ("/panic", Outcome::Panicked)] {
        let output = talk(address, format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
        assert!(!output.ends_with(b"0\r\n\r\n"), "a body that broke off has no end");
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code(), record.response_bytes()), (outcome, Some(200), 5));
    }
}

#[tokio::test]
async fn a_handler_can_panic() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/panic", get(|| async { panic!("told to") as () }))
        .route("/fine", get(|| async {}))
        .layer(recorder.layer());
    let address = serve(app).await;
    assert_eq!(talk(address, "GET /panic HTTP/1.1\r\nhost: test\r\n\r\n").await, b"");
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Panicked, None));
    assert_eq!(record.route(), Some("/panic"));
    talk(address, "GET /fine HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
    assert_eq!(recorder.only().await.outcome(), Outcome::Completed);
}

#[tokio::test]
async fn head_keeps_the_length_and_has_no_bytes() {
    let mut recorder = Recorder::new();
    let app = Router::new().route("/hello", get(|| async { "hello" })).layer(recorder.layer());
    let output = talk(serve(app).await, "HEAD /hello HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
    let output = String::from_utf8(output).unwrap();
    assert!(output.contains("\r\ncontent-length: 5\r\n") && output.ends_with("\r\n\r\n"), "{output}");
    let record = recorder.only().await;
    assert_eq!((record.method(), record.outcome(), record.response_bytes()), ("HEAD", Outcome::Completed, 0));
}

#[tokio::test]
async fn an_event_stream_is_streaming_and_recorded_at_its_end() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/events",
            get(|| async {
                Sse::new(
                    stream::iter(0..3).map(|number| Ok::<_, Infallible>(Event::default().data(number.to_string()))),
                )
            }),
        )
        .layer(recorder.layer());
    let response = app.oneshot(Request::get("/events").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(recorder.rest().len(), 0);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
    let record = recorder.only().await;
    assert_eq!((record.is_streaming(), record.outcome(), record.response_bytes()), (true, Outcome::Completed, 27));
}

#[tokio::test]
async fn a_request_body_is_believed_where_it_is_announced_and_else_counted() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/read", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/unread", post(|| async {}))
        .layer(recorder.layer());
    let chunked = || {
        let frames = [b"hel".as_slice(), b"lo"].map(|data| Ok::<_, Infallible>(Frame::data(Bytes::from_static(data))));
        Body::new(StreamBody::new(stream::iter(frames)))
    };
    for (path, body, received) in [
        ("/read", Body::empty(), Some(0)),
        ("/read", Body::new(Full::new(Bytes::from_static(b"hello"))), Some(5)),
        ("/unread", Body::from("hello"), Some(5)),
        ("/read", chunked(), Some(5)),
        ("/unread", chunked(), None),
    ] {
        request(&app, Request::post(path).body(body).unwrap()).await;
        assert_eq!(recorder.only().await.request_bytes(), received, "{path}");
    }

    let chunked = "POST /read HTTP/1.1\r\nhost: test\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
                   3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    assert!(talk(serve(app).await, chunked).await.ends_with(b"\r\n\r\n5"));
    assert_eq!(recorder.only().await.request_bytes(), Some(5));
}

#[tokio::test]
async fn large_bodies_are_counted_to_the_byte() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/large", get(|| async { Bytes::from(BytesMut::zeroed(3_000_001)) }))
        .layer(recorder.layer());
    assert_eq!(fetch(&app, "/large").await.body().len(), 3_000_001);
    assert_eq!(recorder.only().await.response_bytes(), 3_000_001);
    let output = talk(serve(app).await, "GET /large HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
    assert!(output.len() > 3_000_001);
    let record = recorder.only().await;
    assert_eq!((record.response_bytes(), record.outcome()), (3_000_001, Outcome::Completed));
}
