//! The metrics of requests and tasks, by the names of the line.

use std::collections::BTreeMap;
use std::time::Duration;

use tachograph_core::{CallKind, Capture, Level, LogEvent, OpenRequest, Operation, Yield, request, start_call};
use tachograph_json::{Calls, EmfSettings, Settings};

use super::check::{metrics, sets};
use super::{checked, of_requests, only};
use crate::bench::{Bench, PATIENCE, service};

fn ok(mut open: OpenRequest) {
    open.respond(200, Some(0), false);
    open.complete();
}

fn names(metrics: &BTreeMap<String, Vec<f64>>) -> Vec<&str> {
    metrics.keys().map(String::as_str).collect()
}

#[test]
fn a_request_with_everything() {
    let bench = Bench::new(of_requests());
    bench.request("/experiments/{id}", 200, || {
        bench.advance(1_500);
        (0..2).for_each(|_| bench.call(CallKind::Database, "SELECT 1", 1_000));
        bench.call(CallKind::External, "GET", 4_005);
        request().cache_hit("flags").cache_miss("flags").cache_miss("flags").field("plan", "pro").metadata("a", 1);
    });
    let expected = concat!(
        r#"{"timestamp":"2026-01-01T00:00:00.007Z","level":"info","logger":"tachograph.request","#,
        r#""message":"GET /experiments/{id} 200 7.505 ms","event":"request","#,
        r#""service":"experiments-api","version":"1.4.2","environment":"production","#,
        r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
        r#""span_id":"0000000000000001","method":"GET","route":"/experiments/{id}","path":"/experiments/{id}","#,
        r#""status_code":200,"outcome":"completed","duration_ms":7.505,"first_byte_ms":7.505,"response_bytes":0,"#,
        r#""streaming":false,"db_queries":2,"db_ms":2,"db_total_ms":2,"db_wait_ms":0,"db_rows":0,"db_errors":0,"#,
        r#""db_slowest_ms":1,"db_repeats":2,"external_calls":1,"external_ms":4.005,"external_total_ms":4.005,"#,
        r#""external_errors":0,"cache_hits":1,"cache_misses":2,"cache_ms":0,"cache_errors":0,"own_ms":1.5,"body_ms":0,"#,
        r#""waiting_ms":0,"findings":0,"requests":1,"errors":0,"plan":"pro","metadata":{"a":1},"#,
        r#""_aws":{"Timestamp":1767225600007,"CloudWatchMetrics":[{"Namespace":"experiments-api","#,
        r#""Dimensions":[["service","environment"],["service","environment","method","route"]],"Metrics":["#,
        r#"{"Name":"requests","Unit":"Count"},{"Name":"duration_ms","Unit":"Milliseconds"},{"Name":"first_byte_ms","Unit":"Milliseconds"},"#,
        r#"{"Name":"errors","Unit":"Count"},{"Name":"findings","Unit":"Count"},"#,
        r#"{"Name":"response_bytes","Unit":"Bytes"},{"Name":"db_queries","Unit":"Count"},"#,
        r#"{"Name":"db_ms","Unit":"Milliseconds"},{"Name":"external_calls","Unit":"Count"},"#,
        r#"{"Name":"external_ms","Unit":"Milliseconds"},{"Name":"cache_hits","Unit":"Count"},"#,
        r#"{"Name":"cache_misses","Unit":"Count"}]}]}}"#,
    );
    assert_eq!(bench.lines(), [expected]);
    only(&bench);
}

#[test]
fn what_was_not_used_has_no_metric() {
    let bench = Bench::new(of_requests());
    bench.request("/", 200, || {});
    bench.request("/", 200, || bench.call(CallKind::Database, "BEGIN", 1));
    bench.request("/", 200, || bench.call(CallKind::Cache, "GET", 1));
    let usual = ["duration_ms", "errors", "findings", "first_byte_ms", "requests", "response_bytes"];
    let lines: Vec<_> = checked(&bench).iter().map(metrics).collect();
    assert_eq!(names(&lines[0]), usual);
    assert_eq!(names(&lines[1]), usual, "a transaction that only began is no query");
    assert_eq!(lines[2]["cache_hits"], [0.0]);
    assert_eq!(lines[2]["cache_misses"], [0.0]);
}

#[test]
fn errors_are_the_services_own() {
    let bench = Bench::new(of_requests());
    for status in [200, 404, 499, 500, 503] {
        bench.request("/", status, || {});
    }
    drop(bench.open("GET", "/", Some("/")));
    let mut failed = bench.open("GET", "/", Some("/"));
    failed.respond(200, None, false);
    failed.body_failed();
    let mut panicked = bench.open("GET", "/", Some("/"));
    let poll = std::panic::AssertUnwindSafe(|| panicked.poll(|| std::panic::resume_unwind(Box::new(()))));
    assert!(std::panic::catch_unwind(poll).is_err());
    drop(panicked);
    let open_at_shutdown = bench.open("GET", "/", Some("/"));
    assert!(bench.handle.shutdown(PATIENCE));
    drop(open_at_shutdown);
    let lines: Vec<_> = checked(&bench).iter().map(|line| metrics(line)["errors"][0]).collect();
    assert_eq!(lines, [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
}

#[test]
fn findings_are_all_that_were_found() {
    let mut capture = Capture::default();
    capture.thresholds.slow_request = Duration::from_millis(10);
    let bench = Bench::build(&service(), of_requests(), |builder| builder.capture(capture));
    let queries = |count, micros| (0..count).for_each(|_| bench.call(CallKind::Database, "SELECT 1", micros));
    bench.request("/", 200, || queries(4, 1));
    bench.request("/", 200, || queries(5, 1));
    bench.request("/", 200, || queries(1, 10_000));
    bench.request("/", 200, || queries(5, 2_000));
    let lines: Vec<_> = checked(&bench).iter().map(|line| metrics(line)["findings"][0]).collect();
    assert_eq!(lines, [0.0, 1.0, 1.0, 2.0]);
}

#[test]
fn a_stream_is_in_no_latency() {
    let bench = Bench::new(of_requests());
    let mut open = bench.open("GET", "/live", Some("/live"));
    bench.advance(60_000_000);
    open.respond(200, None, true);
    open.complete();
    let line = only(&bench);
    assert_eq!(names(&metrics(&line)), ["errors", "requests", "response_bytes"]);
    assert!(!line.contains_key("findings") && !line.contains_key("verdict"));
    assert_eq!(line["duration_ms"], 60_000);
}

#[test]
fn a_client_that_left_before_the_answer_is_no_error_and_has_no_first_byte() {
    let bench = Bench::new(of_requests());
    let open = bench.open("GET", "/slow", Some("/slow"));
    bench.advance(5_000);
    drop(open);
    let line = only(&bench);
    assert_eq!(names(&metrics(&line)), ["duration_ms", "errors", "findings", "requests", "response_bytes"]);
    assert_eq!((metrics(&line)["errors"][0], metrics(&line)["duration_ms"][0]), (0.0, 5.0));
}

#[test]
fn tasks_have_metrics_of_their_own() {
    let bench = Bench::new(of_requests());
    bench.task("rollup", || {
        bench.advance(2_500);
        bench.call(CallKind::Database, "SELECT 1", 500);
    });
    bench.task("rollup", || _ = request().error(&std::io::Error::other("full")));
    let lines = checked(&bench);
    assert_eq!(names(&metrics(&lines[0])), ["task_duration_ms", "task_errors", "tasks"]);
    assert_eq!(sets(&lines[0]), [vec!["service", "environment"], vec!["service", "environment", "name"]]);
    assert_eq!((metrics(&lines[0])["task_duration_ms"][0], metrics(&lines[0])["task_errors"][0]), (3.0, 0.0));
    assert_eq!(metrics(&lines[1])["task_errors"], [1.0]);
}

#[test]
fn lines_of_calls_and_of_the_application_are_no_metrics() {
    let all = |emf| {
        let bench = Bench::new(Settings { calls: Calls::All, emf, ..of_requests() });
        bench.request("/", 200, || bench.call(CallKind::Database, "SELECT 1", 1));
        let fields = [("_aws", "fake".into()), ("errors", 7.into()), ("log_group_name", "fake".into())];
        bench.handle.log(&LogEvent { level: Level::Warning, fields: &fields, ..bench.event("said") });
        checked(&bench)
    };
    let lines = all(EmfSettings::default());
    assert_eq!(lines.iter().map(|line| line.contains_key("_aws")).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!((&lines[2]["_aws_"], &lines[2]["errors"]), (&"fake".into(), &7.into()));

    // The agent takes no line that names no group.
    let group = EmfSettings {
        log_group: Some("/experiments/requests".into()),
        log_stream: Some("one".into()),
        ..EmfSettings::default()
    };
    let lines = all(group);
    for line in &lines {
        assert_eq!(line["_aws"]["LogGroupName"], "/experiments/requests");
        assert_eq!(line["_aws"]["LogStreamName"], "one");
    }
    assert_eq!(lines.iter().map(|line| metrics(line).is_empty()).collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn the_applications_fields_are_no_metrics_and_stand_beside_them() {
    let bench = Bench::new(of_requests());
    bench.request("/", 500, || {
        for (name, value) in [("requests", 7), ("requests_", 8), ("method_original", 9), ("status_class", 10)] {
            request().field(name, value);
        }
        request()
            .field("duration_ms", 1)
            .field("findings", 7)
            .field("_aws", "fake")
            .field("CloudWatch", "x")
            .field("http_requests_total", 3);
    });
    let line = only(&bench);
    assert_eq!((&line["requests"], &line["requests__"], &line["requests_"]), (&1.into(), &7.into(), &8.into()));
    assert_eq!((&line["method_original_"], &line["status_class_"]), (&9.into(), &10.into()));
    assert_eq!((&line["duration_ms"], &line["findings"]), (&0.into(), &0.into()));
    assert_eq!(line["http_requests_total"], 3);
}

#[test]
fn metrics_can_be_kept_by_the_second() {
    let emf = EmfSettings { high_resolution: true, ..EmfSettings::default() };
    let bench = Bench::new(Settings { emf, ..of_requests() });
    ok(bench.open("GET", "/", Some("/")));
    let line = only(&bench);
    let definitions = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
    assert!(!definitions.is_empty() && definitions.iter().all(|definition| definition["StorageResolution"] == 1));
}

#[test]
fn a_request_that_answers_from_a_cache_counts_its_keys() {
    let bench = Bench::new(of_requests());
    bench.request("/", 200, || {
        let mut call = start_call(Operation::cache("flags", "MGET"), None);
        call.brought(Yield::Lookups { hits: 3, misses: 2 });
        call.completed();
    });
    let metrics = metrics(&only(&bench));
    assert_eq!((metrics["cache_hits"][0], metrics["cache_misses"][0]), (3.0, 2.0));
}
