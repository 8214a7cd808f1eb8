//! A response with the layer is byte for byte the response without it, but for the request id.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body::Frame;
use http_body_util::StreamBody;
use tachograph_loopback::{Recorder, talk};

use crate::server::{RecorderLayer, serve};

fn app() -> Router {
    let trailers = || async {
        let mut trailers = HeaderMap::new();
        trailers.insert("checksum", "42".parse().unwrap());
        let frames = [Frame::data(Bytes::from_static(b"hello")), Frame::trailers(trailers)];
        ([("trailer", "checksum")], Body::new(StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>)))))
    };
    Router::new()
        .route("/sized", get(|| async { "hello" }))
        .route("/large", get(|| async { "x".repeat(300_000) }))
        .route(
            "/chunks",
            get(|| async {
                Body::from_stream(stream::iter(0..50).map(|row| Ok::<_, Infallible>(format!("row {row}\n"))))
            }),
        )
        .route(
            "/announced",
            get(|| async {
                ([("content-length", "10")], Body::from_stream(stream::iter(["hello"; 2].map(Ok::<_, Infallible>))))
            }),
        )
        .route("/trailers", get(trailers))
        .route("/empty", get(|| async {}))
        .route("/no-content", get(|| async { StatusCode::NO_CONTENT }))
        .route("/not-modified", get(|| async { (StatusCode::NOT_MODIFIED, [("etag", "\"1\"")]) }))
        .route("/forbidden-body", get(|| async { (StatusCode::NO_CONTENT, "hello") }))
        .route("/reset-content", get(|| async { StatusCode::RESET_CONTENT }))
        .route("/redirect", get(|| async { Redirect::to("/sized") }))
        .route("/error", get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "no") }))
        .route("/echo", post(|body: Bytes| async { body }))
        .route(
            "/cookies",
            get(|| async {
                let mut headers = HeaderMap::new();
                headers.append("set-cookie", "a=1".parse().unwrap());
                headers.append("set-cookie", "b=2".parse().unwrap());
                (headers, "x")
            }),
        )
}

/// The answer without what may differ: the request id, and the second in which it was written.
async fn answer(address: SocketAddr, request: &str) -> (String, usize) {
    let output = String::from_utf8(talk(address, request).await).unwrap();
    let (head, body) = output.split_once("\r\n\r\n").unwrap_or((&output, ""));
    let is = |line: &&str, name: &str| line.starts_with(name);
    let ids = head.lines().filter(|line| is(line, "x-request-id: ")).count();
    let kept: Vec<_> = head.split("\r\n").filter(|line| !is(line, "x-request-id: ") && !is(line, "date: ")).collect();
    (format!("{}\r\n\r\n{body}", kept.join("\r\n")), ids)
}

#[tokio::test]
async fn the_layer_changes_nothing_but_the_request_id() {
    let mut recorder = Recorder::new();
    let (with, without) = (serve(app().layer(recorder.layer())).await, serve(app()).await);
    let mut exchanges = 0;
    for path in [
        "/sized",
        "/large",
        "/chunks",
        "/announced",
        "/trailers",
        "/empty",
        "/no-content",
        "/not-modified",
        "/forbidden-body",
        "/reset-content",
        "/redirect",
        "/error",
        "/echo",
        "/cookies",
        "/unknown",
    ] {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "BREW"] {
            for version in ["1.1", "1.0"] {
                let request = format!(
                    "{method} {path} HTTP/{version}\r\nhost: test\r\nconnection: close\r\nte: trailers\r\n\
                     content-length: 3\r\n\r\nabc"
                );
                let (ours, ids) = answer(with, &request).await;
                let (theirs, none) = answer(without, &request).await;
                assert_eq!(ours, theirs, "{request}");
                assert_eq!((ids, none), (1, 0), "{request}");
                exchanges += 1;
                let record = recorder.only().await;
                assert_eq!(record.outcome(), tachograph_core::Outcome::Completed, "{request}");
                assert_eq!((record.path(), record.method()), (path, method));
            }
        }
    }
    assert_eq!(exchanges, 150);
}

#[tokio::test]
async fn what_the_server_refuses_itself_is_refused_as_before() {
    let mut recorder = Recorder::new();
    let (with, without) = (serve(app().layer(recorder.layer())).await, serve(app()).await);
    for request in ["GET /\u{1} HTTP/1.1\r\n\r\n", "rubbish\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n"] {
        let (ours, _) = answer(with, request).await;
        assert_eq!(ours, answer(without, request).await.0);
        assert!(ours.starts_with("HTTP/1.1 400"), "{ours}");
    }
    assert_eq!((recorder.rest().len(), recorder.handle.in_flight()), (0, 0));
}
