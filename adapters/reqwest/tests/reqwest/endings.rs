//! How calls end that do not end well.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream;
use reqwest::dns::{Name, Resolve, Resolving};
use tachograph_core::{Call, CallOutcome, Record, Yield, testing};
use tachograph_reqwest::Client;
use tokio::sync::oneshot;

use crate::server::{Server, answer, head, nobody};
use crate::{client, only, record, record_in};

fn end(call: &Call) -> (CallOutcome, Option<&str>, Option<u16>, Yield) {
    (call.outcome(), call.error_type(), call.status_code(), call.brought())
}

/// What a call is that never got an answer.
fn failed(error_type: &str) -> (CallOutcome, Option<&str>, Option<u16>, Yield) {
    (CallOutcome::Failed, Some(error_type), None, Yield::Unknown)
}

/// Says when the first request has arrived, and never answers.
async fn silent() -> (Server, oneshot::Receiver<()>) {
    let (arrived, arrival) = oneshot::channel();
    let arrived = Arc::new(Mutex::new(Some(arrived)));
    let server = Server::scripted(move |mut exchange| {
        let _ = arrived.lock().unwrap().take().map(|arrived| arrived.send(()));
        async move { exchange.closed().await }
    });
    (server.await, arrival)
}

/// Sends a head and the first five bytes of ten, and then hangs, or hangs up.
async fn half_an_answer(hang_up: bool) -> Server {
    Server::scripted(move |mut exchange| async move {
        exchange.write(head("200 OK", &[("Content-Length", "10")])).await;
        exchange.write("hello").await;
        if !hang_up {
            exchange.closed().await;
        }
    })
    .await
}

#[tokio::test]
async fn a_refused_connection() {
    let (url, _held) = nobody();
    let (result, record) = record(client().get(&url).send()).await;
    assert!(result.unwrap_err().is_connect());
    assert_eq!(end(only(&record)), failed("connect"));
    assert_eq!(record.external().errors(), 1);
    assert_eq!(only(&record).first_byte(), None);
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    struct NoSuchHost;
    impl Resolve for NoSuchHost {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(async { Err("no such host".into()) })
        }
    }
    let client = reqwest::Client::builder().no_proxy().dns_resolver(NoSuchHost).build().unwrap();
    let (result, record) = record(Client::from(client).get("http://partner.example/").send()).await;
    assert!(result.is_err());
    assert_eq!(end(only(&record)), failed("dns"));
    assert_eq!(only(&record).operation().target(), "partner.example");
}

#[tokio::test]
async fn a_time_out_before_the_head() {
    let (server, _arrival) = silent().await;
    let request = client().get(server.url("/")).timeout(Duration::from_millis(50));
    let (result, record) = record(request.send()).await;
    assert!(result.unwrap_err().is_timeout());
    assert_eq!(end(only(&record)), failed("timeout"));
}

#[tokio::test]
async fn a_time_out_in_the_body() {
    let server = half_an_answer(false).await;
    let hour = Duration::from_secs(3600);
    // Without the guard of `record`, whose time would be over as well.
    let (error, record) = testing::instance()
        .record(async {
            let mut response = client().get(server.url("/")).timeout(hour).send().await.unwrap();
            assert_eq!(response.chunk().await.unwrap().unwrap(), "hello");
            tokio::time::pause();
            tokio::time::advance(hour).await;
            response.bytes().await.unwrap_err()
        })
        .await;
    assert!(error.is_timeout() && error.is_decode());
    assert_eq!(end(only(&record)), (CallOutcome::Failed, Some("timeout"), Some(200), Yield::Bytes(5)));
}

#[tokio::test]
async fn a_server_that_hangs_up_before_the_head() {
    let server = Server::scripted(|_| async {}).await;
    let (result, record) = record(client().get(server.url("/")).send()).await;
    assert!(result.unwrap_err().is_request());
    assert_eq!(end(only(&record)), failed("request"));
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_body() {
    let server = half_an_answer(true).await;
    let (result, record) = record(async { client().get(server.url("/")).send().await.unwrap().bytes().await }).await;
    assert!(result.unwrap_err().is_decode());
    assert_eq!(end(only(&record)), (CallOutcome::Failed, Some("body"), Some(200), Yield::Bytes(5)));
    assert_eq!(record.external().errors(), 1);
}

#[tokio::test]
async fn a_body_of_the_request_that_fails() {
    let (server, _arrival) = silent().await;
    let chunks = stream::iter([Ok("hello"), Err(std::io::Error::other("the disk is gone"))]);
    let request = client().post(server.url("/")).body(reqwest::Body::wrap_stream(chunks));
    let (result, record) = record(request.send()).await;
    assert!(result.is_err());
    assert_eq!(end(only(&record)), failed("body"));
}

#[tokio::test]
async fn redirects_without_end() {
    let server = Server::answering(|_| head("302 Found", &[("Location", "/"), ("Content-Length", "0")])).await;
    let (result, record) = record(client().get(server.url("/")).send()).await;
    assert!(result.unwrap_err().is_redirect());
    assert_eq!(end(only(&record)), failed("redirect"));
}

#[tokio::test]
async fn what_cannot_be_built_is_no_call() {
    let (results, record) = record(async {
        let client = client();
        let url = client.get("no url").send().await;
        (url, client.get("http://partner.example").header("no header", "").send().await)
    })
    .await;
    assert!(results.0.unwrap_err().is_builder() && results.1.unwrap_err().is_builder());
    assert_eq!(record.external().count(), 0);
}

#[tokio::test]
async fn a_scheme_that_reqwest_does_not_speak() {
    let (result, record) = record(client().get("gopher://partner.example/").send()).await;
    assert!(result.unwrap_err().is_builder());
    assert_eq!(end(only(&record)), failed("builder"));
}

#[tokio::test]
async fn a_future_that_is_dropped_before_the_head() {
    let (server, arrival) = silent().await;
    let ((), record) = record(async {
        tokio::select! {
            _ = client().get(server.url("/")).send() => unreachable!("nobody answers"),
            arrived = arrival => arrived.unwrap(),
        }
    })
    .await;
    assert_eq!(end(only(&record)), (CallOutcome::Cancelled, None, None, Yield::Unknown));
    assert_eq!((only(&record).first_byte(), record.external().errors()), (None, 0));
}

#[tokio::test]
async fn a_future_that_is_never_polled_is_no_call() {
    let ((), record) = record(async { drop(client().get("http://partner.example").send()) }).await;
    assert_eq!(record.external().count(), 0);
}

#[tokio::test]
async fn a_body_that_nobody_wanted() {
    let server = half_an_answer(false).await;
    let ((), record) = record(async { drop(client().get(server.url("/")).send().await.unwrap()) }).await;
    assert_eq!(end(only(&record)), (CallOutcome::Completed, None, Some(200), Yield::Bytes(0)));
    assert!(only(&record).first_byte().is_some());
}

#[tokio::test]
async fn a_body_that_was_given_up() {
    let server = half_an_answer(false).await;
    let (chunk, record) = record(async {
        let mut response = client().get(server.url("/")).send().await.unwrap();
        response.chunk().await.unwrap()
    })
    .await;
    assert_eq!(chunk.unwrap(), "hello");
    assert_eq!(end(only(&record)), (CallOutcome::Cancelled, None, Some(200), Yield::Bytes(5)));
}

#[tokio::test]
async fn a_body_of_known_length_is_complete_with_its_last_byte() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let (response, record) = record(async {
        let mut response = client().get(server.url("/")).send().await.unwrap();
        // Nobody asks for what comes after the fifth byte.
        assert_eq!(response.chunk().await.unwrap().unwrap(), "hello");
        response
    })
    .await;
    drop(response);
    assert_eq!(end(only(&record)), (CallOutcome::Completed, None, Some(200), Yield::Bytes(5)));
}

#[tokio::test]
async fn a_body_read_on_another_task_belongs_to_the_request_that_made_the_call() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let instance = testing::instance();
    let ((), record) = record_in(&instance, async {
        let response = client().get(server.url("/")).send().await.unwrap();
        let read = tokio::spawn(async move { response.bytes().await.unwrap() });
        assert_eq!(read.await.unwrap(), "hello");
    })
    .await;
    assert_eq!(end(only(&record)), (CallOutcome::Completed, None, Some(200), Yield::Bytes(5)));
    assert_eq!(instance.handle().counters().unattributed_calls, 0);
}

#[tokio::test]
async fn a_body_that_outlives_its_request_is_counted_as_late() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let instance = testing::instance();
    let send = async { client().get(server.url("/")).send().await.unwrap() };
    let (response, record): (_, Record) = record_in(&instance, send).await;
    assert_eq!(record.external().count(), 0);
    assert_eq!(instance.handle().counters().late_calls, 0);
    assert_eq!(response.bytes().await.unwrap(), "hello");
    assert_eq!(instance.handle().counters().late_calls, 1);
}

#[tokio::test]
async fn an_error_in_the_body_has_the_same_cause_as_without() {
    let server = half_an_answer(true).await;
    let ((measured, plain), _) = record(async {
        let measured = client().get(server.url("/")).send().await.unwrap().bytes().await.unwrap_err();
        (measured, crate::plain().get(server.url("/")).send().await.unwrap().bytes().await.unwrap_err())
    })
    .await;
    assert_eq!(measured.to_string(), plain.to_string());
    let cause = |error: &dyn Error| {
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            cause = error.to_string();
            source = error.source();
        }
        cause
    };
    assert_eq!(cause(&measured), cause(&plain));
}
