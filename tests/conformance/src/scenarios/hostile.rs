//! Requests that mean no good: each has its one record, and the service goes on.

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::Request;
use crate::lines::Lines;

pub(super) fn headers_of_any_content_give_way_to_safe_values(case: &Case) {
    let demo = case.start();
    let mut answers = Vec::new();
    for name in ["x-request-id", "traceparent", "tracestate", "X-Amzn-Trace-Id"] {
        let long = vec![b'a'; 10_000];
        let shut = b"00-00000000000000000000000000000000-00f067aa0ba902b7-01; Root=;;=\"\\".to_vec();
        for value in [long, shut, b"\xff\xfe".to_vec(), b"a\tb".to_vec(), Vec::new()] {
            answers.push(demo.ask(Request::get("/experiments/1").header(name, value)));
        }
    }
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), answers.len());
    for response in answers {
        assert_eq!(response.id().len(), 36);
        lines.answered(&response, json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1 }));
        assert_ne!(lines.request(response.id()).text("trace_id"), "0".repeat(32));
    }
}

pub(super) fn paths_and_methods_of_any_content_are_written_as_they_came(case: &Case) {
    let demo = case.start();
    let asked = [
        ("/flags/%01%0d%0a%1b[31m%22", Some("/flags/{key}"), 1),
        ("/%0a{\"event\":\"request\"}", None, 0),
        ("/experiments/-1", Some("/experiments/{id}"), 1),
    ];
    let answers = asked.map(|(path, ..)| demo.get(path));
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), asked.len());
    for (response, (path, route, queries)) in answers.iter().zip(asked) {
        let rows = if queries > 0 { json!(0) } else { Value::Null };
        let lookups = u32::from(path.starts_with("/flags/"));
        lines.answered(
            response,
            json!({
                "path": path, "route": route, "status_code": 404, "db_queries": queries, "db_rows": rows,
                "cache_misses": lookups,
            }),
        );
    }
}

pub(super) fn values_that_are_none_are_refused(case: &Case) {
    let demo = case.start();
    let asked = [
        ("/experiments/99999999999999999999", "/experiments/{id}"),
        ("/experiments/first", "/experiments/{id}"),
        ("/slow", "/slow"),
        ("/slow?ms=-1", "/slow"),
        ("/slow?ms=%ff", "/slow"),
        ("/experiments?joined=perhaps", "/experiments"),
    ];
    let answers = asked.map(|(path, _)| demo.get(path));
    let lines = demo.stop();
    for (response, (path, route)) in answers.iter().zip(asked) {
        let path = path.split('?').next();
        lines.answered(response, json!({ "path": path, "route": route, "status_code": 400 }));
    }
}

pub(super) fn bytes_that_are_no_path_leave_nothing_open(case: &Case) {
    let demo = case.start();
    for path in [
        b"/flags/%ff%fe".as_slice(),
        b"/flags/\xff\xfe",
        b"/flags/\xc3\xa9",
        b"/flags/\x00",
        b"/flags/\x1b[31m",
        b"/flags/a b",
    ] {
        // Whether that is a request at all is for the server to say.
        let answer = demo.connect().ask(&Request::get(path));
        assert!(answer.is_none_or(|response| (400..500).contains(&response.status)), "{path:?}");
    }
    let served = demo.get("/experiments/1");
    let lines = demo.stop();
    lines.answered(&served, json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1 }));
    for line in lines.requests() {
        line.has(json!({ "outcome": "completed" }));
        assert!(!line.text("path").contains(char::is_control), "{line:?}");
    }
}

pub(super) fn a_long_path_is_cut(case: &Case) {
    let demo = case.start();
    let long = |start: &str| format!("{start}{}", "a".repeat(8_000));
    let answers = [demo.get(&long("/flags/")), demo.get(&long("/"))];
    let lines = demo.stop();
    let kept = |start: &str| long(start)[..2_048].to_owned();
    lines.answered(
        &answers[0],
        json!({
            "route": "/flags/{key}", "path": kept("/flags/"), "status_code": 404, "db_queries": 1, "db_rows": 0,
            "cache_misses": 1,
        }),
    );
    lines.answered(&answers[1], json!({ "path": kept("/"), "status_code": 404 }));
}

pub(super) fn text_of_any_content_stays_on_one_line(case: &Case) {
    let demo = case.start();
    let name = "a\nb\u{85}c\u{2028}d\u{1}e\"f\\g";
    let body = json!({ "experiment_id": 1, "user_id": name, "name": "click" }).to_string();
    let response = demo.ask(Request::post("/events", &body));
    let text = demo.stop_with_text();
    assert!(!text.contains(['\u{85}', '\u{2028}', '\u{1}']));
    Lines::read(case, &text).answered(
        &response,
        json!({
            "method": "POST", "route": "/events", "path": "/events", "status_code": 201, "request_bytes": body.len(),
            "user_id": name, "action": "event.track", "experiment_id": 1, "db_queries": 1,
        }),
    );
}
