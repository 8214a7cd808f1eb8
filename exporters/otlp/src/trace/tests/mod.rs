//! The spans of records, as a strict receiver reads them.

mod calls;
mod findings;
mod golden;
mod hostile;

use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use tachograph_core::testing::Instance;
use tachograph_core::{
    Callsite, ManualClock, OpenCall, OpenRequest, Operation, Record, RequestHead, Scope, SequentialIds, request,
    start_call, trace,
};

use crate::decoded::{attributes, spans};

struct Bench {
    instance: Instance,
    clock: ManualClock,
}

impl Bench {
    fn new() -> Self {
        let clock = ManualClock::new();
        let instance = Instance::build(|builder| builder.clock(clock.clone()).ids(SequentialIds::default()));
        Bench { instance, clock }
    }

    fn advance(&self, micros: u64) {
        self.clock.advance(Duration::from_micros(micros));
    }

    fn open(&self, head: RequestHead<'_>) -> OpenRequest {
        OpenRequest::open(self.instance.handle(), head).unwrap()
    }

    /// The record that was last made.
    fn record(&self) -> Record {
        self.instance.take().pop().unwrap()
    }

    /// A request that is answered with this status, and an empty body.
    fn request(&self, status: u16, work: impl FnOnce()) -> Record {
        let head = RequestHead {
            method: "GET",
            path: "/a/7",
            route: Some("/a/{id}"),
            scheme: "http",
            ..RequestHead::default()
        };
        let mut open = self.open(head);
        open.poll(work);
        open.respond(status, Some(0), false);
        open.complete();
        self.record()
    }

    /// A request that does this between its polls, none of which takes long.
    fn awaiting(&self, work: impl FnOnce()) -> Record {
        let mut open = self.open(RequestHead { method: "GET", path: "/a/7", ..RequestHead::default() });
        open.pause();
        let scope = Scope::enter(Some(open.recording().clone()));
        work();
        drop(scope);
        open.respond(200, Some(0), false);
        open.complete();
        self.record()
    }

    /// The span of the only call of a request.
    fn call(&self, make: impl FnOnce()) -> Span {
        let spans = spans(&self.request(200, make));
        let [call, _] = &spans[..] else { panic!("one call: {spans:?}") };
        call.clone()
    }
}

/// The record's own span, which is the last.
fn own(record: &Record) -> Span {
    spans(record).pop().unwrap()
}

fn query(sql: &str, callsite: Option<Callsite>) -> OpenCall {
    start_call(Operation::database("sqlite", "main", sql), callsite)
}

fn status(span: &Span) -> Option<(i32, &str)> {
    span.status.as_ref().map(|status| (status.code, status.message.as_str()))
}

#[test]
fn a_server_is_not_to_blame_for_its_clients() {
    let bench = Bench::new();
    let ended = |status_code| {
        let span = own(&bench.request(status_code, || {}));
        (status(&span).map(|(code, _)| code), attributes(&span.attributes).get("error.type").cloned())
    };
    assert_eq!(ended(200), (None, None));
    assert_eq!(ended(404), (None, None));
    assert_eq!(ended(500), (Some(2), Some("\"500\"".into())));
    let error = std::io::Error::other("no stock");
    let blameless = own(&bench.request(409, || _ = request().error(&error)));
    assert_eq!((status(&blameless), blameless.events.len()), (None, 1));
    assert!(!attributes(&blameless.attributes).contains_key("error.type"));
    let blamed = own(&bench.request(503, || _ = request().error(&error)));
    assert_eq!(status(&blamed), Some((2, "no stock")));
}

#[test]
fn a_request_without_a_route_is_named_by_its_method_alone() {
    let bench = Bench::new();
    let named = |method| {
        drop(bench.open(RequestHead { method, path: "/wp-admin.php", ..RequestHead::default() }));
        own(&bench.record())
    };
    assert_eq!(named("GET").name, "GET");
    let unknown = named("BREW");
    assert_eq!(unknown.name, "HTTP");
    let attributes = attributes(&unknown.attributes);
    assert_eq!(attributes["http.request.method"], "\"_OTHER\"");
    assert_eq!(attributes["http.request.method_original"], "\"BREW\"");
    assert_eq!(attributes["error.type"], "\"client_disconnected\"");
    assert_eq!(status(&unknown), Some((2, "")));
}

#[test]
fn a_caller_in_another_process_is_told_from_a_request_around_a_task() {
    let bench = Bench::new();
    let traceparent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03".as_slice();
    let trace = trace::extract([traceparent], [b"vendor=1,other=2".as_slice()], []);
    let mut open = bench.open(RequestHead { method: "GET", trace, ..RequestHead::default() });
    let handle = bench.instance.handle();
    open.poll(|| {
        query("SELECT 1", None).completed();
        let mut task = std::pin::pin!(handle.task("rollup", async {}));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(task.as_mut().poll(&mut context).is_ready());
    });
    open.respond(200, Some(0), false);
    open.complete();
    let records = bench.instance.take();
    let [task, request] = &records[..] else { panic!("two records: {records:?}") };
    let [call, request] = &spans(request)[..] else { panic!("two spans") };
    assert_eq!((request.flags, call.flags), (0x303, 0x103));
    assert_eq!((request.trace_state.as_str(), call.trace_state.as_str()), ("vendor=1,other=2", "vendor=1,other=2"));
    assert_eq!(request.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    let task = own(task);
    assert_eq!((task.name.as_str(), task.kind, task.flags), ("rollup", 1, 0x103));
    assert_eq!((&task.trace_id, &task.parent_span_id), (&request.trace_id, &request.span_id));
    let root = own(&bench.request(200, || {}));
    assert_eq!((root.flags, root.parent_span_id.len()), (0x101, 0));
}

#[test]
fn the_applications_spans_are_one_tree_with_the_calls() {
    let bench = Bench::new();
    let mut open = bench.open(RequestHead { method: "GET", ..RequestHead::default() });
    let recording = open.recording().clone();
    open.poll(|| {
        let outer = recording.start_span("load", None);
        bench.advance(10);
        let inner = recording.start_span("", outer);
        bench.advance(10);
        recording.end_span(inner.unwrap());
        bench.advance(10);
        recording.end_span(outer.unwrap());
        // It begins in a span that has ended, and is still open at the end.
        recording.start_span("late", inner);
        bench.advance(10);
    });
    open.respond(200, Some(0), false);
    open.complete();
    let spans = spans(&bench.record());
    let [outer, inner, late, own] = &spans[..] else { panic!("four spans: {spans:?}") };
    assert_eq!([&outer.name, &inner.name, &late.name], ["load", "span", "late"]);
    assert_eq!([&outer.parent_span_id, &inner.parent_span_id], [&own.span_id, &outer.span_id]);
    assert_eq!(late.parent_span_id, own.span_id, "what has ended cannot hold it");
    assert_eq!(late.end_time_unix_nano, own.end_time_unix_nano);
    assert!(spans[..3].iter().all(|span| span.kind == 1 && span.flags == 0x101));
}

#[test]
fn calls_beyond_those_that_have_spans_are_an_event_of_all_that_asked_the_same() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        (0..100).for_each(|table| query(&format!("SELECT a FROM t{table}"), None).completed());
        (0..4).for_each(|at| {
            let call = query("SELECT b FROM late", None);
            bench.advance(100 + u64::from(at == 3));
            if at == 1 { call.failed("busy") } else { call.completed() }
        });
    });
    let own = own(&record);
    let group = own.events.last().unwrap();
    let expected = [
        ("db.query.text", "\"SELECT b FROM late\""),
        ("error.type", "\"busy\""),
        ("tachograph.count", "4"),
        ("tachograph.errors", "1"),
        ("tachograph.kind", "\"database\""),
        ("tachograph.slowest_ms", "0.101"),
        ("tachograph.summary", "\"SELECT late\""),
        ("tachograph.target", "\"main\""),
        ("tachograph.total_ms", "0.401"),
    ];
    assert_eq!(group.name, "tachograph.calls");
    assert_eq!(attributes(&group.attributes), expected.map(|(name, value)| (name, value.to_owned())).into());
}

#[test]
fn a_field_that_is_called_as_an_attribute_of_ours_gets_another_name() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        request()
            .field("url.path", "mine")
            .field("tachograph.own_ms", 7)
            .field("field.url.path", "both")
            .field("plain", 1);
        request().metadata("cart", serde_json::json!({"items": [1, 2]}));
    });
    let own = own(&record);
    let attributes = attributes(&own.attributes);
    assert_eq!(attributes["url.path"], "\"/a/7\"");
    assert_eq!(attributes["field.url.path"], "\"mine\"");
    assert_eq!(attributes["field.tachograph.own_ms"], "7");
    assert_eq!(attributes["field.field.url.path"], "\"both\"");
    assert_eq!(attributes["plain"], "1");
    assert_eq!(attributes["metadata.cart"], r#""{\"items\":[1,2]}""#);
}
