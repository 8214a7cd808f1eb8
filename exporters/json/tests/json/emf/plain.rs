//! The metrics by the names that alarms of existing services use.

use tachograph_core::{CallKind, request};
use tachograph_json::Settings;
use tachograph_json::metrics::Naming;

use super::check::{metrics, sets};
use super::{checked, of_requests, only};
use crate::bench::Bench;

fn plain() -> Settings {
    Settings { naming: Naming::Plain, ..of_requests() }
}

#[test]
fn a_request_with_everything() {
    let bench = Bench::new(plain());
    let mut open = bench.open("GET", "/experiments/7", Some("/experiments/{id}"));
    open.poll(|| {
        bench.call(CallKind::Database, "SELECT 1", 1_000);
        bench.call(CallKind::Database, "SELECT 2", 3_000);
        bench.call(CallKind::External, "GET", 4_005);
        request().cache_hit("flags").cache_miss("flags").field("http_requests_total", 7);
    });
    open.respond(200, Some(11), false);
    open.sent(11);
    open.complete();
    let line = only(&bench);
    let expected = [
        ("cache_hits_total", 1.0),
        ("cache_misses_total", 1.0),
        ("db_queries_total", 2.0),
        ("db_query_duration_seconds", 0.003),
        ("external_call_duration_seconds", 0.004_005),
        ("http_findings_total", 0.0),
        ("http_request_4xx_total", 0.0),
        ("http_request_5xx_total", 0.0),
        ("http_request_duration_seconds", 0.008_005),
        ("http_requests_total", 1.0),
        ("http_response_size_bytes", 11.0),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), vec![value]));
    assert_eq!(metrics(&line).into_iter().collect::<Vec<_>>(), expected);
    assert_eq!((&line["duration_ms"], &line["http_requests_total_"]), (&8.005.into(), &7.into()));
    let units: Vec<_> = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().clone();
    for definition in units {
        let name = definition["Name"].as_str().unwrap();
        let unit = match name.rsplit('_').next().unwrap() {
            "seconds" => "Seconds",
            "bytes" => "Bytes",
            _ => "Count",
        };
        assert_eq!(definition["Unit"], unit, "{name}");
    }
}

#[test]
fn refused_and_failed_requests_are_counted_by_their_status_or_what_it_would_have_been() {
    let bench = Bench::new(plain());
    for status in [200, 302, 400, 499, 500, 599] {
        bench.request("/", status, || {});
    }
    drop(bench.open("GET", "/", Some("/")));
    let mut panicked = bench.open("GET", "/", Some("/"));
    let poll = std::panic::AssertUnwindSafe(|| panicked.poll(|| std::panic::resume_unwind(Box::new(()))));
    assert!(std::panic::catch_unwind(poll).is_err());
    drop(panicked);
    let lines: Vec<_> = checked(&bench).iter().map(metrics).collect();
    let of = |name: &str| lines.iter().map(|metrics| metrics[name][0] as u8).collect::<Vec<_>>();
    assert_eq!(of("http_request_4xx_total"), [0, 0, 1, 1, 0, 0, 1, 0]);
    assert_eq!(of("http_request_5xx_total"), [0, 0, 0, 0, 1, 1, 0, 1]);
    assert_eq!(of("http_requests_total"), [1; 8]);
}

#[test]
fn a_stream_is_counted_but_in_no_latency() {
    let bench = Bench::new(plain());
    let mut open = bench.open("GET", "/live", Some("/live"));
    open.respond(200, None, true);
    open.complete();
    let metrics = metrics(&only(&bench));
    assert!(!metrics.contains_key("http_request_duration_seconds"));
    assert_eq!(metrics["http_requests_total"], [1.0]);
}

#[test]
fn tasks_have_plain_names_too() {
    let bench = Bench::new(plain());
    bench.task("rollup", || bench.advance(2_500));
    let line = only(&bench);
    let expected = [("task_duration_seconds", 0.0025), ("task_errors_total", 0.0), ("tasks_total", 1.0)];
    let expected = expected.map(|(name, value)| (name.to_owned(), vec![value]));
    assert_eq!(metrics(&line).into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(sets(&line)[1], ["service", "environment", "name"]);
}
