//! What is read from the head of a request, and what is added to it.

use std::convert::Infallible;
use std::sync::Mutex;

use http::{HeaderMap, Request, Response};
use tachograph_core::testing;
use tachograph_tower::client;
use tower::{ServiceBuilder, ServiceExt};

use super::{only, record};
use crate::script::Script;

const TRACE_HEADERS: [&str; 3] = ["traceparent", "tracestate", "x-amzn-trace-id"];

/// Sends a request, and returns the headers with which it arrived.
async fn send(layer: client::Layer, request: Request<()>) -> HeaderMap {
    let arrived = Mutex::new(HeaderMap::new());
    let service = tower::service_fn(async |request: Request<()>| {
        *arrived.lock().unwrap() = request.headers().clone();
        Ok::<_, Infallible>(Response::new(Script::empty()))
    });
    ServiceBuilder::new().layer(layer).service(service).oneshot(request).await.unwrap();
    arrived.into_inner().unwrap()
}

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

#[tokio::test]
async fn the_called_service_learns_the_trace_and_the_calls_own_span() {
    let (headers, record) = record(send(client::layer(), get("http://partner.example/"))).await;
    let span_id = only(&record).span_id().expect("a span id was sent");
    let trace = record.identity().trace();
    assert_eq!(headers["traceparent"], trace.traceparent(span_id).as_str());
    assert_eq!(headers["x-amzn-trace-id"], trace.x_amzn_trace_id(span_id));
}

#[tokio::test]
async fn a_header_of_the_users_own_is_left_alone() {
    let mut request = get("http://partner.example/");
    request.headers_mut().insert("traceparent", "mine".parse().unwrap());
    let (headers, _) = record(send(client::layer(), request)).await;
    assert_eq!(headers.get_all("traceparent").iter().collect::<Vec<_>>(), ["mine"]);
}

#[tokio::test]
async fn outside_a_request_nothing_is_sent_along() {
    let instance = testing::instance();
    let headers = instance.scope(send(client::layer(), get("http://partner.example/"))).await;
    assert!(TRACE_HEADERS.iter().all(|name| !headers.contains_key(*name)), "{headers:?}");
    assert_eq!(instance.handle().counters().unattributed_calls, 1);
}

#[tokio::test]
async fn calls_go_to_their_host_unless_they_are_given_a_name() {
    let (_, by_host) = record(send(client::layer(), get("http://user:secret@partner.example:8080/a?b=c"))).await;
    let operation = only(&by_host).operation();
    assert_eq!((operation.target(), operation.summary()), ("partner.example:8080", "GET"));
    let (_, named) = record(send(client::layer().target("partner"), get("http://partner.example:8080/"))).await;
    assert_eq!(only(&named).operation().target(), "partner");
    assert!(only(&by_host).has_query() && !only(&named).has_query());
    let brew = Request::builder().method("BREW").uri("http://partner.example/tea?sugar=no").body(()).unwrap();
    let (_, unknown) = record(send(client::layer(), brew)).await;
    let call = only(&unknown);
    assert_eq!((call.operation().summary(), call.original_method()), ("_OTHER", Some("BREW")));
    assert_eq!(call.path(), Some("/tea"));
}
