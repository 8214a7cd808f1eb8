//! Metrics, as a strict receiver reads them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric as Proto, exemplar, number_data_point};
use tachograph_core::{Handle, ManualClock, Service, SpanId, TraceId};
use tachograph_delivery::Source;
use tachograph_metrics::{Attributes, Distribution, Exemplar, Metric, Metrics, Number, Point, Points, Settings, Value};

use super::Snapshots;
use crate::decoded::{attributes, request};
use crate::settings::{Exemplars, Requests, Temporality};

/// When a manual clock begins, in nanoseconds since 1970.
const START: u64 = ManualClock::EPOCH_SECONDS * 1_000_000_000;

struct Bench {
    clock: ManualClock,
    shown: Arc<Mutex<Vec<Metric>>>,
    snapshots: Snapshots,
    _handle: Handle,
}

impl Bench {
    fn new(temporality: Temporality, exemplars: Exemplars) -> Self {
        let service = Service::new("api");
        let metrics = Metrics::new(&service, Settings::default()).unwrap();
        let clock = ManualClock::new();
        let handle = Handle::builder().clock(clock.clone()).exporter(metrics.clone()).build();
        let shown = Arc::<Mutex<Vec<Metric>>>::default();
        let source = Arc::clone(&shown);
        metrics.add_source(move || source.lock().unwrap().clone());
        Bench {
            clock,
            shown,
            snapshots: Snapshots::new(metrics, temporality, exemplars, Requests::default()),
            _handle: handle,
        }
    }

    fn show(&self, metrics: impl IntoIterator<Item = Metric>) {
        *self.shown.lock().unwrap() = metrics.into_iter().collect();
    }

    /// What is sent now of the application's metrics, whose names begin so.
    fn sent(&mut self) -> Vec<Proto> {
        let mut frame = Vec::new();
        let items = self.snapshots.pull(&mut frame);
        let request: ExportMetricsServiceRequest = request(&frame);
        let metrics = request.resource_metrics[0].scope_metrics[0].metrics.clone();
        assert_eq!(metrics.iter().map(points).sum::<usize>(), items as usize);
        metrics.into_iter().filter(|metric| metric.name.starts_with("app.")).collect()
    }
}

fn points(metric: &Proto) -> usize {
    match metric.data.as_ref().unwrap() {
        Data::Gauge(gauge) => gauge.data_points.len(),
        Data::Sum(sum) => sum.data_points.len(),
        Data::Histogram(histogram) => histogram.data_points.len(),
        other => panic!("{other:?}"),
    }
}

fn by(queue: &'static str) -> Attributes {
    [("queue", Value::from(queue)), ("shard", Value::from(3)), ("hot", Value::from(true))].into_iter().collect()
}

fn counter(values: &[(&'static str, Number)]) -> Metric {
    let points = values.iter().map(|(queue, value)| Point::new(by(queue), *value)).collect();
    Metric::new("app.jobs", Points::Counter(points)).unit("{job}").description("Jobs done")
}

fn histogram(counts: [u64; 3], sum: f64, at: u64) -> Metric {
    let exemplar = Exemplar {
        value: Number::Nanos(1_500_000_000),
        bucket: 1,
        time: UNIX_EPOCH + Duration::from_nanos(START + at),
        trace_id: TraceId::new(7).unwrap(),
        span_id: SpanId::new(8).unwrap(),
    };
    let distribution = Distribution {
        bounds: [1.0, 2.0].into(),
        counts: counts.to_vec(),
        sum: Number::Float(sum),
        exemplar: Some(exemplar),
    };
    Metric::new("app.time", Points::Histogram(vec![Point::new(by("mail"), distribution)])).unit("s")
}

fn values(metric: &Proto) -> Vec<number_data_point::Value> {
    let points = match metric.data.as_ref().unwrap() {
        Data::Gauge(gauge) => &gauge.data_points,
        Data::Sum(sum) => &sum.data_points,
        other => panic!("{other:?}"),
    };
    points.iter().map(|point| point.value.unwrap()).collect()
}

#[test]
fn each_kind_of_metric() {
    use number_data_point::Value::{AsDouble, AsInt};
    let mut bench = Bench::new(Temporality::Cumulative, Exemplars::OfTraces);
    bench.clock.advance(Duration::from_secs(60));
    bench.show([
        counter(&[("mail", Number::Whole(7)), ("none", Number::Whole(0)), ("most", Number::Whole(u64::MAX))]),
        Metric::new("app.load", Points::Gauge(vec![Point::new(by("mail"), 0.25)])),
        Metric::new("app.waiting", Points::UpDownCounter(vec![Point::new(by("mail"), Number::Nanos(1_500_000_000))])),
        histogram([1, 2, 0], 3.5, 5),
    ]);
    let sent = bench.sent();
    let [jobs, load, waiting, time] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!([&jobs.name, &jobs.unit, &jobs.description], ["app.jobs", "{job}", "Jobs done"]);
    let mut numbers = values(jobs);
    numbers.sort_by_key(|value| format!("{value:?}"));
    assert_eq!(numbers, [AsInt(0), AsInt(7), AsInt(i64::MAX)]);
    assert_eq!((values(load), values(waiting)), (vec![AsDouble(0.25)], vec![AsDouble(1.5)]));
    let (Some(Data::Sum(jobs)), Some(Data::Sum(waiting))) = (&jobs.data, &waiting.data) else { panic!("sums") };
    assert_eq!((jobs.is_monotonic, jobs.aggregation_temporality), (true, 2));
    assert_eq!((waiting.is_monotonic, waiting.aggregation_temporality), (false, 2));
    let point = &jobs.data_points[0];
    assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (START, START + 60_000_000_000));
    let named = attributes(&waiting.data_points[0].attributes);
    assert_eq!(named, [("queue", "\"mail\""), ("shard", "3"), ("hot", "true")].map(|(n, v)| (n, v.to_owned())).into());

    let Some(Data::Histogram(time)) = &time.data else { panic!("a histogram") };
    let point = &time.data_points[0];
    assert_eq!((time.aggregation_temporality, point.count, point.sum), (2, 3, Some(3.5)));
    assert_eq!((&point.bucket_counts[..], &point.explicit_bounds[..]), (&[1, 2, 0][..], &[1.0, 2.0][..]));
    let exemplar = &point.exemplars[0];
    assert_eq!((exemplar.value, exemplar.time_unix_nano), (Some(exemplar::Value::AsDouble(1.5)), START + 5));
    assert_eq!((&exemplar.trace_id[..], &exemplar.span_id[..]), (&7_u128.to_be_bytes()[..], &8_u64.to_be_bytes()[..]));
}

#[test]
fn exemplars_can_be_left_out() {
    let mut bench = Bench::new(Temporality::Cumulative, Exemplars::Never);
    bench.show([histogram([1, 0, 0], 0.5, 0)]);
    let Some(Data::Histogram(time)) = bench.sent().remove(0).data else { panic!("a histogram") };
    assert!(time.data_points[0].exemplars.is_empty());
}

#[test]
fn what_was_added_counts_from_the_last_export_that_arrived() {
    use number_data_point::Value::AsInt;
    let mut bench = Bench::new(Temporality::Delta, Exemplars::OfTraces);
    let mut told = |settled: Option<bool>, counted: u64, counts: [u64; 3], sum: f64| {
        bench.show([counter(&[("mail", Number::Whole(counted))]), histogram(counts, sum, 1)]);
        bench.clock.advance(Duration::from_secs(1));
        let sent = bench.sent();
        if let Some(accepted) = settled {
            bench.snapshots.settled(accepted);
        }
        let Some(Data::Histogram(time)) = &sent[1].data else { panic!("a histogram") };
        let point = &time.data_points[0];
        assert_eq!(time.aggregation_temporality, 1);
        let start = (point.start_time_unix_nano - START) / 1_000_000_000;
        (values(&sent[0])[0], point.bucket_counts.clone(), point.sum.unwrap(), start, point.exemplars.len())
    };
    assert_eq!(told(Some(true), 5, [1, 0, 0], 0.5), (AsInt(5), vec![1, 0, 0], 0.5, 0, 1));
    // Replaced by a newer one, then given up: neither has arrived.
    assert_eq!(told(None, 6, [2, 0, 0], 1.0), (AsInt(1), vec![1, 0, 0], 0.5, 1, 0));
    assert_eq!(told(Some(false), 8, [2, 1, 0], 2.5), (AsInt(3), vec![1, 1, 0], 2.0, 1, 0));
    assert_eq!(told(Some(true), 9, [2, 1, 1], 5.5), (AsInt(4), vec![1, 1, 1], 5.0, 1, 0));
    assert_eq!(told(Some(true), 9, [2, 1, 1], 5.5), (AsInt(0), vec![0, 0, 0], 0.0, 4, 0));
}

#[test]
fn what_goes_up_and_down_is_never_told_as_a_difference() {
    use number_data_point::Value::AsInt;
    let mut bench = Bench::new(Temporality::Delta, Exemplars::OfTraces);
    for _ in 0..2 {
        bench.show([Metric::new("app.open", Points::UpDownCounter(vec![Point::new(by("mail"), 4)]))]);
        let sent = bench.sent();
        bench.snapshots.settled(true);
        let Some(Data::Sum(open)) = &sent[0].data else { panic!("a sum") };
        assert_eq!((values(&sent[0]), open.aggregation_temporality), (vec![AsInt(4)], 2));
    }
}
