//! The situations of `tests/peers/xray.py`, as this service records them.

use std::error::Error;
use std::fmt;

use tachograph_core::trace::extract;
use tachograph_core::{Handle, Innermost, OpenRequest, Operation, RequestHead, Scheme, request, start_call};

/// What a request does before it is answered.
type Act = fn(&OpenRequest);

/// By its path how a request is answered, and what it does.
pub(super) const SITUATIONS: &[(&str, u16, Act)] = &[
    ("/plain", 200, |_| {}),
    ("/called", 200, |_| {}),
    ("/forwarded", 200, |request| request.header("x-forwarded-for", b"203.0.113.7")),
    ("/missing", 404, |_| {}),
    ("/throttled", 429, |_| {}),
    ("/failing", 500, |_| _ = request().error(&NoSuchExperiment)),
    ("/query", 200, |_| start_call(Operation::database("sqlite", ":memory:", "SELECT 7"), None).completed()),
    ("/call", 200, |_| call("/moto-api/?secret=1", 200)),
    ("/call-missing", 200, |_| call("/moto-api/nothing-is-here", 404)),
    ("/aws", 200, |_| get_item("reference-experiments", 200)),
    ("/aws-missing", 200, |_| get_item("nothing-is-here", 400)),
    ("/nested", 200, |request| nested(request)),
    ("/told", 200, |_| told()),
];

#[derive(Debug)]
struct NoSuchExperiment;

impl fmt::Display for NoSuchExperiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such experiment")
    }
}

impl Error for NoSuchExperiment {}

/// Records each of them once.
pub(super) fn record_all(handle: &Handle) {
    for (path, status, act) in SITUATIONS {
        let caller: &[u8] = b"Root=1-581cf771-a006649127e371903a2de979;Parent=53995c3f42cd8ad8;Sampled=1";
        let head = RequestHead {
            method: "GET",
            path,
            host: Some(b"localhost"),
            trace: extract([], [], (*path == "/called").then_some(caller)),
            ..RequestHead::default()
        };
        let mut request = OpenRequest::open(handle, head).unwrap();
        request.header("user-agent", b"reference/1");
        // The poll borrows the request that the situation looks at.
        let recording = std::sync::Arc::clone(request.recording());
        recording.poll(|| act(&request));
        request.respond(*status, Some(5), false);
        request.sent(5);
        request.complete();
    }
}

fn call(path: &str, status: u16) {
    let host = super::variable("PEER_MOTO_URL").replace("http://", "");
    let mut call = start_call(Operation::http(Scheme::Http, &host, "GET"), None);
    call.span_id();
    call.set_path(path);
    call.responded(status);
    call.completed();
}

fn get_item(table: &str, status: u16) {
    let mut call = start_call(Operation::rpc("aws-api", "DynamoDB", "GetItem", Some(table)), None);
    call.attempt(1);
    call.set_region("eu-west-1");
    call.set_resource(table);
    call.set_request_id("52YMVGCHRYW8AEYK");
    call.responded(status);
    if status == 200 { call.completed() } else { call.failed("ResourceNotFoundException") }
}

fn nested(request: &OpenRequest) {
    let recording = request.recording();
    let outer = recording.start_span("outer", None);
    let inner = recording.start_span("inner", outer);
    Innermost::of(recording, inner).set();
    recording.end_span(inner.unwrap());
    recording.end_span(outer.unwrap());
    Innermost::default().set();
}

fn told() {
    request().user("u-7").field("experiment_id", 7).metadata("variants", serde_json::json!(["a", "b"]));
}
