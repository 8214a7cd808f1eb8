//! What others count, on the same page.

use tachograph_prometheus::{Collected, Distribution, LabelPairs, Naming, Samples};

use crate::bench::{Bench, OPEN_METRICS, settings};

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> LabelPairs {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn collected(name: &str, help: &str, samples: Samples) -> Collected {
    Collected { name: name.to_owned(), help: help.to_owned(), samples }
}

fn counter(name: &str) -> Collected {
    collected(name, "", Samples::Counter(vec![(vec![], 1)]))
}

/// What is behind our own.
fn behind_ours(page: &str) -> Vec<&str> {
    page.lines().skip_while(|line| !line.contains("events_tracked")).collect()
}

pub(crate) fn one_of_each() -> Vec<Collected> {
    let distribution = Distribution { bounds: vec![0.5, 1.0], counts: vec![1, 0, 2], sum: f64::INFINITY };
    vec![
        collected(
            "events.tracked_total",
            "a \"b\"\\\nc",
            Samples::Counter(vec![
                (labels([("kind-of", "b")]), 1),
                (labels([("kind-of", "a\n")]), 2),
                (labels([("kind_of", "b")]), 3),
            ]),
        ),
        collected("queue::depth", "", Samples::Gauge(vec![(vec![], -1.5)])),
        collected("lag_seconds", "Lag.", Samples::Histogram(vec![(labels([("topic", "x")]), distribution)])),
        collected("none", "Nothing yet.", Samples::Histogram(vec![])),
    ]
}

#[test]
fn counters_gauges_and_histograms_of_others_stand_behind_ours() {
    let bench = Bench::new(settings(Naming::Plain));
    bench.prometheus.add_source(one_of_each);
    let expected = [
        r#"# HELP events_tracked a \"b\"\\\nc"#,
        "# TYPE events_tracked counter",
        r#"events_tracked_total{kind_of="a\n"} 2"#,
        r#"events_tracked_total{kind_of="b"} 3"#,
        "# HELP queue::depth Of the application.",
        "# TYPE queue::depth gauge",
        "queue::depth -1.5",
        "# HELP lag_seconds Lag.",
        "# TYPE lag_seconds histogram",
        "# UNIT lag_seconds seconds",
        r#"lag_seconds_bucket{topic="x",le="0.5"} 1"#,
        r#"lag_seconds_bucket{topic="x",le="1.0"} 1"#,
        r#"lag_seconds_bucket{topic="x",le="+Inf"} 3"#,
        r#"lag_seconds_sum{topic="x"} +Inf"#,
        r#"lag_seconds_count{topic="x"} 3"#,
        "# EOF",
    ];
    assert_eq!(behind_ours(&bench.page(Some(OPEN_METRICS))), expected);
    let text = bench.text();
    assert_eq!(
        behind_ours(&text)[..2],
        [r#"# HELP events_tracked_total a "b"\\\nc"#, "# TYPE events_tracked_total counter"]
    );
}

#[test]
fn a_name_is_there_but_once() {
    let bench = Bench::new(settings(Naming::Plain));
    bench.request("GET", "/", Some("/"), 200, || {});
    bench.prometheus.add_source(|| {
        let gauge = |name| collected(name, "", Samples::Gauge(vec![(vec![], 1.0)]));
        vec![
            counter("http_requests_total"),
            gauge("http_requests_total"),
            gauge("http_request_duration_seconds_count"),
            counter("process_open_fds"),
            // Nothing of ours is in it, so it is theirs.
            counter("cache_hits"),
            counter("orders"),
            counter("orders_total"),
            counter(""),
            gauge("wait_count"),
            collected("wait", "", Samples::Histogram(vec![])),
        ]
    });
    bench.prometheus.add_source(|| std::panic::resume_unwind(Box::new("on purpose")));
    for _ in 0..2 {
        let series = bench.series();
        let theirs = ["http_requests_total", "http_request_duration_seconds_count", "cache_hits_total", "orders_total"];
        assert_eq!(theirs.map(|name| series.contains_key(name)), [false, false, true, true]);
    }
    let warnings = bench.warnings.lock().unwrap();
    let expected =
        ["http_requests_total", "http_request_duration_seconds_count", "process_open_fds", "orders_total", "", "wait"]
            .map(|name| {
                format!("the application's metric {name} is not shown, as there is one of that name: rename it")
            });
    assert_eq!(*warnings, expected);
}
