//! Requests that mean no good.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::routing::{any, get};
use tachograph_loopback::{Recorder, talk};

use crate::server::{RecorderLayer, request, serve};

fn app(recorder: &Recorder) -> Router {
    Router::new().route("/files/{name}", any(|_: Path<String>| async { "file" })).layer(recorder.layer())
}

#[tokio::test]
async fn headers_of_any_size_and_content_do_no_harm() {
    let mut recorder = Recorder::new();
    let app = app(&recorder);
    for name in ["x-request-id", "traceparent", "tracestate", "x-amzn-trace-id"] {
        for value in [vec![b'a'; 100_000], b"\xff\xfe".to_vec(), b"a\tb".to_vec(), b"".to_vec()] {
            let odd = Request::get("/files/a").header(name, value).body(Body::empty()).unwrap();
            let id = request(&app, odd).await.headers()["x-request-id"].to_str().unwrap().to_owned();
            let record = recorder.only().await;
            assert_eq!((record.identity().request_id().to_string(), id.len()), (id, 36), "{name}");
        }
    }
    let counters = recorder.handle.counters();
    assert_eq!((counters.request_ids_refused, counters.trace_headers_malformed), (4, 8));
}

#[tokio::test]
async fn paths_and_methods_of_any_content_are_recorded_safely() {
    let mut recorder = Recorder::new();
    let address = serve(app(&recorder)).await;
    for (method, path, status) in [
        ("GET", "/files/%00%0d%0a%1b[31m", 200),
        ("GET", "/files/%ff%fe", 400),
        ("BREW", "/files/a", 200),
        ("get", "/files/a", 200),
    ] {
        let output =
            talk(address, format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")).await;
        assert!(output.starts_with(format!("HTTP/1.1 {status}").as_bytes()), "{path}");
        let record = recorder.only().await;
        assert_eq!((record.method(), record.path(), record.route()), (method, path, Some("/files/{name}")));
        assert_eq!(record.known_method(), if method == "GET" { "GET" } else { "_OTHER" });
    }
    // The server itself decides about bytes that are no characters; either way nothing stays open.
    for raw in [b"\xff\xfe".as_slice(), b"\xc3\xa9", b"\x00", b"\x7f"] {
        let request = [b"GET /files/", raw, b" HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"].concat();
        assert!(talk(address, request).await.starts_with(b"HTTP/1.1 "));
        for record in recorder.rest() {
            assert!(record.path().starts_with("/files/") && !record.path().contains(char::is_control));
        }
        assert_eq!(recorder.handle.in_flight(), 0);
    }
}

#[tokio::test]
async fn a_path_longer_than_what_is_kept_is_cut() {
    let mut recorder = Recorder::new();
    let app = Router::new().route("/{*path}", get(|| async {})).layer(recorder.layer());
    let long = format!("/{}", "a".repeat(60_000));
    request(&app, Request::get(&long).body(Body::empty()).unwrap()).await;
    let record = recorder.only().await;
    assert!(record.path().len() < 60_000 && long.starts_with(record.path()));
    assert_eq!((record.route(), recorder.handle.counters().texts_cut), (Some("/{*path}"), 1));
}
