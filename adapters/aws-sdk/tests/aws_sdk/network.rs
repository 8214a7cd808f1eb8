//! The SDK's own HTTP client, and what really happens on a network.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use tachograph_core::{Call, CallOutcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{MS, Scene, get_item, only};

/// The call of an operation on a server that does this with its one connection.
async fn call<F: Future<Output = ()> + Send + 'static>(serve: impl FnOnce(TcpStream) -> F + Send + 'static) -> Call {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        assert!(read > 0);
        serve(stream).await;
    });
    measured(&address.to_string()).await
}

async fn measured(address: &str) -> Call {
    let scene = Scene::new();
    let config = scene
        .config()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(format!("http://{address}"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().read_timeout(2000 * MS).build())
        .interceptor(tachograph_aws_sdk::interceptor());
    let client = Client::from_conf(config.build());
    let (_, record) = scene.instance.record(get_item(&client).send()).await;
    only(&record).clone()
}

#[tokio::test]
async fn an_answer_is_read_and_measured() {
    let answered = call(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nx-amzn-requestid: ABC\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    });
    let answered = answered.await;
    assert_eq!((answered.outcome(), answered.status_code()), (CallOutcome::Completed, Some(200)));
    assert_eq!(answered.request_id(), Some("ABC"));
}

#[tokio::test]
async fn nobody_is_there() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = measured(&address.to_string()).await;
    assert_eq!((refused.error_type(), refused.status_code(), refused.attempts()), (Some("io"), None, Some(1)));
}

#[tokio::test]
async fn the_connection_is_closed_before_an_answer() {
    let closed = call(|stream| async move { drop(stream) }).await;
    assert_eq!((closed.error_type(), closed.status_code()), (Some("io"), None));
}

#[tokio::test]
async fn a_body_breaks_off() {
    let broken = call(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Item\"").await.unwrap();
    });
    let broken = broken.await;
    assert_eq!((broken.outcome(), broken.error_type()), (CallOutcome::Failed, Some("response")));
    assert_eq!(broken.status_code(), Some(200));
}
