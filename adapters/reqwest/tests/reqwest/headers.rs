//! What is sent along, and what is not kept.

use tachograph_core::{InRequest, OpenRequest, RequestHead, testing, trace};

use crate::server::{Received, Server, answer};
use crate::{client, only, record};

const TRACE_HEADERS: [&str; 3] = ["traceparent", "tracestate", "x-amzn-trace-id"];

async fn echo() -> Server {
    Server::answering(|_| answer("200 OK", "")).await
}

fn first(server: &Server) -> Received {
    server.received().remove(0)
}

#[tokio::test]
async fn the_called_service_learns_the_trace_and_the_calls_own_span() {
    let server = echo().await;
    let (_, record) = record(async { client().get(server.url("/")).send().await.unwrap() }).await;
    let span_id = only(&record).span_id().expect("a span id was sent");
    assert_ne!(span_id, record.identity().span_id());
    let trace = record.identity().trace();
    assert_eq!(first(&server).header("traceparent"), [trace.traceparent(span_id).as_str()]);
    assert_eq!(first(&server).header("x-amzn-trace-id"), [trace.x_amzn_trace_id(span_id)]);
    assert!(first(&server).header("tracestate").is_empty());
}

#[tokio::test]
async fn each_call_has_a_span_of_its_own() {
    let server = echo().await;
    let ((), record) = record(async {
        for _ in 0..2 {
            client().get(server.url("/")).send().await.unwrap();
        }
    })
    .await;
    let [one, other] = record.calls() else { panic!("two calls") };
    assert_ne!(one.span_id(), other.span_id());
}

#[tokio::test]
async fn the_callers_trace_is_passed_on() {
    let server = echo().await;
    let instance = testing::instance();
    let traceparent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".as_slice();
    let head = RequestHead {
        method: "GET",
        path: "/",
        trace: trace::extract([traceparent], [b"vendor=opaque".as_slice()], []),
        ..RequestHead::default()
    };
    let mut request = OpenRequest::open(instance.handle(), head).unwrap();
    let send = async {
        client().get(server.url("/")).send().await.unwrap();
        client().get(server.url("/")).header("tracestate", "mine=1").send().await.unwrap();
        client().get(server.url("/")).header("traceparent", "mine").send().await.unwrap();
    };
    InRequest::new(Some(request.recording().clone()), send).await;
    request.respond(200, Some(0), false);
    request.complete();

    let record = instance.take().remove(0);
    let span_id = record.calls()[0].span_id().unwrap();
    let received = first(&server);
    assert_eq!(received.header("traceparent"), [format!("00-0af7651916cd43dd8448eb211c80319c-{span_id}-01")]);
    assert_eq!(received.header("tracestate"), ["vendor=opaque"]);
    assert_eq!(
        received.header("x-amzn-trace-id"),
        [format!("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={span_id};Sampled=1")]
    );
    let [_, own_state, own_parent] = &server.received()[..] else { panic!("three calls") };
    assert_eq!(own_state.header("tracestate"), ["mine=1"]);
    assert!(own_parent.header("tracestate").is_empty(), "a state without its parent");
}

#[tokio::test]
async fn a_header_of_the_users_own_is_left_alone() {
    let server = echo().await;
    let (_, record) = record(async {
        client().get(server.url("/")).header("traceparent", "mine").send().await.unwrap();
        client().get(server.url("/")).header("X-Amzn-Trace-Id", "mine").send().await.unwrap();
        let both = client().get(server.url("/")).header("traceparent", "mine").header("X-Amzn-Trace-Id", "mine");
        both.send().await.unwrap();
    })
    .await;
    let received = server.received();
    let span_ids: Vec<_> = record.calls().iter().map(|call| call.span_id()).collect();
    let trace = record.identity().trace();
    assert_eq!(received[0].header("traceparent"), ["mine"]);
    assert_eq!(received[0].header("x-amzn-trace-id"), [trace.x_amzn_trace_id(span_ids[0].unwrap())]);
    assert_eq!(received[1].header("traceparent"), [trace.traceparent(span_ids[1].unwrap()).as_str()]);
    assert_eq!(received[1].header("x-amzn-trace-id"), ["mine"]);
    assert_eq!(received[2].header("traceparent"), ["mine"]);
    assert_eq!(received[2].header("x-amzn-trace-id"), ["mine"]);
    assert_eq!(span_ids[2], None, "no span of ours was sent");
}

#[tokio::test]
async fn outside_a_request_nothing_is_added_and_the_call_is_unattributed() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let instance = testing::instance();
    let send = async { client().get(server.url("/")).send().await.unwrap().text().await.unwrap() };
    assert_eq!(instance.scope(send).await, "hello");
    assert_eq!(instance.handle().counters().unattributed_calls, 1);
    for header in TRACE_HEADERS {
        assert!(first(&server).header(header).is_empty(), "{header}");
    }
}

#[tokio::test]
async fn without_an_instance_the_call_just_passes() {
    let server = Server::answering(|_| answer("200 OK", "hello")).await;
    let text = client().get(server.url("/")).send().await.unwrap().text().await;
    assert_eq!(text.unwrap(), "hello");
}

#[tokio::test]
async fn passwords_and_queries_are_sent_but_not_kept() {
    let server = echo().await;
    let url = server.url("/reports/7?token=secret-token#secret-fragment");
    let url = url.replacen("http://", "http://secret-user:secret-password@", 1);
    let (_, record) = record(async {
        client().get(&url).header("x-key", "secret-key").send().await.unwrap();
        let unstripped = reqwest::Request::new(reqwest::Method::GET, url.parse().unwrap());
        client().execute(unstripped).await.unwrap();
    })
    .await;
    assert_eq!(first(&server).request_line(), "GET /reports/7?token=secret-token HTTP/1.1");
    assert!(first(&server).header("authorization")[0].starts_with("Basic "));
    assert_eq!(record.calls().len(), 2);
    for call in record.calls() {
        assert_eq!((call.operation().target(), call.path()), (&*server.target(), Some("/reports/7")));
    }
    assert!(!format!("{record:?}").contains("secret"), "{record:?}");
}
