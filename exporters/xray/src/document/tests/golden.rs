//! One of everything, written out.

use std::time::Duration;

use serde_json::json;
use tachograph_core::{Callsite, Operation, RequestHead, Scheme, Yield, request, start_call, trace};

use super::{Bench, get};

#[test]
fn a_request_with_all_there_is() {
    let bench = Bench::new();
    let header = b"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".as_slice();
    let trace = trace::extract([], [], [header]);
    let head = RequestHead { host: Some(b"experiments.example"), scheme: "https", trace, ..get("/a/7") };
    let mut open = bench.open(RequestHead { request_id: Some(b"seven"), ..head });
    open.header("user-agent", b"curl/8.0");
    open.header("x-forwarded-for", b"203.0.113.7, 10.0.0.1");
    let mut line = 0;
    open.poll(|| {
        bench.advance(50);
        request().user("user-7").action("experiment.view").field("colour", "red").field("weight", 0.5);
        request().metadata("variants", json!({ "a": [1, null] }));
        let mut call = start_call(
            Operation::database("postgresql", "experiments", "SELECT * FROM experiments WHERE id = 7"),
            Some(Callsite::caller()),
        );
        line = line!() - 2;
        bench.advance(1_000);
        call.brought(Yield::Rows(1));
        call.completed();
        let mut call = start_call(Operation::http(Scheme::Http, "partner:8080", "GET"), None);
        call.set_path("/benchmarks/7");
        bench.advance(2_000);
        call.responded(200);
        bench.advance(500);
        call.brought(Yield::Bytes(512));
        call.completed();
    });
    open.respond(200, Some(42), false);
    bench.clock.advance(Duration::from_nanos(123_456));
    open.sent(42);
    open.complete();
    let record = bench.record();

    let segment = bench.segment(&record);
    let [query, get] = [0, 1].map(|at| record.call_span_id(at).to_string());
    let callsite = format!("{}:{line}", file!());
    let tachograph = json!({
        "event": "request", "request_id": "seven", "action": "experiment.view", "route": "/a/{id}",
        "status_code": 200, "outcome": "completed", "duration_ms": 3.673, "first_byte_ms": 3.55,
        "response_bytes": 42, "streaming": false,
        "db_queries": 1, "db_ms": 1, "db_total_ms": 1, "db_wait_ms": 0, "db_rows": 1, "db_errors": 0,
        "db_slowest_ms": 1, "db_repeats": 1,
        "external_calls": 1, "external_ms": 2.5, "external_total_ms": 2.5, "external_errors": 0,
        "cache_hits": 0, "cache_misses": 0, "cache_ms": 0, "own_ms": 0.05, "body_ms": 0.123, "waiting_ms": 0,
    });
    let expected = json!({
        "name": "experiments-api",
        "id": record.identity().span_id().to_string(),
        "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
        "parent_id": "53995c3f42cd8ad8",
        "start_time": 1_767_225_600.0,
        "end_time": 1_767_225_600.003_673,
        "http": {
            "request": {
                "method": "GET",
                "url": "https://experiments.example/a/7",
                "user_agent": "curl/8.0",
                "client_ip": "203.0.113.7",
                "x_forwarded_for": true,
            },
            "response": { "status": 200, "content_length": 42 },
        },
        "user": "user-7",
        "service": { "version": "1.4.2" },
        "aws": { "xray": { "sdk": "tachograph for Rust", "sdk_version": env!("CARGO_PKG_VERSION") } },
        "annotations": {
            "environment": "production",
            "version": "1.4.2",
            "request_id": "seven",
            "action": "experiment.view",
            "route": "/a/{id}",
            "outcome": "completed",
        },
        "metadata": {
            "tachograph": tachograph,
            "application": {
                "header_user_agent": "curl/8.0",
                "header_x_forwarded_for": "203.0.113.7, 10.0.0.1",
                "colour": "red",
                "weight": 0.5,
                "metadata": { "variants": { "a": [1, null] } },
            },
        },
        "subsegments": [
            {
                "name": "experiments",
                "id": query,
                "start_time": 1_767_225_600.000_05,
                "end_time": 1_767_225_600.001_05,
                "namespace": "remote",
                "sql": {
                    "url": "postgresql://experiments",
                    "database_type": "postgresql",
                    "sanitized_query": "SELECT * FROM experiments WHERE id = ?",
                },
                "metadata": { "tachograph": { "summary": "SELECT experiments", "callsite": callsite, "rows": 1 } },
            },
            {
                "name": "partner:8080",
                "id": get,
                "start_time": 1_767_225_600.001_05,
                "end_time": 1_767_225_600.003_55,
                "namespace": "remote",
                "http": {
                    "request": { "method": "GET", "url": "http://partner:8080/benchmarks/7" },
                    "response": { "status": 200, "content_length": 512 },
                },
                "metadata": { "tachograph": { "first_byte_ms": 2 } },
            },
        ],
    });
    assert_eq!(format!("{segment:#}"), format!("{expected:#}"));
}

#[test]
fn times_are_written_from_whole_numbers() {
    let bench = Bench::new();
    bench.advance(123_456_789_012_345);
    let mut open = bench.open(get("/a/7"));
    open.poll(|| bench.advance(1));
    drop(open);
    let mut out = Vec::new();
    bench.documents.write(&bench.record(), false, &mut out);
    let document = String::from_utf8(out).unwrap();
    assert!(document.contains(r#""start_time":1890682389.012345,"end_time":1890682389.012346,"#), "{document}");
}
