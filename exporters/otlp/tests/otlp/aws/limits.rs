//! What is more than AWS takes at once is divided; what is too long by itself is cut, and counted.

use tachograph_core::{Capture, FindingKind, Limits, Operation, request, start_call};
use tachograph_metrics::{Attributes, Distribution, Metric, Number, Point, Points, Value};

use super::*;

fn by(series: i64, note: &str) -> Attributes {
    [("series", Value::from(series)), ("note", Value::from(note.to_owned()))].into_iter().collect()
}

#[test]
fn metrics_of_many_series_go_in_many_requests_and_all_arrive() {
    let bench = Bench::new(only(Signal::Metrics));
    bench.metrics.add_source(|| {
        let counters = (0..2500).map(|series| Point::new(by(series, ""), Number::Whole(series as u64))).collect();
        let distribution = || Distribution {
            bounds: (0..150).map(f64::from).collect(),
            counts: vec![1; 151],
            sum: Number::Float(11_200.0),
            exemplar: None,
        };
        let histograms = (0..900).map(|series| Point::new(by(series, ""), distribution())).collect();
        vec![
            Metric::new("app.jobs", Points::Counter(counters)).unit("{job}"),
            Metric::new("app.load", Points::Gauge((0..700).map(|series| Point::new(by(series, ""), 0.5)).collect())),
            Metric::new("app.time", Points::Histogram(histograms)).unit("s"),
        ]
    });
    bench.request(|| ());
    assert!(bench.flush());
    assert_eq!((bench.collector.complaints(), bench.told(), bench.dropped()), (vec![], vec![], vec![]));
    let points = |name: &str| bench.collector.metric(name).map_or(0, |metric| metric.points.len());
    assert_eq!((points("app.jobs"), points("app.load"), points("app.time")), (2500, 700, 900));
    let last = bench.collector.metric("app.jobs").unwrap().point(&serde_json::json!({"series": 2499})).value.clone();
    assert_eq!(last, tachograph_collector::Number::Int(2499));
    let sizes = bench.collector.look(|received| received.exports.iter().map(|export| export.size).collect::<Vec<_>>());
    assert!(sizes.len() >= 7, "2.2 MB of histograms, and 3200 other points: {sizes:?}");
}

#[test]
fn where_one_of_many_requests_fails_the_others_arrive_and_it_is_counted() {
    let bench = Bench::new(only(Signal::Metrics));
    bench.metrics.add_source(|| {
        let points = |name: &'static str| {
            let points = (0..1000).map(|series| Point::new(by(series, ""), Number::Whole(1))).collect();
            Metric::new(name, Points::Counter(points))
        };
        // What the receiver does not take: a name that is none.
        vec![points("app.first"), points("app.jobs%"), points("app.last")]
    });
    assert!(bench.flush());
    assert_eq!(bench.collector.metric("app.first").unwrap().points.len(), 1000);
    assert_eq!(bench.collector.metric("app.last").unwrap().points.len(), 1000);
    assert_eq!(bench.told().len(), 1, "{:?}", bench.told());
    let dropped = bench.dropped();
    assert!(matches!(dropped[..], [("data_points_rejected", 1..=1000)]), "{dropped:?}");
}

#[test]
fn where_one_of_many_requests_is_refused_the_others_arrive_and_it_is_counted() {
    let bench = Bench::new(only(Signal::Metrics));
    bench.metrics.add_source(|| {
        let points = |name: &'static str, count: i64, note: &str| {
            let points = (0..count).map(|series| Point::new(by(series, note), Number::Whole(1))).collect();
            Metric::new(name, Points::Counter(points))
        };
        // A point that is too much by itself goes alone.
        vec![points("app.first", 900, ""), points("app.huge", 1, &"x".repeat(1_100_000)), points("app.last", 900, "")]
    });
    assert!(bench.flush());
    let points = |name: &str| bench.collector.metric(name).map_or(0, |metric| metric.points.len());
    assert_eq!((points("app.first"), points("app.huge"), points("app.last")), (900, 0, 900));
    assert_eq!(bench.dropped(), [("data_points_rejected", 1)]);
    let told = bench.told();
    assert!(told.len() == 1 && told[0].contains("where AWS takes 1000000"), "{told:?}");
}

#[test]
fn many_spans_and_log_records_go_in_batches() {
    let bench = Bench::new(|settings| {
        settings.signals = vec![Signal::Traces, Signal::Logs];
        (settings.span_batches.max_items, settings.log_batches.max_items) = (u64::MAX, u64::MAX);
        (settings.span_batches.max_bytes, settings.log_batches.max_bytes) = (usize::MAX, usize::MAX);
    });
    for _ in 0..300 {
        bench.request(|| {
            for _ in 0..99 {
                start_call(Operation::other("lock", "acquire"), None).completed();
            }
        });
        bench.log(&"x".repeat(10_000));
    }
    assert!(bench.flush());
    assert_eq!((bench.collector.complaints(), bench.told(), bench.dropped()), (vec![], vec![], vec![]));
    assert_eq!(bench.collector.look(|received| (received.spans.len(), received.logs.len())), (30_000, 600));
    let requests = |signal| bench.collector.look(|received| received.exports_of(signal).count());
    assert!(requests(Received::Traces) >= 3 && requests(Received::Logs) >= 4);
}

#[test]
fn a_span_and_a_log_record_that_are_too_long_are_cut_and_counted() {
    let collector = Collector::start_blocking();
    collector.play(Played::new(REGION).key(KEY, SECRET));
    let service = Service::new("api");
    let mut limits = Limits::default();
    (limits.field_bytes, limits.metadata_bytes) = (5 << 20, 5 << 20);
    let otlp = exporter(&service, &collector, |settings| settings.signals = vec![Signal::Traces, Signal::Logs]);
    let given = Given::new([Ok(Credentials::new(KEY, SECRET, None, None, "test"))]);
    let otlp = otlp.credentials(given).on_failure(|failure| panic!("{failure}")).build().unwrap();
    // A busy machine would block the poll, and say so.
    let mut capture = Capture::default();
    FindingKind::ALL.into_iter().for_each(|kind| capture.thresholds.switch_off(kind));
    let handle = Handle::builder().service(service).limits(limits).capture(capture).exporter(otlp).build();
    let mut open =
        OpenRequest::open(&handle, RequestHead { method: "GET", path: "/", ..RequestHead::default() }).unwrap();
    open.poll(|| {
        let huge = "ü".repeat(1 << 20);
        start_call(Operation::external("partner.example", &huge), None).completed();
        start_call(Operation::external("other.example", &huge), None).completed();
        (0..40).for_each(|number| _ = request().field(format!("field_{number}"), huge.as_str()));
        request().metadata("cart", serde_json::json!({"items": huge})).error(&std::io::Error::other(huge));
    });
    open.respond(500, Some(0), false);
    drop(open);
    assert!(handle.flush(PATIENCE));
    assert_eq!(collector.complaints(), [""; 0]);
    assert_eq!((collector.spans().len(), collector.logs().len()), (3, 1));
    let dropped: Vec<_> = handle.exporters().flat_map(Exporter::dropped).filter(|(_, count)| *count > 0).collect();
    assert_eq!(dropped, [("spans_cut", 1), ("log_records_cut", 1)]);
}
