//! Requests that mean no good.

use actix_web::http::header::HeaderValue;
use actix_web::test::{TestRequest, call_service, read_body};
use actix_web::web::{self, Path};
use actix_web::{App, HttpResponse};
use tachograph_loopback::{Recorder, talk};

use crate::server::{RecorderMiddleware, in_process, serve};

fn files(config: &mut web::ServiceConfig) {
    config.service(web::resource("/files/{name}").to(async |_: Path<String>| "file"));
}

#[actix_web::test]
async fn headers_of_any_size_and_content_do_no_harm() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(files).wrap(recorder.middleware()));
    for name in ["x-request-id", "traceparent", "tracestate", "x-amzn-trace-id"] {
        for value in [vec![b'a'; 100_000], b"\xff\xfe".to_vec(), b"a\tb".to_vec(), b"".to_vec()] {
            let value = HeaderValue::from_bytes(&value).unwrap();
            let odd = TestRequest::get().uri("/files/a").insert_header((name, value)).to_request();
            let response = call_service(&app, odd).await;
            let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
            read_body(response).await;
            let record = recorder.only().await;
            assert_eq!((record.identity().request_id().to_string(), id.len()), (id, 36), "{name}");
        }
    }
    let counters = recorder.handle.counters();
    assert_eq!((counters.request_ids_refused, counters.trace_headers_malformed), (4, 8));
}

#[actix_web::test]
async fn paths_and_methods_of_any_content_are_recorded_safely() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(App::new().configure(files).wrap(middleware.clone()));
    for (method, path) in
        [("GET", "/files/%00%0d%0a%1b[31m"), ("GET", "/files/%ff%fe"), ("BREW", "/files/a"), ("get", "/files/a")]
    {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        let output = talk(address, request).await;
        assert!(output.starts_with(b"HTTP/1.1 200"), "{path}");
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
        recorder.idle().await;
    }
}

#[actix_web::test]
async fn a_length_that_is_no_number_is_refused_before_it_is_believed() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(App::new().configure(files).wrap(middleware.clone()));
    for length in ["-1", "seven", "99999999999999999999999"] {
        let request = format!("POST /files/a HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n\r\n");
        assert!(talk(address, request).await.starts_with(b"HTTP/1.1 400"), "{length}");
    }
    recorder.idle().await;
    assert_eq!(recorder.rest().len(), 0);
}

#[actix_web::test]
async fn a_path_longer_than_what_is_kept_is_cut() {
    let mut recorder = Recorder::new();
    let app = App::new().service(web::resource("/{path}*").to(HttpResponse::Ok)).wrap(recorder.middleware());
    let app = in_process!(app);
    let long = format!("/{}", "a".repeat(60_000));
    call_service(&app, TestRequest::get().uri(&long).to_request()).await;
    let record = recorder.only().await;
    assert!(record.path().len() < 60_000 && long.starts_with(record.path()));
    assert_eq!((record.route(), recorder.handle.counters().texts_cut), (Some("/{*path}"), 1));
}
