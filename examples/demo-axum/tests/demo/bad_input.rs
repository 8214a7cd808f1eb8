//! Requests that mean no good: each has its one line, and the service goes on.

use serde_json::json;

use crate::client::Request;
use crate::service::setup;

#[test]
fn headers_of_any_content_give_way_to_safe_values() {
    let demo = setup().start();
    let mut answers = Vec::new();
    for name in ["x-request-id", "traceparent", "tracestate", "X-Amzn-Trace-Id"] {
        let long = vec![b'a'; 100_000];
        let shut = b"00-00000000000000000000000000000000-00f067aa0ba902b7-01; Root=;;=\"\\".to_vec();
        for value in [long, shut, b"\xff\xfe".to_vec(), b"a\tb".to_vec(), Vec::new()] {
            answers.push(demo.ask(Request::get("/experiments/1").header(name, value)));
        }
    }
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), answers.len());
    for response in answers {
        assert_eq!((response.status, response.id().len()), (200, 36));
        let line = lines.request(response.id());
        line.has(json!({ "outcome": "completed", "db_queries": 1 }));
        assert_ne!(line.text("trace_id"), "0".repeat(32));
    }
}

#[test]
fn paths_and_methods_of_any_content_are_written_as_they_came() {
    let demo = setup().start();
    let asked = [
        ("GET", "/flags/%00%0d%0a%1b[31m%22", 404, Some("/flags/{key}")),
        ("GET", "/flags/%ff%fe", 400, Some("/flags/{key}")),
        ("GET", "/%0a{\"event\":\"request\"}", 404, None),
        ("GET", "/experiments/-1", 404, Some("/experiments/{id}")),
        ("GET", "/experiments/99999999999999999999", 400, Some("/experiments/{id}")),
        ("GET", "/slow", 400, Some("/slow")),
        ("BREW", "/experiments/1", 405, Some("/experiments/{id}")),
        ("get", "/experiments/1", 405, Some("/experiments/{id}")),
    ];
    let answers = asked.map(|(method, path, ..)| demo.ask(Request::new(method, path)));
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), asked.len());
    for (response, (method, path, status, route)) in answers.iter().zip(asked) {
        assert_eq!(response.status, status, "{method} {path}");
        lines.request(response.id()).has(json!({
            "method": method, "path": path, "route": route, "status_code": status, "outcome": "completed", "level": "warning",
        }));
    }
}

#[test]
fn bytes_that_are_no_path_leave_nothing_open() {
    let demo = setup().start();
    for path in [b"/flags/\xff\xfe".as_slice(), b"/flags/\xc3\xa9", b"/flags/\x00", b"/flags/\x1b[31m", b"/flags/a b"] {
        // Whether that is a request at all is for the server to say.
        let answer = demo.connect().ask(&Request::get(path));
        assert!(answer.is_none_or(|response| (400..500).contains(&response.status)), "{path:?}");
    }
    let served = demo.get("/experiments/1");
    let lines = demo.stop();
    lines.request(served.id()).has(json!({ "status_code": 200 }));
    for line in lines.requests() {
        line.has(json!({ "outcome": "completed" }));
        assert!(!line.text("path").contains(char::is_control), "{line:?}");
    }
}

#[test]
fn bodies_that_are_not_what_they_claim_are_refused() {
    let demo = setup().start();
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(1_000_000));
    let bodies = ["", "{", "[]", "\0\u{1b}", r#"{"name":1,"key":2}"#, &long];
    let answers = bodies.map(|body| demo.ask(Request::post("/experiments", body)));
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), bodies.len());
    for (response, body) in answers.iter().zip(bodies) {
        assert!((400..500).contains(&response.status), "{response:?}");
        lines.request(response.id()).has(json!({
            "route": "/experiments", "status_code": response.status, "request_bytes": body.len(), "db_queries": 0,
            "outcome": "completed", "level": "warning",
        }));
    }
}

#[test]
fn text_of_any_content_stays_on_one_line() {
    let demo = setup().start();
    let name = "a\nb\u{85}c\u{2028}d\u{0}e\"f\\g";
    let response = demo.ask(Request::post("/events", json!({ "experiment_id": 1, "user_id": name, "name": name })));
    assert_eq!(response.status, 201);
    let text = demo.stop_with_text();
    assert!(!text.contains(['\u{85}', '\u{2028}', '\0']));
    crate::lines::Lines::read(&text).request(response.id()).has(json!({ "user_id": name }));
}
