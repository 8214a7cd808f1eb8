//! Streams in both directions, by a clock that the test moves.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::time::Duration;

use actix_web::body::{self, BodySize, BodyStream, MessageBody, SizedStream};
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_and_read_body, call_service, read_body};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse};
use futures_util::stream::{self, StreamExt};
use tachograph_core::{ManualClock, Outcome, Share, database_call};
use tachograph_loopback::{Recorder, get_and_close, talk};

use crate::server::{RecorderMiddleware, get, in_process, serve};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[actix_web::test]
async fn a_stream_lasts_to_its_last_byte() {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let rows = clock.clone();
    let export = move || {
        let rows = rows.clone();
        async move {
            rows.advance(ms(1));
            HttpResponse::Ok().streaming(stream::iter(0..10).map(move |row| {
                rows.advance(ms(2));
                Ok::<_, Infallible>(Bytes::from(format!("row {row}\n")))
            }))
        }
    };
    let app = in_process!(App::new().route("/export", web::get().to(export)).wrap(recorder.middleware()));
    let response = call_service(&app, TestRequest::get().uri("/export").to_request()).await;
    let mut body = Box::pin(response.into_body());
    assert_eq!(body.size(), BodySize::Stream);
    while let Some(chunk) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        assert_eq!(chunk.unwrap().len(), 6);
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

#[actix_web::test]
async fn time_in_the_handler_is_divided() {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let moved = clock.clone();
    let handler = move || {
        let clock = moved.clone();
        async move {
            clock.advance(ms(2));
            let query = database_call("sqlite", "main", "SELECT 1").start();
            clock.advance(ms(3));
            query.completed();
            actix_web::rt::task::yield_now().await;
            clock.advance(ms(1));
            "done"
        }
    };
    let app = in_process!(App::new().route("/", web::get().to(handler)).wrap(recorder.middleware()));
    call_and_read_body(&app, TestRequest::get().to_request()).await;
    let record = recorder.only().await;
    assert_eq!((record.breakdown().share(Share::Own), record.breakdown().share(Share::Database)), (ms(3), ms(3)));
    assert_eq!(record.duration(), ms(6));
}

#[actix_web::test]
async fn a_stream_can_fail_or_panic() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let fail = async || {
        let parts = [Ok(Bytes::from_static(b"hello")), Err(io::Error::other("gone"))];
        HttpResponse::Ok().streaming(stream::iter(parts))
    };
    let panic = async || {
        HttpResponse::Ok().streaming(stream::iter(0..2).map(|chunk| match chunk {
            0 => Ok::<_, Infallible>(Bytes::from_static(b"hello")),
            _ => panic!("told to"),
        }))
    };
    let address = serve!(
        App::new().route("/fail", web::get().to(fail)).route("/panic", web::get().to(panic)).wrap(middleware.clone())
    );
    for (path, outcome) in [("/fail", Outcome::BodyFailed), ("/panic", Outcome::Panicked)] {
        let output = talk(address, get(path)).await;
        assert!(!output.ends_with(b"0\r\n\r\n"), "a body that broke off has no end");
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code(), record.response_bytes()), (outcome, Some(200), 5));
        assert_eq!(record.route(), Some(path));
    }
}

#[actix_web::test]
async fn a_handler_can_panic() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(
        App::new()
            .route("/panic", web::get().to(async || -> HttpResponse { panic!("told to") }))
            .route("/fine", web::get().to(HttpResponse::Ok))
            .wrap(middleware.clone())
    );
    assert_eq!(talk(address, get("/panic")).await, b"", "the connection is closed");
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Panicked, None));
    assert_eq!(record.route(), Some("/panic"));
    talk(address, get_and_close("/fine")).await;
    assert_eq!(recorder.only().await.outcome(), Outcome::Completed, "the worker goes on");
}

#[actix_web::test]
async fn head_keeps_the_length_and_has_no_bytes() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let rows = async || HttpResponse::Ok().streaming(stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"row"))]));
    let address = serve!(
        App::new()
            .route("/hello", web::head().to(|| async { "hello" }))
            .route("/rows", web::head().to(rows))
            .wrap(middleware.clone())
    );
    for (path, header) in [("/hello", "content-length: 5"), ("/rows", "transfer-encoding: chunked")] {
        let output = talk(address, format!("HEAD {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")).await;
        let output = String::from_utf8(output).unwrap();
        assert!(output.contains(header) && output.ends_with("\r\n\r\n"), "{output}");
        let record = recorder.only().await;
        assert_eq!((record.method(), record.outcome(), record.response_bytes()), ("HEAD", Outcome::Completed, 0));
    }
}

#[actix_web::test]
async fn an_event_stream_is_streaming_and_recorded_at_its_end() {
    let mut recorder = Recorder::new();
    let events = async || {
        let events = stream::iter(0..3).map(|number| Ok::<_, Infallible>(Bytes::from(format!("data: {number}\n\n"))));
        HttpResponse::Ok().content_type("text/event-stream").streaming(events)
    };
    let app = in_process!(App::new().route("/events", web::get().to(events)).wrap(recorder.middleware()));
    let response = call_service(&app, TestRequest::get().uri("/events").to_request()).await;
    assert_eq!(recorder.rest().len(), 0);
    assert_eq!(read_body(response).await, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
    let record = recorder.only().await;
    assert_eq!((record.is_streaming(), record.outcome(), record.response_bytes()), (true, Outcome::Completed, 27));
}

#[actix_web::test]
async fn a_length_that_is_announced_is_the_end() {
    let mut recorder = Recorder::new();
    let parts = || stream::iter(["hel", "lo"].map(|part| Ok::<_, Infallible>(Bytes::from(part))));
    let app = App::new()
        .route("/sized", web::get().to(move || async move { HttpResponse::Ok().body(SizedStream::new(5, parts())) }))
        .route(
            "/announced",
            web::get().to(move || async move { HttpResponse::Ok().no_chunking(5).body(BodyStream::new(parts())) }),
        )
        .route(
            "/chunked",
            web::get().to(move || async move {
                // It is sent in chunks, so this is not sent at all.
                HttpResponse::Ok().insert_header(("content-length", "3")).body(BodyStream::new(parts()))
            }),
        )
        .wrap(recorder.middleware());
    let app = in_process!(app);
    for (path, outcomes) in [
        ("/sized", [None, Some(Outcome::Completed)]),
        ("/announced", [None, Some(Outcome::Completed)]),
        ("/chunked", [None, None]),
    ] {
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let mut body = Box::pin(response.into_body());
        for outcome in outcomes {
            assert!(poll_fn(|cx| body.as_mut().poll_next(cx)).await.is_some());
            assert_eq!(recorder.rest().first().map(|record| record.outcome()), outcome, "{path}");
        }
    }
    assert_eq!(recorder.only().await.outcome(), Outcome::ClientDisconnected, "nobody asked for the end of the chunks");
}

#[actix_web::test]
async fn an_answer_without_a_body_is_complete_at_its_head() {
    let mut recorder = Recorder::new();
    let app = App::new()
        .route("/nothing", web::get().to(HttpResponse::NoContent))
        .route("/empty", web::get().to(|| async { "" }))
        .route("/none", web::get().to(async || HttpResponse::with_body(StatusCode::OK, body::None::new())))
        .route("/unchanged", web::get().to(async || HttpResponse::NotModified().body("not sent")))
        .wrap(recorder.middleware());
    let app = in_process!(app);
    for path in ["/nothing", "/empty", "/none", "/unchanged"] {
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 0), "{path}");
        drop(response);
    }
}

#[actix_web::test]
async fn a_body_that_is_taken_in_one_piece_is_handed_over_then() {
    let mut recorder = Recorder::new();
    let app = App::new().route("/", web::get().to(|| async { "hello" })).wrap(recorder.middleware());
    let app = in_process!(app);
    let response = call_service(&app, TestRequest::get().to_request()).await;
    assert_eq!((response.response().body().size(), recorder.rest().len()), (BodySize::Sized(5), 0));
    let Ok(bytes) = response.into_body().try_into_bytes() else { panic!("it is there in one piece") };
    assert_eq!(bytes, "hello");
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 5));
}

#[actix_web::test]
async fn a_request_body_is_believed_where_it_is_announced_and_else_counted() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(
        App::new()
            .route("/read", web::post().to(async |body: Bytes| body.len().to_string()))
            .route("/unread", web::post().to(HttpResponse::Ok))
            .wrap(middleware.clone())
    );
    let announced = "content-length: 5\r\n\r\nhello";
    let chunked = "transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    let empty = "transfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    for (path, rest, received, answer) in [
        ("/read", announced, Some(5), "5"),
        ("/unread", announced, Some(5), ""),
        ("/read", chunked, Some(5), "5"),
        ("/unread", chunked, None, ""),
        ("/read", empty, Some(0), "0"),
        ("/read", "\r\n", Some(0), "0"),
    ] {
        let request = format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{rest}");
        let output = String::from_utf8(talk(address, request).await).unwrap();
        assert!(output.ends_with(&format!("\r\n\r\n{answer}")), "{output}");
        assert_eq!(recorder.only().await.request_bytes(), received, "{path} {rest}");
    }
}

#[actix_web::test]
async fn a_request_body_of_a_test_is_counted() {
    let mut recorder = Recorder::new();
    let app = App::new().route("/", web::post().to(async |body: Bytes| body)).wrap(recorder.middleware());
    let app = in_process!(app);
    let body = call_and_read_body(&app, TestRequest::post().set_payload("hello").to_request()).await;
    assert_eq!(body, "hello");
    let record = recorder.only().await;
    assert_eq!((record.request_bytes(), record.response_bytes()), (Some(5), 5));
}

#[actix_web::test]
async fn large_bodies_are_counted_to_the_byte() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let large = async || HttpResponse::Ok().body(vec![b'x'; 3_000_001]);
    let address = serve!(App::new().route("/large", web::get().to(large)).wrap(middleware.clone()));
    let output = talk(address, get_and_close("/large")).await;
    assert!(output.len() > 3_000_001);
    let record = recorder.only().await;
    assert_eq!((record.response_bytes(), record.outcome()), (3_000_001, Outcome::Completed));
}
