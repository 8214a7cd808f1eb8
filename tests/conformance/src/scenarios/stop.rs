//! The end of the process, and a stdout that is of no use.

use serde_json::json;

use crate::case::Case;
use crate::client::Request;
use crate::differences::SEES_A_BODY_FIRST;
use crate::expected::{SOME, and};
use crate::lines::Lines;
use crate::service::{LONG, PROMISED, eventually};

pub(super) fn told_to_stop_it_writes_all_it_has_and_what_is_open_too(case: &Case) {
    for signal in ["TERM", "INT"] {
        let demo = case.setup().env("RUST_LOG", "tachograph_experiments=debug").start();
        let done: Vec<_> = (0..50).map(|_| demo.get("/experiments/1")).collect();
        let mut idle = demo.connect();
        idle.ask(&Request::get("/experiments/1")).unwrap();

        // Its handler is running, for it has said so.
        let mut sleeping = demo.connect();
        sleeping.send(Request::get("/slow?ms=600000").header("x-request-id", "sleeping").to_bytes());
        demo.until_written(&[r#""message":"sleeping""#, r#""request_id":"sleeping""#]);
        // Their handlers are running, for the body was asked for. It comes in part, or not at all.
        let [_uploading, _announcing] =
            [("upload", " ".repeat(1_000)), ("announced", String::new())].map(|(id, part)| {
                let mut connection = demo.connect();
                let upload = Request::new("POST", "/events").header("content-type", "application/json");
                let upload = upload.header("content-length", "5000").header("expect", "100-continue");
                connection.send(upload.header("x-request-id", id).to_bytes());
                assert_eq!(connection.head().unwrap().status, 100);
                connection.send(part);
                connection
            });
        // Its body is being sent, for it has begun, and nobody takes the rest.
        let mut exporting = demo.connect();
        exporting.send(Request::get("/export?rows=100000000").header("x-request-id", "export").to_bytes());
        assert_eq!(exporting.head().unwrap().status, 200);
        exporting.chunk().unwrap();

        demo.signal(signal);
        let lines = Lines::read(case, &demo.ended_within(PROMISED).0);
        let seen = if case.is_known(SEES_A_BODY_FIRST) { 4 } else { 5 };
        assert_eq!(lines.requests().len(), done.len() + seen);
        for response in &done {
            lines
                .answered(response, json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1 }));
        }
        let open = |path: &str| json!({ "route": path, "path": path, "outcome": "open_at_shutdown" });
        lines.unanswered("sleeping", open("/slow"));
        for id in ["upload", "announced"].iter().take(seen - 3) {
            lines.unanswered(id, and(&open("/events"), json!({ "method": "POST", "request_bytes": 5_000 })));
        }
        lines.unanswered("export", and(&open("/export"), json!({ "status_code": 200, "response_bytes": SOME })));
    }
}

pub(super) fn told_to_stop_it_lets_what_ends_soon_end(case: &Case) {
    let demo = case.start();
    let mut uploading = demo.connect();
    let body = r#"{"experiment_id":1,"user_id":"ada","name":"click"}"#;
    let upload =
        Request::new("POST", "/events").header("content-type", "application/json").header("expect", "100-continue");
    uploading.send(upload.header("content-length", body.len().to_string()).to_bytes());
    assert_eq!(uploading.head().unwrap().status, 100);
    demo.signal("TERM");
    uploading.send(body);
    let response = uploading.head().unwrap_or_else(|| panic!("no answer: {}", demo.said()));
    assert_eq!(response.status, 201);
    let lines = Lines::read(case, &demo.ended_within(PROMISED).0);
    lines.unanswered(
        response.id(),
        json!({
            "method": "POST", "route": "/events", "path": "/events", "status_code": 201, "request_bytes": body.len(),
            "response_bytes": 19, "user_id": "ada", "action": "event.track", "experiment_id": 1, "db_queries": 1,
        }),
    );
}

pub(super) fn a_closed_stdout_is_said_and_hurts_nobody(case: &Case) {
    let demo = case.setup().start_closed();
    assert_eq!(demo.get("/experiments").status, 200);
    eventually(LONG, "the failure is said on stderr", || demo.said().contains("tachograph.json: "));
    for _ in 0..100 {
        assert_eq!(demo.get("/experiments/1").status, 200);
    }
    demo.signal("TERM");
    demo.ended_within(PROMISED);
}

pub(super) fn a_stdout_that_nobody_reads_holds_nobody_up(case: &Case) {
    let demo = case.setup().start_unread();
    // Ten times what a pipe takes.
    let mut connection = demo.connect();
    for _ in 0..1_500 {
        assert_eq!(connection.ask(&Request::get("/slow?ms=0")).unwrap().status, 200);
    }
    demo.signal("TERM");
    let (_, said) = demo.ended_within(PROMISED);
    assert!(said.contains("not everything was sent"), "{said}");
}
