//! Single requests.

use std::time::Duration;

use serde_json::{Value, json};
use tachograph_core::{Innermost, OpenRequest, Operation, RequestHead, Scope, Yield, micros, start_call};
use tachograph_page::Settings;

use crate::service::{Shop, Visit};

#[test]
fn a_request_is_told_of_with_all_its_parts() {
    let shop = Shop::new();
    let head = RequestHead {
        method: "POST",
        path: "/orders",
        route: Some("/orders"),
        request_id: Some(b"the-one"),
        ..RequestHead::default()
    };
    let mut request = OpenRequest::open(&shop.handle, head).unwrap();
    let recording = request.recording().clone();
    request.poll(|| {
        shop.clock.advance(Duration::from_millis(1));
        let span = recording.start_span("place", None);
        let before = Innermost::of(&recording, span).set();
        let mut query = start_call(Operation::database("sqlite", "main", "INSERT INTO orders VALUES (7)"), None);
        shop.clock.advance(Duration::from_millis(2));
        query.brought(Yield::Rows(1));
        query.completed();
        recording.end_span(span.unwrap());
        before.set();
        let mut call = start_call(Operation::external("partner:8080", "GET"), None);
        shop.clock.advance(Duration::from_millis(3));
        call.responded(503);
        call.failed("timeout");
        tachograph_core::request().user("7").action("order.create").field("order_id", 12).field("rush", true);
    });
    request.respond(500, Some(0), false);
    request.complete();
    let record = shop.records().remove(0);

    let told = shop.json("/request.json?id=the-one");
    let listed = &shop.json("/requests.json")["requests"][0];
    for member in ["request_id", "trace_id", "at", "version", "kind", "method", "route", "path", "status_code", "level"]
    {
        assert_eq!(told[member], listed[member], "{member}");
    }
    assert_eq!(
        told["at"].as_u64().unwrap(),
        record.ended().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64
    );
    let expected = json!({
        "request_id": "the-one", "kind": "request", "method": "POST", "route": "/orders", "path": "/orders",
        "status_code": 500, "outcome": "completed", "level": "error", "duration_ms": 6, "own_ms": 1, "db_ms": 2,
        "external_ms": 3, "cache_ms": 0, "db_wait_ms": 0, "body_ms": 0, "waiting_ms": 0, "db_queries": 1,
        "external_calls": 1, "kept": "failed", "detail": true, "user_id": "7", "action": "order.create",
        "fields": {"order_id": 12, "rush": true}, "error": null, "calls_left_out": 0, "version": "1.0.0",
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&told[member], value, "{member}");
    }
    assert_eq!(told["verdict"], record.verdict().unwrap());
    assert_eq!(listed["findings"], record.findings().len());
    assert_eq!(told["findings"].as_array().unwrap().len(), record.findings().len());

    let calls = told["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    let query = json!({
        "span_id": record.call_span_id(0).to_string(), "parent_id": told["spans"][0]["span_id"], "kind": "database",
        "target": "main", "summary": "INSERT orders", "statement": "INSERT INTO orders VALUES (?)", "callsite": null,
        "start_ms": 1, "duration_ms": 2, "outcome": "completed", "error_type": null, "path": null, "status_code": null,
        "rows": 1,
    });
    assert_eq!(calls[0], query);
    assert_eq!((&calls[1]["parent_id"], &calls[1]["statement"]), (&Value::Null, &Value::Null));
    assert_eq!((&calls[1]["status_code"], &calls[1]["error_type"]), (&503.into(), &"timeout".into()));
    assert_eq!((&calls[1]["start_ms"], &calls[1]["duration_ms"]), (&3.into(), &3.into()));
    assert_eq!(told["spans"].as_array().unwrap().len(), 1);
    assert_eq!((&told["spans"][0]["name"], &told["spans"][0]["duration_ms"]), (&"place".into(), &2.into()));

    let endpoint = shop.json("/endpoint.json?method=POST&route=/orders");
    assert_eq!(endpoint["hosts"][0]["target"], "partner:8080");
    assert_eq!((&endpoint["hosts"][0]["errors"], &endpoint["hosts"][0]["total_ms"]), (&1.into(), &3.into()));
}

#[test]
fn lists_are_by_time_or_by_duration_and_say_what_they_leave_out() {
    let shop = Shop::new();
    for own in [5, 1, 4, 2, 3] {
        shop.visit(Visit { own: own * 1000, ..Visit::default() });
    }
    let durations = |address: &str| -> Vec<u64> {
        let view = shop.json(address);
        view["requests"].as_array().unwrap().iter().map(|one| one["duration_ms"].as_u64().unwrap()).collect()
    };
    assert_eq!(durations("/requests.json"), [3, 2, 4, 1, 5]);
    assert_eq!(durations("/requests.json?sort=duration"), [5, 4, 3, 2, 1]);
    assert_eq!(durations("/requests.json?sort=duration&limit=2"), [5, 4]);
    assert_eq!(shop.json("/requests.json?limit=2")["more"], 3);
}

#[test]
fn tasks_are_endpoints_of_their_own_kind() {
    let shop = Shop::new();
    let mut task = OpenRequest::open_task(&shop.handle, "rollup", None);
    task.poll(|| shop.clock.advance(Duration::from_millis(7)));
    task.complete();
    let row = shop.json("/endpoints.json")["endpoints"][0].clone();
    assert_eq!((&row["kind"], &row["method"], &row["route"]), (&"task".into(), &"task".into(), &"rollup".into()));
    let told = &shop.json("/requests.json?method=task&route=rollup")["requests"][0];
    assert_eq!((&told["kind"], &told["duration_ms"], &told["status_code"]), (&"task".into(), &7.into(), &Value::Null));
}

#[test]
fn streams_are_counted_and_in_no_latency() {
    let shop = Shop::new();
    let head = RequestHead { method: "GET", path: "/events", route: Some("/events"), ..RequestHead::default() };
    let mut request = OpenRequest::open(&shop.handle, head).unwrap();
    request.respond(200, None, true);
    shop.clock.advance(Duration::from_secs(600));
    request.complete();
    let row = &shop.json("/endpoints.json")["endpoints"][0];
    assert_eq!((&row["requests"], &row["streams"], &row["total_ms"]), (&0.into(), &1.into(), &0.into()));
    assert!(row["p99_ms"].is_null());
}

#[test]
fn what_requests_are_called_stays_text() {
    let hostile = "</script><img src=x onerror=alert(1)>\"'\\ \u{0}\n\u{2028}\u{202e}";
    let shop = Shop::new();
    let head = RequestHead { method: "GET", path: hostile, route: Some(hostile), ..RequestHead::default() };
    let mut request = OpenRequest::open(&shop.handle, head).unwrap();
    let recording = request.recording().clone();
    request.poll(|| {
        let _scope = Scope::enter(Some(recording.clone()));
        start_call(Operation::external(hostile, hostile), None).completed();
        start_call(Operation::database("sqlite", hostile, hostile), None).completed();
        tachograph_core::request().user(hostile).action(hostile).field("text", hostile);
    });
    request.respond(200, Some(0), false);
    request.complete();
    let record = shop.records().remove(0);
    let id = record.identity().request_id().to_string();
    let told = shop.json(&format!("/request.json?id={id}"));
    assert_eq!(told["path"], record.path());
    assert_eq!(told["user_id"], hostile);
    assert_eq!(told["fields"]["text"], hostile);
    assert_eq!(told["calls"][0]["target"], hostile);
    let list = shop.json("/endpoints.json");
    assert_eq!(list["endpoints"][0]["route"], record.route().unwrap());
    let encoded: String = record.route().unwrap().bytes().map(|byte| format!("%{byte:02x}")).collect();
    let view = shop.json(&format!("/endpoint.json?method=GET&route={encoded}"));
    assert_eq!(view["hosts"][0]["summary"], hostile);
    assert_eq!(view["endpoint"]["requests"], 1);
    for address in ["/endpoints.json", "/requests.json"] {
        let response = shop.get(address);
        assert!(!response.body.contains(&b'\n'), "{address}: one line, for events too");
        assert_eq!(response.value("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn a_request_of_many_calls_says_how_many_it_leaves_out() {
    let shop = Shop::new();
    shop.visit(Visit { queries: 150, query: 10, ..Visit::default() });
    let record = shop.records().remove(0);
    let told = shop.json(&format!("/request.json?id={}", record.identity().request_id()));
    let shown = told["calls"].as_array().unwrap().len();
    assert_eq!((shown, &told["calls_left_out"]), (100, &50.into()));
    assert_eq!(told["db_queries"], 150);
    let statement = &shop.json("/endpoint.json?method=GET&route=/orders/{id}")["statements"][0];
    assert_eq!((&statement["count"], &statement["requests"]), (&150.into(), &1.into()));
    let total: u64 = record.call_groups().iter().map(|group| micros(group.total())).sum();
    assert_eq!(statement["total_ms"].as_f64().unwrap(), total as f64 / 1000.0);
}

#[test]
fn no_request_takes_the_room_of_all_others() {
    let mut settings = Settings::default();
    settings.memory_bytes = 1024 * 1024;
    let shop = Shop::with(settings);
    let head = RequestHead { method: "GET", path: "/", route: Some("/"), ..RequestHead::default() };
    let mut request = OpenRequest::open(&shop.handle, head).unwrap();
    request.poll(|| {
        for number in 0..20 {
            let sql = format!("SELECT {} FROM table_{number}", "column, ".repeat(300));
            start_call(Operation::database("sqlite", "main", &sql), None).completed();
        }
    });
    request.respond(200, Some(0), false);
    request.complete();
    let id = shop.records().remove(0).identity().request_id().to_string();
    let address = format!("/request.json?id={id}");
    let (told, length) = (shop.json(&address), shop.get(&address).body.len());
    let shown = told["calls"].as_array().unwrap().len() as u64;
    assert!(shown > 0 && length < 1024 * 1024 / 32, "{shown} calls, {length} bytes");
    assert_eq!(shown + told["calls_left_out"].as_u64().unwrap(), 20);
}
