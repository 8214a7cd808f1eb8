//! Whoever sends requests does not decide how many series there are.

use tachograph_core::{Operation, start_call};
use tachograph_metrics::{Naming, Settings};

use crate::bench::{Bench, settings};

#[test]
fn a_hundred_thousand_paths_and_methods_are_a_few_series() {
    for naming in [Naming::OpenTelemetry, Naming::Plain] {
        let bench = Bench::new(naming, settings());
        let scan = |from: u32, count: u32| {
            for number in from..from + count {
                bench.request("GET", &format!("/wp-admin/{number}.php"), None, 404, || {});
                bench.request(&format!("M{number}"), "/experiments/1", Some("/experiments/{id}"), 405, || {});
            }
        };
        scan(0, 1_000);
        let before = bench.series();
        scan(1_000, 100_000);
        let after = bench.series();
        assert!(before.keys().eq(after.keys()), "there are new series");
        let memory = "process_resident_memory_bytes";
        if let (Some(before), Some(after)) = (before.get(memory), after.get(memory)) {
            // A series of each path would take some hundred bytes: 50 MB and more.
            assert!(after - before < 20e6, "{before} {after}");
        }
        let name = if naming == Naming::Plain { "http_requests_total" } else { "http_server_requests_total" };
        assert_eq!(bench.sum(name), 202_000.0);
        assert!(bench.warnings.lock().unwrap().is_empty());
    }
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
