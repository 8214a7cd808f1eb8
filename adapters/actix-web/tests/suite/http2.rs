//! The same over HTTP/2, with prior knowledge and many streams on one connection.

use std::convert::Infallible;
use std::net::SocketAddr;

use actix_web::web::{self, Path};
use actix_web::{App, HttpResponse};
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tachograph_actix_web::Endpoints;
use tachograph_core::Outcome;
use tachograph_loopback::endpoints::Served;
use tachograph_loopback::{Recorder, within};
use tokio::net::TcpStream;

use crate::server::{RecorderMiddleware, serve};

macro_rules! serve_http2 {
    ($app:expr) => {
        serve!($app, 1, |server| server.bind_auto_h2c("127.0.0.1:0"))
    };
}

type Body = BoxBody<Bytes, Infallible>;

async fn connect(address: SocketAddr) -> SendRequest<Body> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    actix_web::rt::spawn(connection);
    client
}

fn request(method: &str, path: &str, body: Body) -> http::Request<Body> {
    http::Request::builder().method(method).uri(format!("http://test{path}")).body(body).unwrap()
}

fn empty() -> Body {
    Empty::new().boxed()
}

#[actix_web::test]
async fn version_and_scheme_are_known_and_streams_are_counted() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let rows = async |count: Path<usize>| {
        let rows = stream::iter(0..*count).map(|_| Ok::<_, Infallible>(Bytes::from_static(b"row\n")));
        HttpResponse::Ok().streaming(rows)
    };
    let address = serve_http2!(
        App::new()
            .route("/rows/{count}", web::get().to(rows))
            .route("/upload", web::post().to(async |body: Bytes| body.len().to_string()))
            .wrap(middleware.clone())
    );
    let client = connect(address).await;
    let ask = |count: usize| {
        let mut client = client.clone();
        async move {
            let response = client.send_request(request("GET", &format!("/rows/{count}"), empty())).await.unwrap();
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
        assert_eq!(record.request_bytes(), Some(0));
        sizes.push(record.response_bytes());
    }
    sizes.sort_unstable();
    assert_eq!(sizes, (0..20).map(|count| 4 * count).collect::<Vec<u64>>());

    let parts = ["hel", "lo"].map(|part| Ok(http_body::Frame::data(Bytes::from(part))));
    let body = BodyExt::boxed(StreamBody::new(stream::iter(parts)));
    let response = within(client.clone().send_request(request("POST", "/upload", body))).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "5");
    assert_eq!(recorder.only().await.request_bytes(), Some(5));
}

#[actix_web::test]
async fn a_stream_that_the_client_resets_is_a_client_that_left() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let endless = async || {
        let chunk = || Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 4096]));
        HttpResponse::Ok().streaming(stream::repeat_with(chunk))
    };
    let mut client =
        connect(serve_http2!(App::new().route("/endless", web::get().to(endless)).wrap(middleware.clone()))).await;
    let response = within(client.send_request(request("GET", "/endless", empty()))).await.unwrap();
    let mut body = response.into_body();
    within(body.frame()).await.unwrap().unwrap();
    drop(body);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));
}

#[actix_web::test]
async fn head_and_empty_answers_are_complete_and_unchanged() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let app = || {
        App::new()
            .service(web::resource("/hello").to(|| async { "hello" }))
            .service(web::resource("/nothing").to(HttpResponse::NoContent))
    };
    let (with, without) =
        (connect(serve_http2!(app().wrap(middleware.clone()))).await, connect(serve_http2!(app())).await);
    for (method, path) in [("GET", "/hello"), ("HEAD", "/hello"), ("GET", "/nothing")] {
        let ask = |mut client: SendRequest<Body>| async move {
            let response = within(client.send_request(request(method, path, empty()))).await.unwrap();
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

#[actix_web::test]
async fn endpoints_know_the_host_and_stream() {
    let recorder = Recorder::new();
    let served = Served::by(&recorder.handle);
    let handle = recorder.handle.clone();
    let address = serve_http2!(App::new().service(Endpoints::new(&handle)));
    let mut client = connect(address).await;
    let mut get = |path| client.send_request(request("GET", path, empty()));
    let asked = within(within(get("/who")).await.unwrap().into_body().collect()).await.unwrap().to_bytes();
    assert!(asked.starts_with(b"peer=127.0.0.1 host=test authorization= forwarded=false "), "{asked:?}");

    let mut events = within(get("/events")).await.unwrap().into_body();
    assert_eq!(served.say("data: a\n\n"), 1);
    assert_eq!(within(events.frame()).await.unwrap().unwrap().into_data().unwrap(), "data: a\n\n");
    served.drain();
    assert!(within(events.frame()).await.is_none_or(|end| end.unwrap().into_data().unwrap().is_empty()));
}
