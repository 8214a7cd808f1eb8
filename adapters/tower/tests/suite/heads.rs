//! What is read of a request, whatever it contains.

use http::{Method, Request, Response, Version};
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, Counters, Record, SequentialIds};
use tachograph_tower::Layer;

use crate::script::{Script, Step, answer, get, measured, only_record};

/// The record of an answered request, and the `x-request-id` of the answer.
fn exchange(request: Request<Script>) -> (Record, String, Counters) {
    let instance = Instance::build(|builder| builder.ids(SequentialIds::default()));
    let response = answer(&Layer::new(instance.handle()), request, Response::new(Script::empty()));
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    (only_record(&instance), id, instance.handle().counters())
}

fn with_header(name: &str, value: &[u8]) -> Request<Script> {
    let mut request = get("/");
    request
        .headers_mut()
        .insert(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), http::HeaderValue::from_bytes(value).unwrap());
    request
}

#[test]
fn a_sane_request_id_is_taken_and_sent_back() {
    let (record, id, _) = exchange(with_header("x-request-id", b"order-42"));
    assert_eq!((record.identity().request_id().to_string().as_str(), id.as_str()), ("order-42", "order-42"));
}

#[test]
fn without_a_request_id_one_is_made_and_sent_back() {
    let (record, id, counters) = exchange(get("/"));
    assert_eq!((record.identity().request_id().to_string(), id.len()), (id, 36));
    assert_eq!(counters.request_ids_refused, 0);
}

#[test]
fn a_request_id_that_is_not_sane_is_replaced_and_counted() {
    for rubbish in [vec![b'a'; 100_000], b"a b".to_vec(), "ä".into(), b"\xff\xfe".to_vec(), b"".to_vec()] {
        let (record, id, counters) = exchange(with_header("x-request-id", &rubbish));
        assert_eq!((record.identity().request_id().to_string(), id.len()), (id, 36));
        assert_eq!(counters.request_ids_refused, 1);
    }
}

#[test]
fn trace_headers_are_read() {
    let (record, ..) = exchange(with_header("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    let trace = record.identity().trace();
    assert_eq!(trace.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(trace.parent_span_id.unwrap().to_string(), "00f067aa0ba902b7");
    assert_eq!(trace.sampled, Some(true));
    let (record, ..) = exchange(with_header("x-amzn-trace-id", b"Root=1-67891233-abcdef012345678912345678"));
    assert_eq!(record.identity().trace_id().to_string(), "67891233abcdef012345678912345678");
}

#[test]
fn the_list_of_tracestate_may_be_spread_over_headers() {
    let mut request = with_header("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    request.headers_mut().append("tracestate", http::HeaderValue::from_static("a=1"));
    request.headers_mut().append("tracestate", http::HeaderValue::from_static("b=2"));
    assert_eq!(exchange(request).0.identity().trace().tracestate.as_deref(), Some("a=1,b=2"));
}

#[test]
fn malformed_trace_headers_begin_a_trace_and_are_counted() {
    for name in ["traceparent", "x-amzn-trace-id"] {
        for rubbish in [b"rubbish".to_vec(), vec![b'0'; 100_000], b"\xff".to_vec(), b"".to_vec()] {
            let (record, _, counters) = exchange(with_header(name, &rubbish));
            assert_eq!(record.identity().trace().parent_span_id, None);
            assert_eq!(counters.trace_headers_malformed, 1);
        }
    }
}

#[test]
fn the_path_is_kept_as_it_came_and_without_the_query() {
    for path in ["/", "/%00%1b%0a", "/a%FFb", "/%E4", "/a//b/../c", "/experiments/7"] {
        let (record, ..) = exchange(get(&format!("{path}?secret=1")));
        assert_eq!(record.path(), path);
    }
    let of_the_server = Request::builder().method(Method::PUT).uri("*").body(Script::empty()).unwrap();
    assert_eq!(exchange(of_the_server).0.path(), "*");
}

#[test]
fn bytes_beyond_ascii_in_a_path_are_harmless() {
    // What is no UTF-8 is no URI here: a server answers 400 before any service is asked.
    assert!(http::Uri::try_from(b"/\xff\xfe".as_slice()).is_err());
    let (record, ..) = exchange(get("/caf\u{e9}"));
    assert_eq!(record.path(), "/café");
}

#[test]
fn an_unknown_method_is_kept_and_has_a_name_for_metrics() {
    let request = |method: &str| {
        Request::builder().method(method).uri("/").body(Script::empty()).map(|request| exchange(request).0).unwrap()
    };
    assert_eq!((request("BREW").method(), request("BREW").known_method()), ("BREW", "_OTHER"));
    assert_eq!(request(&"M".repeat(10_000)).method().len(), 64);
    assert_eq!(request("PATCH").known_method(), "PATCH");
}

#[test]
fn the_scheme_is_http_where_none_is_known() {
    let (record, ..) = exchange(get("/"));
    assert_eq!((record.scheme(), record.protocol_version()), ("http", "1.1"));
    let mut request = get("https://example.com/a");
    *request.version_mut() = Version::HTTP_2;
    let (record, ..) = exchange(request);
    assert_eq!((record.scheme(), record.protocol_version(), record.path()), ("https", "2", "/a"));
    assert_eq!(exchange(get("ftp://example.com/a")).0.scheme(), "http");
}

#[test]
fn the_size_of_a_request_is_kept_where_it_is_announced() {
    let sized = |body| exchange(Request::post("/").body(body).unwrap()).0.request_bytes();
    assert_eq!(sized(Script::new([]).size(7)), Some(7));
    assert_eq!(sized(Script::empty()), Some(0));
    assert_eq!(sized(Script::new([Step::Data(b"hello")])), None);
}

#[test]
fn the_route_is_what_the_layer_is_told() {
    let (instance, _, layer) = measured();
    let layer = layer.route_from(|uri, _| uri.path().starts_with("/greet.Greeter/").then_some(uri.path()));
    for path in ["/greet.Greeter/Greet", "/other"] {
        drop(answer(&layer, get(path), Response::new(Script::empty())));
    }
    let records = instance.take();
    assert_eq!((records[0].route(), records[1].route()), (Some("/greet.Greeter/Greet"), None));
}

#[test]
fn headers_are_kept_where_the_configuration_names_them_and_nowhere_else() {
    let instance = Instance::build(|builder| {
        let mut capture = Capture::default();
        capture.request_headers = vec!["x-plan".to_owned()];
        builder.capture(capture)
    });
    let mut request = with_header("x-plan", b"gold\xff");
    request.headers_mut().insert("authorization", http::HeaderValue::from_static("Bearer secret"));
    answer(&Layer::new(instance.handle()), request, Response::new(Script::empty()));
    let record = only_record(&instance);
    assert_eq!(record.fields().collect::<Vec<_>>(), [("header_x_plan", &"gold\u{fffd}".into())]);
}
