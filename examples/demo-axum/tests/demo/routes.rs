//! Each route of the demonstration: what it answers, and the line it leaves.

use serde_json::json;

use crate::client::Request;
use crate::service::setup;

#[test]
fn one_experiment_is_one_query() {
    let demo = setup().start();
    let response = demo.get("/experiments/1?token=secret");
    let experiment = json!({ "id": 1, "key": "experiment-1", "name": "Experiment 1", "status": "running" });
    assert_eq!((response.status, response.json()), (200, experiment));
    let text = demo.stop_with_text();
    assert!(!text.contains("secret"), "query strings stay inside");

    let lines = crate::lines::Lines::read(&text);
    let line = lines.only_request();
    line.has(json!({
        "level": "info", "logger": "tachograph.request", "version": env!("CARGO_PKG_VERSION"),
        "request_id": response.id(), "user_id": null, "action": null,
        "method": "GET", "route": "/experiments/{id}", "path": "/experiments/1",
        "status_code": 200, "outcome": "completed", "error_type": null,
        "request_bytes": 0, "response_bytes": response.body.len(), "streaming": false,
        "db_queries": 1, "db_rows": 1, "db_errors": 0, "db_repeats": 1,
        "external_calls": 0, "external_ms": 0, "external_total_ms": null, "cache_hits": 0, "cache_misses": 0, "cache_ms": 0,
    }));
    assert!(line.micros("db_ms") > 0 && line.micros("first_byte_ms") <= line.micros("duration_ms"));
    assert!(line.text("message").starts_with("GET /experiments/{id} 200 "));
    assert!(lines.calls(response.id()).is_empty(), "nothing about it is conspicuous");
}

#[test]
fn the_list_is_one_query_and_one_for_each_experiment() {
    let demo = setup().start();
    let response = demo.get("/experiments");
    assert_eq!((response.status, response.json().as_array().map(Vec::len)), (200, Some(12)));
    let lines = demo.stop();
    lines.only_request().has(json!({
        "route": "/experiments", "status_code": 200, "response_bytes": response.body.len(),
        "db_queries": 13, "db_rows": 24, "db_repeats": 12, "db_errors": 0,
    }));

    let calls = lines.calls(response.id());
    let [list, each] = calls.as_slice() else { panic!("two places ask the database: {calls:?}") };
    list.has(json!({
        "kind": "database", "target": "experiments", "summary": "SELECT experiments", "count": 1, "errors": 0,
        "statement": "SELECT id, name, key, status FROM experiments ORDER BY id",
    }));
    each.has(json!({
        "kind": "database", "target": "experiments", "summary": "SELECT assignments", "count": 12, "errors": 0,
        "statement": "SELECT COUNT(*) FROM assignments WHERE experiment_id = $1", "logger": "tachograph.call",
        "method": "GET", "route": "/experiments", "request_id": response.id(),
    }));
    let line = lines.only_request();
    for call in [list, each] {
        assert!(call.text("callsite").starts_with("examples/experiments/src/store.rs:"), "{call:?}");
        assert_eq!((call.text("trace_id"), call.text("span_id")), (line.text("trace_id"), line.text("span_id")));
    }
    // Three sums, each rounded by itself.
    let total = list.micros("total_ms") + each.micros("total_ms");
    assert!(total.abs_diff(line.micros("db_total_ms")) <= 1, "{calls:?} {line:?}");
}

#[test]
fn the_joined_list_is_one_query() {
    let demo = setup().start();
    let response = demo.get("/experiments?joined=true");
    assert_eq!(response.json(), demo.get("/experiments").json(), "the same, asked otherwise");
    let lines = demo.stop();
    lines
        .request(response.id())
        .has(json!({ "route": "/experiments", "path": "/experiments", "db_queries": 1, "db_rows": 12 }));
    assert!(lines.calls(response.id()).is_empty());
}

#[test]
fn a_created_experiment_says_who_did_what_to_which() {
    let demo = setup().start();
    let create = || Request::post("/experiments", r#"{"name":"New","key":"new"}"#).header("x-user-id", "ada");
    let response = demo.ask(create());
    assert_eq!((response.status, response.json()), (201, json!({ "id": 13, "name": "New", "key": "new" })));
    let again = demo.ask(create());
    assert_eq!(again.status, 409);
    let nameless = demo.ask(Request::post("/experiments", r#"{"name":"","key":"x"}"#));
    assert_eq!(nameless.status, 400);

    let lines = demo.stop();
    lines.request(response.id()).has(json!({
        "method": "POST", "route": "/experiments", "status_code": 201, "level": "info",
        "user_id": "ada", "action": "experiment.create", "experiment_id": 13,
        "request_bytes": 26, "response_bytes": response.body.len(), "db_queries": 1, "db_rows": 1,
    }));
    lines.request(again.id()).has(json!({
        "status_code": 409, "level": "warning", "user_id": "ada", "experiment_id": null, "db_queries": 1, "db_errors": 1,
    }));
    lines.request(nameless.id()).has(json!({
        "status_code": 400, "user_id": null, "action": "experiment.create", "db_queries": 0, "db_ms": 0, "db_rows": null,
    }));
    let calls = lines.calls(again.id());
    let [failed] = calls.as_slice() else { panic!("a refused request shows its calls: {calls:?}") };
    failed.has(json!({ "level": "warning", "errors": 1, "count": 1, "user_id": "ada" }));
    assert!(!failed.text("statement").contains("draft"), "literals stay inside");
}

#[test]
fn an_assignment_is_a_query_and_an_insert() {
    let demo = setup().start();
    let response = demo.ask(Request::post("/experiments/1/assignments", r#"{"user_id":"ada"}"#));
    assert_eq!((response.status, response.json()["experiment_id"].as_i64()), (201, Some(1)));
    let nowhere = demo.ask(Request::post("/experiments/99/assignments", r#"{"user_id":"ada"}"#));
    assert_eq!(nowhere.status, 404);
    let lines = demo.stop();
    lines.request(response.id()).has(json!({
        "route": "/experiments/{id}/assignments", "path": "/experiments/1/assignments", "status_code": 201,
        "user_id": "ada", "action": "experiment.assign", "experiment_id": 1, "db_queries": 2, "db_repeats": 1,
    }));
    lines.request(nowhere.id()).has(json!({ "status_code": 404, "experiment_id": 99, "db_queries": 1, "db_rows": 0 }));
}

#[test]
fn an_event_is_an_insert() {
    let demo = setup().start();
    let response = demo.ask(Request::post("/events", r#"{"experiment_id":1,"user_id":"ada","name":"click"}"#));
    assert_eq!((response.status, response.json()), (201, json!({ "tracked": "click" })));
    demo.stop().only_request().has(json!({
        "method": "POST", "route": "/events", "user_id": "ada", "action": "event.track", "experiment_id": 1, "db_queries": 1,
    }));
}

#[test]
fn a_report_is_two_queries_and_a_call() {
    let demo = setup().env("TACHOGRAPH_EXPORTERS__JSON__CALLS", "all").start();
    let response = demo.get("/experiments/1/report");
    let report = json!({ "id": 1, "assignments": 0, "events": 0, "benchmark": { "conversion": 0.031 } });
    assert_eq!((response.status, response.json()), (200, report));
    let lines = demo.stop();
    let line = lines.only_request();
    line.has(json!({
        "route": "/experiments/{id}/report", "path": "/experiments/1/report", "db_queries": 2, "db_rows": 2,
        "external_calls": 1, "external_errors": 0,
    }));
    // The partner takes 15 ms, and never less.
    assert!(line.micros("external_total_ms") >= 15_000 && line.micros("external_ms") > 0, "{line:?}");
    assert!(line.micros("external_ms") <= line.micros("external_total_ms"), "{line:?}");

    let calls = lines.calls(response.id());
    let from = |kind: &str, file: &str| {
        let here = |call: &&&crate::lines::Line| call.get("kind") == kind && call.text("callsite").starts_with(file);
        calls.iter().filter(here).count()
    };
    assert_eq!(from("database", "examples/experiments/src/store.rs:"), 2, "{calls:?}");
    assert_eq!(from("external", "examples/experiments/src/app.rs:"), 1, "{calls:?}");
    assert_eq!(calls.len(), 3);
}

#[test]
fn a_flag_is_a_miss_with_a_query_and_then_a_hit_without() {
    let demo = setup().start();
    let responses = [(); 3].map(|()| demo.get("/flags/dark-mode"));
    let unknown = demo.get("/flags/nobody-knows");
    assert_eq!((responses[0].json(), unknown.status), (json!({ "key": "dark-mode", "enabled": true }), 404));
    let lines = demo.stop();
    let expected = [(0, 1, 1), (1, 0, 0), (1, 0, 0)];
    for (response, (hits, misses, queries)) in responses.iter().zip(expected) {
        assert_eq!(response.json(), responses[0].json());
        lines.request(response.id()).has(json!({
            "route": "/flags/{key}", "path": "/flags/dark-mode", "status_code": 200,
            "cache_hits": hits, "cache_misses": misses, "db_queries": queries,
        }));
    }
    lines.request(unknown.id()).has(json!({ "status_code": 404, "cache_misses": 1, "db_queries": 1, "db_rows": 0 }));
}

#[test]
fn an_export_is_counted_to_the_last_byte() {
    let demo = setup().start();
    let exports = [("/export", 10_000), ("/export?rows=250", 250), ("/export?rows=1", 1), ("/export?rows=0", 0)];
    let exports = exports.map(|(path, rows)| (demo.get(path), rows));
    let lines = demo.stop();
    for (response, rows) in exports {
        assert_eq!((response.status, response.header("content-type")), (200, Some("text/csv")));
        assert_eq!(response.body.iter().filter(|byte| **byte == b'\n').count(), rows);
        let line = lines.request(response.id());
        line.has(json!({
            "route": "/export", "path": "/export", "status_code": 200, "outcome": "completed", "db_queries": 0,
            "response_bytes": response.body.len(), "streaming": false,
        }));
        assert!(line.micros("first_byte_ms") <= line.micros("duration_ms"));
    }
}

#[test]
fn a_slow_request_is_waiting() {
    let demo = setup().start();
    let response = demo.get("/slow?ms=30");
    assert_eq!((response.status, response.json()), (200, json!({ "slept_ms": 30 })));
    let lines = demo.stop();
    let line = lines.only_request();
    line.has(
        json!({ "route": "/slow", "db_queries": 0, "db_ms": 0, "db_wait_ms": 0, "external_ms": 0, "cache_ms": 0 }),
    );
    assert!(line.micros("duration_ms") >= 30_000 && line.micros("waiting_ms") > 0, "{line:?}");
}

#[test]
fn a_failure_has_its_status_and_level() {
    let demo = setup().start();
    let statuses = [(200, "info"), (304, "info"), (404, "warning"), (499, "warning"), (500, "error"), (503, "error")];
    let answers = statuses.map(|(status, level)| (demo.get(&format!("/fail?status={status}")), status, level));
    let impossible = demo.get("/fail?status=42");
    let lines = demo.stop();
    for (response, status, level) in answers {
        assert_eq!(response.status, status);
        lines.request(response.id()).has(json!({
            "route": "/fail", "status_code": status, "level": level, "outcome": "completed",
            "response_bytes": response.body.len(),
            "error_type": if status >= 500 { json!(status.to_string()) } else { json!(null) },
        }));
    }
    lines.request(impossible.id()).has(json!({ "status_code": 400, "level": "warning" }));
}

#[test]
fn a_panic_is_recorded_and_hurts_nobody_else() {
    let demo = setup().start();
    let mut bystander = demo.connect();
    assert_eq!(bystander.ask(&Request::get("/experiments/1")).unwrap().status, 200);
    let panicking = Request::get("/panic").header("x-request-id", "panicking");
    assert!(demo.connect().ask(&panicking).is_none(), "the connection ends without an answer");
    assert_eq!(bystander.ask(&Request::get("/experiments/1")).unwrap().status, 200);
    let lines = demo.stop();
    lines.request("panicking").has(json!({
        "route": "/panic", "level": "critical", "outcome": "panicked", "error_type": "panicked", "status_code": null,
        "first_byte_ms": null, "response_bytes": 0,
    }));
    assert_eq!(lines.requests().len(), 3);
}

#[test]
fn what_has_no_route_or_no_such_method_has_a_line_all_the_same() {
    let demo = setup().start();
    let nothing = demo.get("/nothing/here");
    let deleted = demo.ask(Request::new("DELETE", "/experiments/1"));
    assert_eq!((nothing.status, deleted.status), (404, 405));
    let lines = demo.stop();
    lines.request(nothing.id()).has(json!({
        "route": null, "path": "/nothing/here", "status_code": 404, "outcome": "completed", "level": "warning",
    }));
    lines.request(deleted.id()).has(json!({
        "route": "/experiments/{id}", "path": "/experiments/1", "method": "DELETE", "status_code": 405, "db_queries": 0,
    }));
}

#[test]
fn a_head_has_the_work_but_not_the_bytes() {
    let demo = setup().start();
    let one = demo.ask(Request::new("HEAD", "/experiments/1"));
    let export = demo.ask(Request::new("HEAD", "/export?rows=100000000"));
    assert_eq!((one.status, one.header("content-length"), export.status), (200, Some("70"), 200));
    let lines = demo.stop();
    for (response, queries) in [(one, 1), (export, 0)] {
        lines.request(response.id()).has(json!({
            "method": "HEAD", "status_code": 200, "response_bytes": 0, "db_queries": queries, "outcome": "completed",
        }));
    }
}

#[test]
fn what_is_ignored_is_served_without_a_line_or_an_id() {
    let demo = setup().env("TACHOGRAPH_CAPTURE__IGNORE", r#"["OPTIONS *", "/slow"]"#).start();
    let ignored = [demo.ask(Request::new("OPTIONS", "/experiments")), demo.get("/slow?ms=0")];
    assert_eq!(ignored.each_ref().map(|response| response.status), [405, 200]);
    assert!(ignored.iter().all(|response| response.header("x-request-id").is_none()));
    assert!(demo.stop().requests().is_empty());
}
