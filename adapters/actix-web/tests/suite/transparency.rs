//! A response with the middleware is byte for byte the response without it, but for the request id.

use std::convert::Infallible;
use std::net::SocketAddr;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorForbidden;
use actix_web::http::StatusCode;
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{self, Bytes, Redirect, ServiceConfig};
use actix_web::{App, Error, HttpResponse};
use futures_util::stream::{self, StreamExt};
use tachograph_loopback::{Recorder, talk};

use crate::server::{RecorderMiddleware, serve};

fn parts(of: [&'static str; 2]) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(of.map(|part| Ok(Bytes::from_static(part.as_bytes()))))
}

fn pages(config: &mut ServiceConfig) {
    let status =
        |status: u16| move || async move { HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish() };
    config
        .service(web::resource("/sized").to(|| async { "hello" }))
        .service(web::resource("/large").to(|| async { "x".repeat(300_000) }))
        .service(web::resource("/chunks").to(|| async {
            let rows = stream::iter(0..50).map(|row| Ok::<_, Infallible>(Bytes::from(format!("row {row}\n"))));
            HttpResponse::Ok().streaming(rows)
        }))
        .service(
            web::resource("/sized-stream")
                .to(|| async { HttpResponse::Ok().body(SizedStream::new(10, parts(["hello", "hello"]))) }),
        )
        .service(
            web::resource("/announced")
                .to(|| async { HttpResponse::Ok().no_chunking(10).streaming(parts(["hello", "hello"])) }),
        )
        .service(web::resource("/empty").to(|| async { "" }))
        .service(web::resource("/no-content").to(status(204)))
        .service(web::resource("/reset-content").to(status(205)))
        .service(
            web::resource("/not-modified")
                .to(|| async { HttpResponse::NotModified().insert_header(("etag", "\"1\"")).finish() }),
        )
        .service(web::resource("/forbidden-body").to(|| async { HttpResponse::NoContent().body("hello") }))
        .service(web::redirect("/redirect", "/sized"))
        .service(web::resource("/see-other").to(|| async { Redirect::to("/sized").see_other() }))
        .service(web::resource("/error").to(async || Err::<HttpResponse, _>(ErrorForbidden("no"))))
        .service(web::resource("/refused").wrap(from_fn(refuse)).to(|| async { "unseen" }))
        .service(web::resource("/echo").route(web::post().to(async |body: Bytes| body)))
        .service(web::resource("/json").route(web::post().to(async |body: web::Json<u64>| body.to_string())))
        .service(web::resource("/cookies").to(|| async {
            let mut response = HttpResponse::Ok();
            response.append_header(("set-cookie", "a=1")).append_header(("set-cookie", "b=2"));
            response.body("x")
        }));
}

async fn refuse<B: MessageBody>(_: ServiceRequest, _: Next<B>) -> Result<ServiceResponse<B>, Error> {
    Err(ErrorForbidden("not you"))
}

/// An error that passes through the whole of the application.
async fn refuse_some<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    match request.path() {
        "/closed" => Err(ErrorForbidden("closed")),
        _ => next.call(request).await,
    }
}

/// The answer without what may differ: the request id, the second in which it was written, and the order of the headers,
/// which is any.
async fn answer(address: SocketAddr, request: &str) -> (Vec<String>, Vec<u8>, usize) {
    let output = talk(address, request).await;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8(output[..end].to_vec()).unwrap();
    let is = |line: &&str, name: &str| line.starts_with(name);
    let ids = head.lines().filter(|line| is(line, "x-request-id: ")).count();
    let kept = head.lines().filter(|line| !is(line, "x-request-id: ") && !is(line, "date: "));
    let mut kept: Vec<_> = kept.map(str::to_owned).collect();
    kept[1..].sort_unstable();
    (kept, output[end..].to_vec(), ids)
}

#[actix_web::test]
async fn the_middleware_changes_nothing_but_the_request_id() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let app = || App::new().configure(pages).wrap(from_fn(refuse_some)).wrap(Compress::default());
    let (with, without) = (serve!(app().wrap(middleware.clone())), serve!(app()));
    let mut exchanges = 0;
    for path in [
        "/sized",
        "/large",
        "/chunks",
        "/sized-stream",
        "/announced",
        "/empty",
        "/no-content",
        "/reset-content",
        "/not-modified",
        "/forbidden-body",
        "/redirect",
        "/see-other",
        "/error",
        "/refused",
        "/closed",
        "/echo",
        "/json",
        "/cookies",
        "/unknown",
    ] {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "BREW"] {
            for (version, accepted) in [("1.1", "identity"), ("1.1", "gzip"), ("1.0", "identity")] {
                let request = format!(
                    "{method} {path} HTTP/{version}\r\nhost: test\r\nconnection: close\r\n\
                     accept-encoding: {accepted}\r\ncontent-length: 3\r\n\r\nabc"
                );
                let (head, body, ids) = answer(with, &request).await;
                let (their_head, their_body, none) = answer(without, &request).await;
                assert_eq!(head, their_head, "{request}");
                assert!(body == their_body, "{request}");
                assert_eq!((ids, none), (1, 0), "{request}");
                exchanges += 1;
                let record = recorder.only().await;
                assert_eq!(record.outcome(), tachograph_core::Outcome::Completed, "{request}");
                assert_eq!((record.path(), record.method()), (path, method));
                // What must not have a body, and is given one, is sent with it all the same, for nobody to read.
                if path != "/forbidden-body" && !head.iter().any(|line| line.starts_with("transfer-encoding")) {
                    assert_eq!(record.response_bytes(), body.len().saturating_sub(4) as u64, "{request}");
                }
            }
        }
    }
    assert_eq!(exchanges, 285);
}

#[actix_web::test]
async fn what_the_server_refuses_itself_is_refused_as_before() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let (with, without) =
        (serve!(App::new().configure(pages).wrap(middleware.clone())), serve!(App::new().configure(pages)));
    for request in ["GET /\u{1} HTTP/1.1\r\n\r\n", "rubbish\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n"] {
        let ours = answer(with, request).await;
        assert_eq!(ours, answer(without, request).await);
        assert!(ours.0[0].starts_with("HTTP/1.1 400"), "{ours:?}");
    }
    recorder.idle().await;
    assert_eq!(recorder.rest().len(), 0);
}
