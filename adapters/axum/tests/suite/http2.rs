//! The same over HTTP/2, with prior knowledge and many streams on one connection.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use http_body_util::BodyExt;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tachograph_core::Outcome;
use tachograph_loopback::{Recorder, within};
use tokio::net::TcpStream;

use crate::server::{RecorderLayer, serve};

async fn connect(app: Router) -> SendRequest<Body> {
    let stream = TcpStream::connect(serve(app).await).await.unwrap();
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

fn request(method: &str, path: &str, body: Body) -> http::Request<Body> {
    http::Request::builder().method(method).uri(format!("http://test{path}")).body(body).unwrap()
}

#[tokio::test]
async fn version_and_scheme_are_known_and_streams_are_counted() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/rows/{count}",
            get(async |Path(count): Path<usize>| {
                Body::from_stream(stream::iter(0..count).map(|_| Ok::<_, Infallible>("row\n")))
            }),
        )
        .route("/upload", post(|body: Bytes| async move { body.len().to_string() }))
        .layer(recorder.layer());
    let client = connect(app).await;
    let ask = |count: usize| {
        let mut client = client.clone();
        async move {
            let response = client.send_request(request("GET", &format!("/rows/{count}"), Body::empty())).await.unwrap();
            assert!(response.headers().contains_key("x-request-id"));
            response.into_body().collect().await.unwrap().to_bytes().len()
        }
    };
    let lengths = within(join_all((0..20).map(ask))).await;
    assert_eq!(lengths, (0..20).map(|count| 4 * count).collect::<Vec<_>>());
    let mut sizes = Vec::new();
    for _ in 0..20 {
        let record = recorder.next().await;
        assert_eq!((record.protocol_version(), record.scheme()), ("2", "http"));
        assert_eq!((record.outcome(), record.route()), (Outcome::Completed, Some("/rows/{count}")));
        sizes.push(record.response_bytes());
    }
    sizes.sort_unstable();
    assert_eq!(sizes, (0..20).map(|count| 4 * count).collect::<Vec<u64>>());

    let body = Body::from_stream(stream::iter([Ok::<_, Infallible>("hel"), Ok("lo")]));
    let response = within(client.clone().send_request(request("POST", "/upload", body))).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "5");
    assert_eq!(recorder.only().await.request_bytes(), Some(5));
}

#[tokio::test]
async fn a_stream_that_the_client_resets_is_a_client_that_left() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/endless",
            get(|| async { Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(vec![b'x'; 4096]))) }),
        )
        .layer(recorder.layer());
    let mut client = connect(app).await;
    let response = within(client.send_request(request("GET", "/endless", Body::empty()))).await.unwrap();
    let mut body = response.into_body();
    within(body.frame()).await.unwrap().unwrap();
    drop(body);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));
}

#[tokio::test]
async fn head_and_empty_answers_are_complete_and_unchanged() {
    let mut recorder = Recorder::new();
    let app = || {
        Router::new()
            .route("/hello", get(|| async { "hello" }))
            .route("/nothing", get(|| async { http::StatusCode::NO_CONTENT }))
    };
    let (with, without) = (connect(app().layer(recorder.layer())).await, connect(app()).await);
    for (method, path) in [("GET", "/hello"), ("HEAD", "/hello"), ("GET", "/nothing")] {
        let ask = |mut client: SendRequest<Body>| async move {
            let response = within(client.send_request(request(method, path, Body::empty()))).await.unwrap();
            let (mut head, body) = response.into_parts();
            let named = head.headers.remove("x-request-id").is_some();
            head.headers.remove("date");
            (named, head.headers, within(body.collect()).await.unwrap().to_bytes())
        };
        let (ours, theirs) = (ask(with.clone()).await, ask(without.clone()).await);
        assert_eq!((ours.0, theirs.0), (true, false));
        assert_eq!((ours.1, &ours.2), (theirs.1, &theirs.2));
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, ours.2.len() as u64));
    }
}
