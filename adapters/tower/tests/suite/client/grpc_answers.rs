//! The ways in which an answer of gRPC can say how the call ended.

use std::convert::Infallible;

use http::{Request, Response};
use http_body_util::BodyExt;
use tachograph_core::{CallOutcome, Record, Yield};
use tachograph_tower::client;
use tower::{ServiceBuilder, ServiceExt};

use super::{completed, ending, failed, only, record};
use crate::script::{Script, Step, grpc_status};

/// The record of a gRPC call that is answered so, and whose answer is read to its end.
async fn call(response: Response<Script>) -> Record {
    let mut response = Some(response);
    let service = tower::service_fn(|_: Request<()>| {
        let response = response.take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    let client = ServiceBuilder::new().layer(client::layer()).service(service);
    let request = Request::post("http://greeter.example:50051/greet.Greeter/Greet")
        .header("content-type", "application/grpc+proto")
        .body(())
        .unwrap();
    record(async { client.oneshot(request).await.unwrap().into_body().collect().await.map(drop) }).await.1
}

fn message_and(rest: impl IntoIterator<Item = Step>) -> Response<Script> {
    Response::new(Script::new([Step::Data(b"hello")].into_iter().chain(rest)))
}

/// A head that is all there is.
fn head(status: &'static str) -> Response<Script> {
    let mut response = Response::new(Script::empty());
    response.headers_mut().extend(grpc_status(status));
    response
}

#[tokio::test]
async fn a_call_is_named_by_its_service_and_method() {
    let record = call(head("0")).await;
    let operation = only(&record).operation();
    assert_eq!((operation.target(), operation.summary()), ("greeter.example:50051", "greet.Greeter/Greet"));
    assert_eq!((operation.system(), operation.host()), ("grpc", Some("greeter.example")));
    assert_eq!(only(&record).path(), None, "the summary has it");
}

#[tokio::test]
async fn the_status_in_the_trailers() {
    assert_eq!(ending(&call(message_and([Step::GrpcStatus("0")])).await), completed(5));
    assert_eq!(ending(&call(message_and([Step::GrpcStatus("5")])).await), failed("NOT_FOUND", 5));
    assert_eq!(ending(&call(message_and([Step::GrpcStatus("77")])).await), failed("UNKNOWN", 5));
}

#[tokio::test]
async fn the_status_in_the_head() {
    assert_eq!(ending(&call(head("0")).await), completed(0));
    assert_eq!(ending(&call(head("14")).await), failed("UNAVAILABLE", 0));
    // Some servers end the stream with an empty body of its own, and not with the head.
    let mut unknown_end = message_and([]);
    unknown_end.headers_mut().extend(grpc_status("0"));
    assert_eq!(ending(&call(unknown_end).await), completed(5));
}

#[tokio::test]
async fn no_status_at_all() {
    assert_eq!(ending(&call(message_and([])).await), failed("UNKNOWN", 5));
    assert_eq!(ending(&call(message_and([Step::Trailers])).await), failed("UNKNOWN", 5));
    assert_eq!(ending(&call(Response::new(Script::empty())).await), failed("UNKNOWN", 0));
}

#[tokio::test]
async fn a_body_that_fails_before_its_status() {
    assert_eq!(ending(&call(message_and([Step::Fail])).await), failed("body", 5));
}

#[tokio::test]
async fn an_answer_that_is_none_of_grpcs() {
    let gateway = Response::builder().status(502).body(Script::new([Step::Data(b"<html>")])).unwrap();
    let record = call(gateway).await;
    assert_eq!(ending(&record), (CallOutcome::Completed, None, Some(502), Yield::Bytes(6)));
    assert_eq!(record.external().errors(), 1);
}

#[tokio::test]
async fn a_status_of_grpc_means_nothing_to_others() {
    let service = tower::service_fn(async |_: Request<()>| Ok::<_, Infallible>(head("5")));
    let client = ServiceBuilder::new().layer(client::layer()).service(service);
    let (_, record) = record(client.oneshot(Request::new(()))).await;
    assert_eq!(ending(&record), completed(0));
}
