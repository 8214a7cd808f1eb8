//! Whoever sends requests does not decide how many series there are.

use std::ops::Range;
use std::process::Command;

use metrics::{counter, with_local_recorder};
use tachograph_core::{Capture, Operation, start_call};
use tachograph_metrics::{Naming, Recorder, Settings};
use tachograph_prometheus::Page;

use crate::bench::{Bench, settings};

/// Says to the process that it is there for one test only.
const ALONE: &str = "TACHOGRAPH_TEST_ALONE";

#[test]
fn a_hundred_thousand_paths_methods_and_hosts_are_a_few_series_and_no_memory() {
    // Memory is the whole process', so this test has one for itself.
    if std::env::var_os(ALONE).is_none() {
        let name = std::thread::current().name().unwrap().to_owned();
        let mut process = Command::new(std::env::current_exe().unwrap());
        let output = process.args([&name, "--exact", "--nocapture"]).env(ALONE, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    let mut capture = Capture::default();
    capture.request_headers = vec!["host".to_owned()];
    let bench = Bench::build(Naming::OpenTelemetry, settings(), |builder| builder.capture(capture));
    let recorder = Recorder::new(&bench.metrics);
    scan(&bench, &recorder, 0..10_000);
    let (before, memory) = (bench.series(), resident());
    scan(&bench, &recorder, 10_000..110_000);
    let after = bench.series();
    assert!(before.keys().eq(after.keys()), "there are new series");
    assert_eq!(bench.sum("http_server_requests_total"), 330_000.0);
    assert_eq!(bench.sum("searches_total"), 110_000.0);
    let plain = Page::new(&bench.metrics).naming(Naming::Plain).render(&bench.handle, "").body;
    assert_eq!(plain.lines().filter(|line| line.starts_with("http_requests_total{")).count(), 3);
    if let (Some(before), Some(after)) = (memory, resident()) {
        // A series for each would take some hundred bytes: 30 MB and more.
        assert!(after < before + 4_000_000, "{before} {after}");
    }
    let warnings = bench.warnings.lock().unwrap();
    assert!(warnings.len() == 1 && warnings[0].starts_with("searches has 2000 series"), "{warnings:?}");
}

/// What comes from whoever asks, in each part of a request; and an application that makes a label of it.
fn scan(bench: &Bench, recorder: &Recorder, numbers: Range<u32>) {
    for number in numbers {
        bench.request("GET", &format!("/wp-admin/{number}.php"), None, 404, || {});
        bench.request(&format!("M{number}"), "/experiments/1", Some("/experiments/{id}"), 405, || {});
        let mut request = bench.open("GET", "/experiments/1", Some("/experiments/{id}"));
        request.header("host", format!("{number}.example").as_bytes());
        request.respond(200, Some(0), false);
        request.complete();
        with_local_recorder(recorder, || counter!("searches_total", "text" => number.to_string()).increment(1));
    }
}

/// What the process has in memory, under Linux.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().unwrap() * 1024)
}

#[test]
fn beyond_the_bound_there_is_one_series_that_says_so() {
    for (naming, requests, external, metric, overflow) in [
        (
            Naming::OpenTelemetry,
            "http_server_requests_total",
            "http_client_request_duration_seconds",
            "http.client.request.duration",
            r#"otel_metric_overflow="true""#,
        ),
        (
            Naming::Plain,
            "http_requests_total",
            "external_call_duration_seconds",
            "external_call_duration_seconds",
            r#"method="_overflow",path="_overflow",status="_overflow""#,
        ),
    ] {
        let bench = Bench::new(naming, Settings { max_series: 3, ..settings() });
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..500 {
                        bench.request("GET", "/", Some(&format!("/{number}")), 200, || {
                            start_call(Operation::external(&format!("host-{number}"), "GET"), None).completed();
                        });
                    }
                });
            }
        });
        let series = bench.series();
        assert_eq!(series.keys().filter(|name| name.starts_with(&format!("{requests}{{"))).count(), 4);
        assert_eq!(series.keys().filter(|name| name.starts_with(&format!("{external}_count{{"))).count(), 4);
        assert_eq!([bench.sum(requests), bench.sum(&format!("{external}_count"))], [2000.0, 2000.0]);
        // Four threads, of whose 500 routes three have a series.
        assert_eq!(series[&format!("{requests}{{{overflow}}}")], 4.0 * 497.0);
        assert_eq!(series[&format!(r#"tachograph_series_overflowed_total{{metric="{metric}"}}"#)], 4.0 * 497.0);
        let warnings = bench.warnings.lock().unwrap();
        assert_eq!(warnings.len(), 2, "one of each family, however often the page is asked for: {warnings:?}");
        assert!(warnings[1].starts_with(&format!("{metric} has 3 series, and further ones")), "{warnings:?}");
    }
}
