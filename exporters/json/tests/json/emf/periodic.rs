//! What no request carries.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value};
use tachograph_core::{Exporter, Handle, ManualClock, PoolUse, Record, Service};
use tachograph_json::metrics::{self, Attributes, Distribution, Metric, Metrics, Naming, Number, Point, Points};
use tachograph_json::{EmfSettings, Event, Filter, Format, Json, Settings};

use super::check;
use super::failing::{Failing, refuse};
use crate::bench::{Bench, PATIENCE, service};
use crate::hostile::text;

type Members = Map<String, Value>;

/// Nothing but events of metrics.
fn settings() -> Settings {
    let filter = Filter { events: Some(vec![Event::Metrics]), ..Filter::default() };
    Settings { format: Format::Emf, filter, on_failure: Box::new(|_| ()), ..Settings::default() }
}

/// The application's own metrics, as a test sets them.
#[derive(Clone)]
struct Application {
    metrics: Metrics,
    shown: Arc<Mutex<Vec<Metric>>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Application {
    fn new(max_series: usize) -> Self {
        let (shown, warnings) = (Arc::<Mutex<Vec<Metric>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let told = Arc::clone(&warnings);
        let on_warning = Box::new(move |warning: &str| told.lock().unwrap().push(warning.to_owned()));
        let settings = metrics::Settings { max_series, on_warning, ..metrics::Settings::default() };
        let metrics = Metrics::new(&service(), settings).unwrap();
        let source = Arc::clone(&shown);
        metrics.add_source(move || source.lock().unwrap().clone());
        Application { metrics, shown, warnings }
    }

    fn show(&self, metrics: Vec<Metric>) {
        *self.shown.lock().unwrap() = metrics;
    }

    fn settings(&self) -> Settings {
        let emf = EmfSettings { metrics: Some(self.metrics.clone()), ..EmfSettings::default() };
        Settings { emf, ..settings() }
    }
}

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Attributes {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn counter(name: &'static str, points: Vec<(Attributes, u64)>) -> Metric {
    Metric::new(name, Points::Counter(points.into_iter().map(|(of, count)| Point::new(of, count)).collect()))
}

fn gauge(name: &'static str, value: f64) -> Metric {
    Metric::new(name, Points::Gauge(vec![Point::new(Attributes::default(), value)]))
}

fn checked(lines: &[String]) -> Vec<Members> {
    lines.iter().map(|line| check::line(line)).collect()
}

fn values(event: &Members, name: &str) -> Vec<f64> {
    check::metrics(event).remove(name).unwrap_or_default()
}

/// The values of a metric in all events with these dimensions besides those of the service.
fn found(events: &[Members], dimensions: &[(&str, &str)], name: &str) -> Vec<f64> {
    let has_only = |event: &&Members| {
        let sets = check::sets(event);
        // A notice of what was dropped has none.
        let set = sets.first().map_or(&[][..], Vec::as_slice);
        let own: Vec<&str> = set.iter().copied().filter(|name| !["service", "environment"].contains(name)).collect();
        let is_own = |(name, value): &(&str, &str)| own.contains(name) && event[*name] == *value;
        own.len() == dimensions.len() && dimensions.iter().all(is_own)
    };
    events.iter().filter(has_only).flat_map(|event| values(event, name)).collect()
}

fn minute(bench: &Bench) {
    bench.advance(60_000_000);
}

#[test]
fn it_says_what_is_open_and_once_that_the_service_started() {
    let bench = Bench::new(settings());
    let open = [bench.open("GET", "/", None), bench.open("POST", "/", None)];
    let mut task = Box::pin(bench.handle.task("rollup", std::future::pending::<()>()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(task.as_mut().poll(&mut context).is_pending());

    let first = checked(&bench.lines());
    let names = ["active_requests", "active_tasks", "cold_starts", "dropped", "bounds_hit"];
    assert_eq!(names.map(|name| found(&first, &[], name)), [[2.0], [1.0], [1.0], [0.0], [0.0]]);
    assert_eq!((first.len(), check::sets(&first[0])), (1, vec![vec!["service", "environment"]]));
    assert_eq!((&first[0]["logger"], &first[0]["service"]), (&"tachograph.metrics".into(), &"experiments-api".into()));

    bench.advance(29_999_999);
    assert_eq!(bench.lines().len(), 1, "levels are told once in an interval, however often it is flushed");
    drop((open, task));
    bench.advance(1);
    let second = checked(&bench.lines()[1..]);
    assert_eq!(names.map(|name| found(&second, &[], name)), [vec![0.0], vec![0.0], vec![], vec![0.0], vec![0.0]]);
}

#[test]
fn plain_names_are_those_of_prometheus() {
    let application = Application::new(2000);
    application.show(vec![counter("experiment_assignments_total", vec![(labels([("variant", "a")]), 2)])]);
    let bench = Bench::new(Settings { naming: Naming::Plain, ..application.settings() });
    bench.handle.watch_pool("main", || Some(PoolUse { idle: 1, in_use: 3, max: 4, waiting: 2, timeouts: 5 }));
    let events = checked(&bench.lines());
    let names = ["http_requests_in_progress", "tasks_in_progress", "cold_starts_total", "tachograph_dropped_total"];
    assert_eq!(names.map(|name| found(&events, &[], name)), [[0.0], [0.0], [1.0], [0.0]]);
    let names = ["db_pool_utilization", "db_pool_connections", "db_pool_waiting", "db_pool_timeouts_total"];
    assert_eq!(names.map(|name| found(&events, &[("pool", "main")], name)), [[75.0], [4.0], [2.0], [5.0]]);
    assert_eq!(found(&events, &[("variant", "a")], "experiment_assignments_total"), [2.0]);
}

#[test]
fn pools_are_told_by_name_and_their_timeouts_as_they_come() {
    let bench = Bench::new(settings());
    let used = Arc::new(Mutex::new(PoolUse { idle: 0, in_use: 1, max: 3, waiting: 0, timeouts: 7 }));
    let read = Arc::clone(&used);
    bench.handle.watch_pool("main", move || Some(*read.lock().unwrap()));
    bench.handle.watch_pool("unbounded", || Some(PoolUse::default()));
    bench.handle.watch_pool("idle", || Some(PoolUse { max: 3, ..PoolUse::default() }));
    let first = checked(&bench.lines());
    let of = |events: &[Members], name| found(events, &[("pool", "main")], name);
    assert!((of(&first, "pool_utilization")[0] - 100.0 / 3.0).abs() < 1e-9);
    assert_eq!(of(&first, "pool_timeouts"), [7.0]);
    assert_eq!(found(&first, &[("pool", "unbounded")], "pool_connections"), [0.0]);
    assert!(found(&first, &[("pool", "unbounded")], "pool_utilization").is_empty(), "of nothing there is no share");
    assert_eq!(found(&first, &[], "pool_utilization"), of(&first, "pool_utilization"), "the fullest, by no name");
    let unit = first.iter().find(|event| event.contains_key("pool_utilization")).unwrap()["_aws"].to_string();
    assert!(unit.contains(r#"{"Name":"pool_utilization","Unit":"Percent"}"#), "{unit}");

    used.lock().unwrap().timeouts = 9;
    let count = bench.lines().len();
    let flushed = checked(&bench.lines()[first.len()..]);
    assert_eq!(
        (of(&flushed, "pool_timeouts"), of(&flushed, "pool_waiting")),
        (vec![2.0], vec![]),
        "between two intervals"
    );
    minute(&bench);
    let next = checked(&bench.lines()[count..]);
    assert_eq!((of(&next, "pool_timeouts"), of(&next, "pool_waiting")), (vec![], vec![0.0]));
}

#[test]
fn counters_of_three_intervals_without_a_sink_arrive_in_the_fourth() {
    let application = Application::new(2000);
    let (sink, clock) = (Failing::default(), ManualClock::new());
    let json = Json::with_sink(&service(), application.settings(), Box::new(sink.clone())).unwrap();
    let handle = Handle::builder().clock(clock.clone()).exporter(json).build();
    let histogram = |counts: [u64; 3], sum| {
        let value =
            Distribution { bounds: [1.0, 2.0].into(), counts: counts.into(), sum: Number::Float(sum), exemplar: None };
        Metric::new("lag_seconds", Points::Histogram(vec![Point { attributes: Attributes::default(), value }]))
            .unit("s")
    };
    let rounds = [
        (3, [1, 0, 0], 0.5),
        (10, [1, 1, 0], 2.0),
        (10, [2, 1, 0], 2.75),
        (17, [2, 2, 1], 14.0),
        (18, [2, 2, 1], 14.0),
    ];
    for (round, (count, counts, sum)) in rounds.into_iter().enumerate() {
        let events =
            counter("events_tracked", vec![(labels([("kind", "click")]), count), (labels([("kind", "none")]), 0)]);
        application.show(vec![events, histogram(counts, sum), gauge("queue", count as f64)]);
        clock.advance(Duration::from_secs(60));
        sink.next((1..4).contains(&round).then(refuse));
        assert!(handle.flush(PATIENCE));
    }
    let lines: Vec<String> = sink.text().lines().map(str::to_owned).collect();
    let events = checked(&lines);
    assert_eq!(found(&events, &[("kind", "click")], "events_tracked"), [3.0, 15.0]);
    assert!(found(&events, &[("kind", "none")], "events_tracked").is_empty());
    assert_eq!(found(&events, &[], "lag_seconds_count"), [1.0, 4.0]);
    let lags = found(&events, &[], "lag_seconds");
    assert!(lags.len() == 5 && (lags.iter().sum::<f64>() - 14.0).abs() < 1e-9, "{lags:?}");
    assert_eq!(found(&events, &[], "queue"), [3.0, 18.0], "a level is of now");
    assert_eq!(found(&events, &[], "cold_starts"), [1.0]);
}

#[test]
fn a_start_that_did_not_arrive_is_told_again() {
    let (sink, clock) = (Failing::default(), ManualClock::new());
    sink.next([refuse()]);
    let json = Json::with_sink(&service(), settings(), Box::new(sink.clone())).unwrap();
    let handle = Handle::builder().clock(clock).exporter(json).build();
    (0..3).for_each(|_| assert!(handle.flush(PATIENCE)));
    let lines: Vec<String> = sink.text().lines().map(str::to_owned).collect();
    assert_eq!(found(&checked(&lines), &[], "cold_starts"), [1.0]);
    assert_eq!(found(&checked(&lines), &[], "active_requests"), [0.0]);
}

/// An exporter that loses what it is given.
#[derive(Debug)]
struct Losing;

impl Exporter for Losing {
    fn name(&self) -> &str {
        "losing"
    }

    fn record(&self, _: &Record) {}

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        vec![("buffer_full", 3), ("too_late", 0)]
    }
}

#[test]
fn what_exporters_dropped_is_told_by_exporter_and_in_all() {
    let bench = Bench::build(&service(), settings(), |builder| builder.exporter(Losing));
    let events = checked(&bench.lines());
    assert_eq!(found(&events, &[], "dropped"), [3.0]);
    assert_eq!(found(&events, &[("exporter", "losing"), ("reason", "buffer_full")], "dropped"), [3.0]);
    assert_eq!(events.len(), 2, "nothing of those that dropped nothing");
    minute(&bench);
    let next = checked(&bench.lines()[2..]);
    assert_eq!((found(&next, &[], "dropped"), next.len()), (vec![0.0], 1));
}

#[test]
fn what_is_no_number_is_left_out_and_a_hundred_and_one_metrics_are_two_events() {
    let application = Application::new(2000);
    let names: Vec<String> = (0..101).map(|number| format!("gauge_{number}")).collect();
    let mut metrics: Vec<Metric> = names
        .iter()
        .map(|name| Metric::new(name.clone(), Points::Gauge(vec![Point::new(labels([("kind", "many")]), 1.5)])))
        .collect();
    metrics.extend([gauge("not_a_number", f64::NAN), gauge("endless", f64::NEG_INFINITY), gauge("huge", 1e300)]);
    metrics.extend([gauge("tiny", 1e-300), gauge("large", -1e100)]);
    application.show(metrics);
    let bench = Bench::new(application.settings());
    let events = checked(&bench.lines());
    assert!(names.iter().all(|name| found(&events, &[("kind", "many")], name) == [1.5]));
    let sizes: Vec<usize> = events.iter().map(|event| check::metrics(event).len()).collect();
    assert_eq!(sizes[1..], [100, 1]);
    assert_eq!((found(&events, &[], "tiny"), found(&events, &[], "large")), (vec![0.0], vec![-1e100]));
    let all = bench.lines().concat();
    assert!(["not_a_number", "endless", "huge"].iter().all(|name| !all.contains(name)));
}

#[test]
fn names_and_labels_are_made_what_cloudwatch_takes() {
    let application = Application::new(2000);
    let many: Vec<(String, String)> = (0..31).map(|number| (format!("label_{number:02}"), "x".into())).collect();
    application.show(vec![
        counter("service", vec![(labels([("service", "other"), ("_aws", "x")]), 1)]),
        counter("Timestamp", vec![(labels([("timestamp", "now"), ("orders", "x")]), 1)]),
        counter("orders", vec![(many.into_iter().collect(), 1)]),
        counter("Bestellungen für Zoë", vec![(labels([("Größe", "XL\n\u{2028}"), ("leer", ""), (":", "a")]), 1)]),
        counter("long", vec![(labels([("path", &"x".repeat(3000))]), 1)]),
        Metric::new("orders_count", Points::Gauge(vec![Point::new(labels([("lag", "x"), ("lag_count", "y")]), 1.0)])),
        Metric::new(
            "lag",
            Points::Histogram(vec![Point {
                attributes: Attributes::default(),
                value: Distribution { bounds: [].into(), counts: vec![1], sum: Number::Float(0.1), exemplar: None },
            }]),
        ),
    ]);
    let bench = Bench::new(application.settings());
    let events = checked(&bench.lines());
    assert_eq!(found(&events, &[("service__", "other"), ("_aws_", "x")], "service_"), [1.0]);
    assert_eq!(found(&events, &[("timestamp_", "now"), ("orders_", "x")], "Timestamp_"), [1.0]);
    assert_eq!(found(&events, &[("Gr__e", "XL__"), ("_", "a")], "Bestellungen f_r Zo_"), [1.0]);
    assert_eq!(found(&events, &[("path", &"x".repeat(1024))], "long"), [1.0]);
    assert_eq!(found(&events, &[("lag_", "x"), ("lag_count_", "y")], "orders_count"), [1.0]);
    let orders = events.iter().find(|event| !values(event, "orders").is_empty()).unwrap();
    assert_eq!(
        (check::sets(orders)[0].len(), orders.contains_key("label_26"), orders.contains_key("label_27")),
        (29, true, false)
    );
}

#[test]
fn series_that_become_the_same_are_both_told() {
    let application = Application::new(2000);
    let points =
        vec![(labels([("city", "Köln")]), 1), (labels([("city", "Keln")]), 2), (labels([("city", "Kéln")]), 4)];
    application.show(vec![counter("orders", points)]);
    let bench = Bench::new(application.settings());
    let events = checked(&bench.lines());
    assert_eq!(found(&events, &[("city", "K_ln")], "orders").iter().sum::<f64>(), 5.0);
    assert_eq!(found(&events, &[("city", "Keln")], "orders"), [2.0]);
}

#[test]
fn sets_of_labels_are_bounded_and_it_is_told() {
    let application = Application::new(10);
    let points = (0..20).map(|number| (labels([("user", &*format!("{number:02}"))]), 1)).collect();
    application.show(vec![counter("orders", points), gauge("queue", 1.0)]);
    let bench = Bench::new(application.settings());
    assert_eq!(bench.lines().len(), 10);
    let warnings = application.warnings.lock().unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("more than 10 sets of labels"), "{warnings:?}");
}

#[test]
fn the_dimensions_are_those_of_the_service_that_are_configured() {
    let sets = |dimensions: &[&[&str]], service: &Service| {
        let application = Application::new(10);
        application.show(vec![counter("orders", vec![(labels([("kind", "a")]), 1)])]);
        let dimensions = dimensions.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect();
        let Settings { emf, .. } = application.settings();
        let settings = Settings { emf: EmfSettings { dimensions, ..emf }, ..settings() };
        let bench = Bench::build(service, settings, |builder| builder);
        let events = checked(&bench.lines());
        let sets = |event: &Members| {
            let sets = check::sets(event);
            sets.iter().map(|set| set.join(",")).collect::<Vec<_>>().join(" ")
        };
        [sets(&events[0]), sets(&events[1])]
    };
    let service = service();
    assert_eq!(sets(&[&["service"], &["version"]], &service), ["service version", "service,kind version,kind"]);
    assert_eq!(sets(&[&["service", "route"]], &service), ["service,environment", "service,environment,kind"]);
    assert_eq!(sets(&[&[]], &service), ["", "kind"]);
    assert_eq!(sets(&[&["route"]], &Service::new("x")), ["service", "service,kind"]);
}

#[test]
fn the_last_event_is_written_at_the_shutdown() {
    let application = Application::new(10);
    let bench = Bench::new(application.settings());
    bench.lines();
    application.show(vec![counter("orders", vec![(Attributes::default(), 7)])]);
    assert!(bench.handle.shutdown(PATIENCE));
    assert_eq!(found(&checked(&bench.lines()), &[], "orders"), [7.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_metric_is_an_event_that_cloudwatch_takes(
        metrics in prop::collection::vec((text(), prop::collection::vec((text(), text()), 0..5), any::<f64>(), 0..3), 0..6),
        (service, environment) in ("[ -~]{1,20}", prop::option::of("[!-~]{1,20}")),
    ) {
        let application = Application::new(100);
        let mut service = Service::new(service + "x");
        if let Some(environment) = environment {
            service = service.environment(environment);
        }
        let metrics = metrics.into_iter().map(|(name, labels, value, kind)| {
            let labels: std::collections::BTreeMap<String, String> = labels.into_iter().collect();
            let attributes: Attributes = labels.into_iter().collect();
            let points = match kind {
                0 => Points::Counter(vec![Point::new(attributes, value)]),
                1 => Points::Gauge(vec![Point::new(attributes, value)]),
                _ => {
                    let value = Distribution { bounds: [0.5].into(), counts: vec![3, 200], sum: Number::Float(value), exemplar: None };
                    Points::Histogram(vec![Point { attributes, value }])
                }
            };
            Metric::new(name, points)
        });
        application.show(metrics.collect());
        let emf = EmfSettings { namespace: Some("test".into()), ..application.settings().emf };
        let bench = Bench::build(&service, Settings { emf, ..settings() }, |builder| builder);
        prop_assert!(!checked(&bench.lines()).is_empty());
    }
}
