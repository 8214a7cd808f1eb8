//! What others count, on the same page.

use std::sync::Arc;

use tachograph_metrics::{Attributes, Distribution, Metric, Naming, Number, Point, Points};

use crate::bench::{Bench, OPEN_METRICS, settings};

fn attributes<const N: usize>(pairs: [(&'static str, &'static str); N]) -> Attributes {
    pairs.into_iter().collect()
}

fn point<V>(value: impl Into<V>) -> Vec<Point<V>> {
    vec![Point::new(Attributes::default(), value)]
}

fn counter(name: &'static str) -> Metric {
    Metric::new(name, Points::Counter(point(1)))
}

/// What is behind our own.
fn behind_ours(page: &str) -> Vec<&str> {
    page.lines().skip_while(|line| !line.contains("events_tracked")).collect()
}

pub(crate) fn one_of_each() -> Vec<Metric> {
    let distribution = Distribution {
        bounds: Arc::new([0.5, 1.0]),
        counts: vec![1, 0, 2],
        sum: Number::Float(f64::INFINITY),
        exemplar: None,
    };
    let events = Points::Counter(vec![
        Point::new(attributes([("kind-of", "b")]), 1),
        Point::new(attributes([("kind-of", "a\n")]), 2),
        Point::new(attributes([("kind_of", "b")]), 3),
    ]);
    let lag = Points::Histogram(vec![Point { attributes: attributes([("topic", "x")]), value: distribution }]);
    vec![
        Metric::new("events.tracked_total", events).description("a \"b\"\\\nc"),
        Metric::new("queue::depth", Points::Gauge(point(-1.5))),
        Metric::new("lag", lag).unit("s").description("Lag."),
        Metric::new("none", Points::Histogram(vec![])).description("Nothing yet."),
    ]
}

#[test]
fn counters_gauges_and_histograms_of_others_stand_behind_ours() {
    let bench = Bench::new(Naming::Plain, settings());
    bench.metrics.add_source(one_of_each);
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
    assert_eq!(behind_ours(&bench.page(OPEN_METRICS)), expected);
    let text = bench.text();
    assert_eq!(
        behind_ours(&text)[..2],
        [r#"# HELP events_tracked_total a "b"\\\nc"#, "# TYPE events_tracked_total counter"]
    );
}

#[test]
fn a_name_is_there_but_once() {
    let bench = Bench::new(Naming::Plain, settings());
    bench.request("GET", "/", Some("/"), 200, || {});
    bench.metrics.add_source(|| {
        let gauge = |name| Metric::new(name, Points::Gauge(point(1.0)));
        vec![
            counter("http_requests_total"),
            gauge("http_requests_total"),
            gauge("http_request_duration_seconds_count"),
            counter("process_open_fds"),
            // Nothing of ours is in it, so it is theirs.
            counter("cache_hits"),
            counter("orders"),
            counter("orders_total"),
            counter("orders.total"),
            counter(""),
            gauge("target_info"),
        ]
    });
    bench.metrics.add_source(|| std::panic::resume_unwind(Box::new("on purpose")));
    for _ in 0..2 {
        let series = bench.series();
        let theirs = ["http_requests_total", "http_request_duration_seconds_count", "cache_hits_total", "orders_total"];
        assert_eq!(theirs.map(|name| series.contains_key(name)), [false, false, true, true]);
    }
    let warnings = bench.warnings.lock().unwrap();
    let refused = |how: &'static str| {
        move |name: &str| {
            format!("the application's metric {name} is not {how}, as there is one of that name: rename it")
        }
    };
    let mut expected: Vec<String> = ["http_requests", "process_open_fds", "orders", ""].map(refused("shown")).into();
    let on_page = ["http_requests_total", "http_request_duration_seconds_count", "target_info"];
    expected.extend(on_page.map(refused("on the page")));
    assert_eq!(*warnings, expected);
}
