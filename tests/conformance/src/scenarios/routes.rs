//! Each route of the demonstration: what it answers, and the record it leaves.

use serde_json::json;

use crate::case::Case;
use crate::client::Request;
use crate::expected::{SOME, and};
use crate::lines::{Line, Lines};

pub(super) fn one_experiment_is_one_query(case: &Case) {
    let demo = case.start();
    let response = demo.get("/experiments/1?token=secret");
    let experiment = json!({ "id": 1, "key": "experiment-1", "name": "Experiment 1", "status": "running" });
    assert_eq!((response.status, response.json()), (200, experiment));
    let text = demo.stop_with_text();
    assert!(!text.contains("secret"), "query strings stay inside");

    let lines = Lines::read(case, &text);
    lines.answered(
        &response,
        json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1, "db_ms": SOME }),
    );
    assert!(lines.only_request().text("message").starts_with("GET /experiments/{id} 200 "));
    assert!(lines.calls(response.id()).is_empty(), "nothing about it is conspicuous");
}

pub(super) fn the_list_is_one_query_and_one_for_each_experiment(case: &Case) {
    let demo = case.start();
    let response = demo.get("/experiments");
    assert_eq!((response.status, response.json().as_array().map(Vec::len)), (200, Some(12)));
    let lines = demo.stop();
    lines.answered(
        &response,
        json!({
            "route": "/experiments", "path": "/experiments", "db_queries": 13, "db_rows": 24, "db_repeats": 12,
            "db_ms": SOME,
        }),
    );

    let calls = lines.calls(response.id());
    let [list, each] = calls.as_slice() else { panic!("two places ask the database: {calls:?}") };
    list.has(json!({
        "kind": "database", "target": "experiments", "summary": "SELECT experiments", "count": 1, "errors": 0,
        "statement": "SELECT id, name, key, status FROM experiments ORDER BY id",
    }));
    each.has(json!({
        "kind": "database", "target": "experiments", "summary": "SELECT assignments", "count": 12, "errors": 0,
        "statement": "SELECT COUNT(*) FROM assignments WHERE experiment_id = $1", "logger": "tachograph.call",
    }));
    for call in [list, each] {
        assert!(call.text("callsite").starts_with("examples/experiments/src/store.rs:"), "{call:?}");
    }
    let findings = lines.findings(response.id());
    let [found] = findings.as_slice() else { panic!("the loop is found: {findings:?}") };
    found.has(json!({
        "finding": "n_plus_one", "target": "experiments", "summary": "SELECT assignments", "count": 12, "limit": 5,
        "statement": each.get("statement"), "callsite": each.get("callsite"), "total_ms": each.get("total_ms"),
        "slowest_ms": each.get("slowest_ms"), "level": "info", "logger": "tachograph.finding", "span": null,
    }));
    let place = each.text("callsite").trim_start_matches("examples/experiments/src/");
    let verdict = lines.only_request().text("verdict");
    assert!(verdict.contains(&format!("12 x SELECT assignments at {place} (N+1)")), "{verdict}");
    // Three sums, each rounded by itself.
    let total = list.micros("total_ms") + each.micros("total_ms");
    assert!(total.abs_diff(lines.only_request().micros("db_total_ms")) <= 1, "{calls:?} {lines:?}");
}

pub(super) fn the_joined_list_is_one_query(case: &Case) {
    let demo = case.start();
    let response = demo.get("/experiments?joined=true");
    assert_eq!(response.json(), demo.get("/experiments").json(), "the same, asked otherwise");
    let lines = demo.stop();
    lines.answered(
        &response,
        json!({ "route": "/experiments", "path": "/experiments", "db_queries": 1, "db_rows": 12 }),
    );
    assert!(lines.calls(response.id()).is_empty() && lines.findings(response.id()).is_empty());
}

pub(super) fn a_created_experiment_says_who_did_what_to_which(case: &Case) {
    let demo = case.start();
    let create = || Request::post("/experiments", r#"{"name":"New","key":"new"}"#).header("x-user-id", "ada");
    let response = demo.ask(create());
    assert_eq!(response.json(), json!({ "id": 13, "name": "New", "key": "new" }));
    let again = demo.ask(create());
    let nameless = demo.ask(Request::post("/experiments", r#"{"name":"","key":"x"}"#));

    let lines = demo.stop();
    let place =
        json!({ "method": "POST", "route": "/experiments", "path": "/experiments", "action": "experiment.create" });
    let created = |more| and(&place, more);
    lines.answered(
        &response,
        created(json!({
            "status_code": 201, "user_id": "ada", "experiment_id": 13, "request_bytes": 26, "db_queries": 1,
        })),
    );
    lines.answered(
        &again,
        created(json!({
            "status_code": 409, "user_id": "ada", "request_bytes": 26, "db_queries": 1, "db_rows": 0, "db_errors": 1,
        })),
    );
    lines.answered(&nameless, created(json!({ "status_code": 400, "request_bytes": 21 })));
    let calls = lines.calls(again.id());
    let [failed] = calls.as_slice() else { panic!("a refused request shows its calls: {calls:?}") };
    failed.has(json!({ "level": "warning", "errors": 1, "count": 1, "user_id": "ada" }));
    assert!(!failed.text("statement").contains("draft"), "literals stay inside");
}

pub(super) fn an_assignment_is_a_query_and_an_insert(case: &Case) {
    let demo = case.start();
    let response = demo.ask(Request::post("/experiments/1/assignments", r#"{"user_id":"ada"}"#));
    assert_eq!(response.json()["experiment_id"], 1);
    let nowhere = demo.ask(Request::post("/experiments/99/assignments", r#"{"user_id":"ada"}"#));
    let lines = demo.stop();
    let place = json!({
        "method": "POST", "route": "/experiments/{id}/assignments", "user_id": "ada", "action": "experiment.assign",
        "request_bytes": 17,
    });
    lines.answered(
        &response,
        and(&place, json!({
            "path": "/experiments/1/assignments", "status_code": 201, "experiment_id": 1, "db_queries": 2, "db_rows": 2,
        })),
    );
    lines.answered(
        &nowhere,
        and(&place, json!({
            "path": "/experiments/99/assignments", "status_code": 404, "experiment_id": 99, "db_queries": 1, "db_rows": 0,
        })),
    );
}

pub(super) fn an_event_is_an_insert(case: &Case) {
    let demo = case.start();
    let response = demo.ask(Request::post("/events", r#"{"experiment_id":1,"user_id":"ada","name":"click"}"#));
    assert_eq!(response.json(), json!({ "tracked": "click" }));
    demo.stop().answered(
        &response,
        json!({
            "method": "POST", "route": "/events", "path": "/events", "status_code": 201, "request_bytes": 50,
            "user_id": "ada", "action": "event.track", "experiment_id": 1, "db_queries": 1,
        }),
    );
}

pub(super) fn a_report_is_two_queries_and_a_call_all_at_once(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__CALLS", "all").start();
    let response = demo.get("/experiments/1/report");
    let report = json!({ "id": 1, "assignments": 0, "events": 0, "benchmark": { "conversion": 0.031 } });
    assert_eq!(response.json(), report);
    let lines = demo.stop();
    lines.answered(
        &response,
        json!({
            "route": "/experiments/{id}/report", "path": "/experiments/1/report", "db_queries": 2, "db_rows": 2,
            "external_calls": 1,
        }),
    );
    let line = lines.only_request();
    // The partner takes 15 ms, and never less.
    assert!(line.micros("external_total_ms") >= 15_000, "{line:?}");
    assert!(line.micros("external_ms") <= line.micros("external_total_ms"), "{line:?}");

    // One of the queries runs on a task of its own, and is the request's all the same.
    let calls = lines.calls(response.id());
    let from = |kind: &str, file: &str| {
        let here = |call: &&&Line| call.get("kind") == kind && call.text("callsite").starts_with(file);
        calls.iter().filter(here).count()
    };
    assert_eq!(from("database", "examples/experiments/src/store.rs:"), 2, "{calls:?}");
    assert_eq!(from("external", "examples/experiments/src/app.rs:"), 1, "{calls:?}");
    assert_eq!(calls.len(), 3);
}

pub(super) fn a_flag_is_a_miss_with_a_query_and_then_a_hit_without(case: &Case) {
    let demo = case.start();
    let responses = [(); 3].map(|()| demo.get("/flags/dark-mode"));
    let unknown = demo.get("/flags/nobody-knows");
    assert_eq!(responses[0].json(), json!({ "key": "dark-mode", "enabled": true }));
    let lines = demo.stop();
    let expected = [(0, 1, 1), (1, 0, 0), (1, 0, 0)];
    for (response, (hits, misses, queries)) in responses.iter().zip(expected) {
        assert_eq!(response.json(), responses[0].json());
        lines.answered(
            response,
            json!({
                "route": "/flags/{key}", "path": "/flags/dark-mode", "cache_hits": hits, "cache_misses": misses,
                "db_queries": queries,
            }),
        );
    }
    lines.answered(
        &unknown,
        json!({
            "route": "/flags/{key}", "path": "/flags/nobody-knows", "status_code": 404, "cache_misses": 1,
            "db_queries": 1, "db_rows": 0,
        }),
    );
}

pub(super) fn an_export_is_counted_to_the_last_byte(case: &Case) {
    let demo = case.start();
    let exports = [("/export", 10_000), ("/export?rows=250", 250), ("/export?rows=1", 1), ("/export?rows=0", 0)];
    let exports = exports.map(|(path, rows)| (demo.get(path), rows));
    let lines = demo.stop();
    for (response, rows) in exports {
        assert_eq!(response.header("content-type"), Some("text/csv"));
        assert_eq!(response.body.iter().filter(|byte| **byte == b'\n').count(), rows);
        lines.answered(&response, json!({ "route": "/export", "path": "/export" }));
    }
}

pub(super) fn a_slow_request_is_waiting(case: &Case) {
    let demo = case.start();
    let response = demo.get("/slow?ms=30");
    assert_eq!(response.json(), json!({ "slept_ms": 30 }));
    let lines = demo.stop();
    lines.answered(
        &response,
        json!({
            "route": "/slow", "path": "/slow", "db_ms": 0, "db_wait_ms": 0, "external_ms": 0, "cache_ms": 0,
            "waiting_ms": SOME,
        }),
    );
    assert!(lines.only_request().micros("duration_ms") >= 30_000);
}

pub(super) fn work_is_what_was_asked_for(case: &Case) {
    let demo = case.start();
    demo.get("/flags/dark-mode");
    let response = demo.get("/work?queries=3&rows=5&hits=2&misses=4&calls=2");
    let nothing = demo.get("/work");
    let invalid = demo.get("/work?queries=many");
    let lines = demo.stop();
    let place = json!({ "route": "/work", "path": "/work" });
    lines.answered(
        &response,
        and(&place, json!({
            "db_queries": 3, "db_rows": 15, "db_repeats": 3, "cache_hits": 2, "cache_misses": 4, "external_calls": 2,
        })),
    );
    lines.answered(&nothing, place.clone());
    lines.answered(&invalid, and(&place, json!({ "status_code": 400 })));
}
