//! What was found is the same in lines, in their metrics, in events of series, and in what Prometheus is shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value};
use tachograph_core::{Exporter, FindingKind, Handle, ManualClock, OpenRequest, Operation, Record, RequestHead};
use tachograph_core::{request, start_call};
use tachograph_json::metrics::{self, Metrics, Naming, Number, Points};
use tachograph_json::{Calls, EmfSettings, Json, Sample, Settings};

use super::{check, of_requests};
use crate::bench::{Bench, Collected, PATIENCE, service};

type Counts = BTreeMap<(String, String), f64>;

/// What was found, counted where it was recorded: by route or name of the task, and kind.
#[derive(Debug, Clone, Default)]
struct Recorded(Arc<Mutex<Counts>>);

impl Exporter for Recorded {
    fn name(&self) -> &str {
        "recorded"
    }

    fn record(&self, record: &Record) {
        let place = record.route().unwrap_or(record.path()).to_owned();
        let mut counts = self.0.lock().unwrap();
        for finding in record.findings() {
            *counts.entry((place.clone(), finding.kind().as_str().to_owned())).or_default() += 1.0;
        }
    }
}

/// Work of which, by its number, nothing, one thing or several things are found.
fn work(clock: &ManualClock, number: u64) {
    let advance = |millis| clock.advance(Duration::from_millis(millis));
    for table in 0..number % 4 {
        for id in 0..number % 9 {
            let sql = format!("SELECT * FROM t{table} WHERE id = {}", if table == 2 { 7 } else { id });
            let call = start_call(Operation::database("sqlite", "main", &sql), None);
            advance(number % 30);
            call.completed();
        }
    }
    (0..number % 12).for_each(|_| _ = request().cache_miss("flags"));
    advance(number * 7 % 300);
}

fn run(handle: &Handle, clock: &ManualClock, number: u64) {
    let route = ["/experiments", "/flags/{key}", "/export"][(number % 3) as usize];
    let head = RequestHead { method: "GET", path: route, route: Some(route), ..RequestHead::default() };
    let mut open = OpenRequest::open(handle, head).unwrap();
    open.poll(|| work(clock, number));
    open.respond(200, None, number.is_multiple_of(17));
    clock.advance(Duration::from_millis(number % 5 * 300));
    open.sent((number % 3 * 200_000) as usize);
    open.complete();
}

fn counted(lines: &[Map<String, Value>]) -> Counts {
    let mut counts = Counts::new();
    for line in lines.iter().filter(|line| line["event"] == "finding") {
        let place = line.get("route").unwrap_or_else(|| &line["name"]).as_str().unwrap();
        *counts.entry((place.to_owned(), line["finding"].as_str().unwrap().to_owned())).or_default() += 1.0;
    }
    counts
}

fn series(metrics: &Metrics, handle: &Handle) -> Counts {
    let snapshot = metrics.collect(handle, Naming::OpenTelemetry);
    let mut counts = Counts::new();
    for (name, place) in [("http.server.findings", "http.route"), ("task.findings", "task")] {
        let Points::Counter(points) = &snapshot.metric(name).unwrap().points else { panic!("{name}") };
        for point in points {
            let text = |name| match point.attributes.get(name) {
                Some(metrics::Value::Text(text)) => text.to_string(),
                other => panic!("{name}: {other:?}"),
            };
            assert_ne!(point.value, Number::Whole(0), "what was not found has no series");
            *counts.entry((text(place), text("finding"))).or_default() += point.value.as_f64();
        }
    }
    counts
}

/// The metric `findings` by route, of lines or of events.
fn of_metrics(lines: &[Map<String, Value>]) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for line in lines.iter().filter(|line| line.contains_key("route")) {
        if let Some(findings) = check::metrics(line).get("findings") {
            *sums.entry(line["route"].as_str().unwrap().to_owned()).or_default() += findings.iter().sum::<f64>();
        }
    }
    sums
}

#[test]
fn what_was_found_is_the_same_everywhere() {
    let (recorded, metrics) = (Recorded::default(), Metrics::new(&service(), metrics::Settings::default()).unwrap());
    let emf = |name: &str, aggregate, sink: &Collected| {
        let emf = EmfSettings { aggregate, ..EmfSettings::default() };
        let mut settings = Settings { name: name.into(), emf, ..of_requests() };
        settings.filter.events = None;
        Json::with_sink(&service(), settings, Box::new(sink.clone())).unwrap()
    };
    let (by_line, by_series) = (Collected::default(), Collected::default());
    // What has findings has its lines whatever the sample.
    let settings = Settings { calls: Calls::None, sample: Sample::new(0.0).unwrap(), ..Settings::default() };
    let bench = Bench::build(&service(), settings, |builder| {
        builder
            .exporter(recorded.clone())
            .exporter(metrics.clone())
            .exporter(emf("by_line", None, &by_line))
            .exporter(emf("by_series", Some(Duration::from_secs(60)), &by_series))
    });
    for thread in 0..4 {
        // One thread after the other: their clock is one.
        std::thread::scope(|scope| {
            scope.spawn(|| (0..100).for_each(|number| run(&bench.handle, &bench.clock, thread * 100 + number)));
        });
    }
    (0..40).for_each(|number| bench.task("rollup", || work(&bench.clock, number)));

    let lines: Vec<_> = bench.lines().iter().map(|line| crate::strict::object(line)).collect();
    let expected = recorded.0.lock().unwrap().clone();
    let kinds = [
        FindingKind::NPlusOne,
        FindingKind::DuplicateQuery,
        FindingKind::CacheMisses,
        FindingKind::LargeResponse,
        FindingKind::SlowBody,
        FindingKind::Blocking,
        FindingKind::TooManyQueries,
        FindingKind::SlowRequest,
    ];
    for kind in kinds {
        assert!(expected.keys().any(|(_, found)| found == kind.as_str()), "no {kind} in {expected:?}");
    }
    assert_eq!(counted(&lines), expected, "lines");
    assert_eq!(series(&metrics, &bench.handle), expected, "series");

    let mut by_route = BTreeMap::<String, f64>::new();
    for ((route, _), count) in expected.iter().filter(|((place, _), _)| place != "rollup") {
        *by_route.entry(route.clone()).or_default() += count;
    }
    let mut members = BTreeMap::<String, f64>::new();
    for line in lines.iter().filter(|line| line["event"] == "request") {
        let sum = members.entry(line["route"].as_str().unwrap().to_owned()).or_default();
        *sum += line.get("findings").and_then(Value::as_f64).unwrap_or(0.0);
    }
    assert_eq!(members, by_route, "members");
    assert!(bench.handle.shutdown(PATIENCE));
    let checked = |sink: &Collected| sink.text().lines().map(check::line).collect::<Vec<_>>();
    let (by_line, by_series) = (checked(&by_line), checked(&by_series));
    assert_eq!(of_metrics(&by_line), by_route, "metrics of lines");
    assert_eq!(of_metrics(&by_series), by_route, "metrics of series");
    for lines in [&by_line, &by_series] {
        assert_eq!(
            counted(&lines.iter().filter(|line| line.contains_key("event")).cloned().collect::<Vec<_>>()),
            expected
        );
    }
}

#[test]
fn lines_of_findings_are_no_metrics_of_their_own() {
    for group in [None, Some("/experiments/requests".to_owned())] {
        let emf = EmfSettings { log_group: group.clone(), ..EmfSettings::default() };
        let mut settings = Settings { emf, ..of_requests() };
        settings.filter.events.as_mut().unwrap().push(tachograph_json::Event::Finding);
        let bench = Bench::new(settings);
        bench.request("/", 200, || work(&bench.clock, 8 + 3));
        let lines = super::checked(&bench);
        assert!(lines.len() >= 3, "{lines:?}");
        let found: Vec<_> = lines.iter().filter(|line| line["event"] == "finding").collect();
        assert_eq!(lines[0]["findings"], found.len());
        assert_eq!(check::metrics(&lines[0])["findings"], [found.len() as f64]);
        for line in found {
            assert!(check::metrics(line).is_empty());
            // The agent takes no line that names no group.
            let named = line.get("_aws").and_then(|aws| aws["LogGroupName"].as_str());
            assert_eq!(named, group.as_deref());
        }
    }
}
