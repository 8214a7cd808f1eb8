//! The layer under hyper, with hyper's own bodies.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tachograph_core::Outcome;
use tachograph_core::testing;
use tachograph_tower::Layer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{ServiceBuilder, ServiceExt};

use crate::script::{Script, Step, only_record};

/// Serves one connection, on which `input` is sent, and returns what came back before the server closed it.
async fn converse(input: &'static str) -> (String, testing::Instance) {
    let instance = testing::instance();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let service = ServiceBuilder::new().layer(Layer::new(instance.handle())).service_fn(serve);
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(server), TowerToHyperService::new(service));
    let talk = async {
        client.write_all(input.as_bytes()).await.unwrap();
        let mut output = Vec::new();
        client.read_to_end(&mut output).await.unwrap();
        String::from_utf8(output).unwrap()
    };
    let both = async { tokio::join!(talk, connection).0 };
    (tokio::time::timeout(Duration::from_secs(10), both).await.unwrap(), instance)
}

async fn serve(request: Request<Incoming>) -> Result<Response<Script>, Infallible> {
    let path = request.uri().path().to_owned();
    request.into_body().collect().await.unwrap();
    Ok(match path.as_str() {
        "/chunks" => Response::new(Script::new([Step::Data(b"hel"), Step::Data(b"lo")])),
        "/announced" => Response::builder()
            .header(CONTENT_LENGTH, 5)
            .body(Script::new([Step::Data(b"hel"), Step::Data(b"lo")]))
            .unwrap(),
        "/204" => Response::builder().status(204).body(Script::new([Step::Data(b"hello")])).unwrap(),
        _ => Response::new(Script::empty()),
    })
}

#[tokio::test]
async fn a_chunked_answer() {
    let (output, instance) = converse("GET /chunks HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(output.contains("transfer-encoding: chunked") && output.ends_with("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 5));
}

#[tokio::test]
async fn hyper_drops_a_body_at_the_size_that_only_the_head_announces() {
    let (output, instance) = converse("GET /announced HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(output.contains("content-length: 5\r\n") && output.ends_with("\r\n\r\nhello"));
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 5));
}

#[tokio::test]
async fn hyper_never_asks_a_body_that_the_status_forbids() {
    let (output, instance) = converse("GET /204 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(output.ends_with("\r\n\r\n"));
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 0));
}

#[tokio::test]
async fn head_is_complete_with_no_bytes() {
    let (output, instance) = converse("HEAD /announced HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(output.contains("content-length: 5\r\n") && output.ends_with("\r\n\r\n"));
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.response_bytes(), record.method()), (Outcome::Completed, 0, "HEAD"));
}

#[tokio::test]
async fn requests_on_one_connection_are_one_record_each() {
    let (_, instance) = converse(
        "POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello\
         POST /b HTTP/1.0\r\nhost: a\r\nx-request-id: b\r\n\r\n",
    )
    .await;
    let records = instance.take();
    let seen =
        |index: usize| (records[index].path(), records[index].protocol_version(), records[index].request_bytes());
    assert_eq!(records.len(), 2);
    assert_eq!((seen(0), seen(1)), (("/a", "1.1", Some(5)), ("/b", "1.0", Some(0))));
    assert_eq!(records[1].identity().request_id().to_string(), "b");
}

#[tokio::test]
async fn bodies_of_http_body_util_fit() {
    let instance = testing::instance();
    let service =
        ServiceBuilder::new().layer(Layer::new(instance.handle())).service_fn(async |_: Request<Full<Bytes>>| {
            let frames = [Ok::<_, Infallible>(http_body::Frame::data(Bytes::from_static(b"hello")))];
            Ok::<_, Infallible>(Response::new(StreamBody::new(futures_util::stream::iter(frames))))
        });
    let response = service.oneshot(Request::new(Full::default())).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert_eq!(only_record(&instance).response_bytes(), 5);
}
