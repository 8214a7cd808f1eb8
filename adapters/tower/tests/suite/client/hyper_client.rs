//! hyper-util's client, over real connections.

use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tachograph_core::{CallOutcome, Scheme, Yield};
use tachograph_tower::client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::{ServiceBuilder, ServiceExt};

use super::{completed, ending, failed, only, record, unanswered};

type HyperClient = client::Service<Client<HttpConnector, Empty<Bytes>>>;

fn client() -> HyperClient {
    ServiceBuilder::new().layer(client::layer()).service(Client::builder(TokioExecutor::new()).build_http())
}

/// A server that answers one request with these bytes and then hangs up. It returns what it was asked.
async fn server(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let head = read_head(&mut connection).await;
        connection.write_all(answer.as_bytes()).await.unwrap();
        head
    });
    (address, served)
}

async fn read_head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

fn request(method: &str, address: &str) -> Request<Empty<Bytes>> {
    Request::builder().method(method).uri(format!("http://{address}/reports/7?a=b")).body(Empty::new()).unwrap()
}

#[tokio::test]
async fn an_answer_of_known_length() {
    let (address, served) = server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
    let (body, record) = record(async {
        client().oneshot(request("GET", &address)).await.unwrap().into_body().collect().await.unwrap().to_bytes()
    })
    .await;
    assert_eq!(body, "hello");
    assert_eq!(ending(&record), completed(5));
    let call = only(&record);
    assert_eq!((call.operation().target(), call.operation().summary()), (&*address, "GET"));
    assert_eq!((call.operation().scheme(), call.path()), (Some(Scheme::Http), Some("/reports/7")));
    let traceparent = record.identity().trace().traceparent(call.span_id().unwrap());
    assert!(served.await.unwrap().contains(&format!("traceparent: {traceparent}\r\n")));
}

#[tokio::test]
async fn an_answer_in_chunks_with_trailers() {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n";
    let (address, _served) = server(answer).await;
    let (collected, record) = record(async {
        client().oneshot(request("GET", &address)).await.unwrap().into_body().collect().await.unwrap()
    })
    .await;
    assert_eq!(collected.trailers().unwrap()["x-sum"], "1");
    assert_eq!(ending(&record), completed(5));
}

#[tokio::test]
async fn head_is_over_with_the_head() {
    let (address, _served) = server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await;
    let (response, record) = record(async { client().oneshot(request("HEAD", &address)).await.unwrap() }).await;
    assert_eq!(ending(&record), completed(0));
    drop(response);
}

#[tokio::test]
async fn an_upgrade_is_over_with_its_head() {
    let answer = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello";
    let (address, _served) = server(answer).await;
    let (bytes, record) = record(async {
        let mut request = request("GET", &address);
        request.headers_mut().insert("connection", "upgrade".parse().unwrap());
        request.headers_mut().insert("upgrade", "echo".parse().unwrap());
        let response = client().oneshot(request).await.unwrap();
        let mut upgraded = hyper_util::rt::TokioIo::new(hyper::upgrade::on(response).await.unwrap());
        let mut bytes = [0; 5];
        upgraded.read_exact(&mut bytes).await.unwrap();
        bytes
    })
    .await;
    assert_eq!(&bytes, b"hello");
    assert_eq!(ending(&record), (CallOutcome::Completed, None, Some(101), Yield::Bytes(0)));
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_body() {
    let (address, _served) = server("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello").await;
    let (result, record) = record(async {
        client().oneshot(request("GET", &address)).await.unwrap().into_body().collect().await.map(drop)
    })
    .await;
    assert_eq!(result.unwrap_err().to_string(), "error reading a body from connection");
    assert_eq!(ending(&record), failed("body", 5));
}

#[tokio::test]
async fn a_server_that_hangs_up_before_the_head() {
    let (address, _served) = server("").await;
    let (result, record) = record(client().oneshot(request("GET", &address))).await;
    assert!(!result.unwrap_err().is_connect());
    assert_eq!(ending(&record), unanswered("request"));
}

#[tokio::test]
async fn a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let (result, record) = record(client().oneshot(request("GET", &address))).await;
    assert!(result.unwrap_err().is_connect());
    assert_eq!(ending(&record), unanswered("connect"));
}
