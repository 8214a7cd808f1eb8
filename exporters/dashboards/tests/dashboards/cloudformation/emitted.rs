//! What the exporter writes for a service that is made for these settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value};
use tachograph_core::{
    Handle, ManualClock, OpenRequest, Operation, PoolUse, RequestHead, SequentialIds, Service, start_call,
};
use tachograph_dashboards::Settings;
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::metrics::{self, Attributes, Metric, Metrics, Point, Points};
use tachograph_json::{EmfSettings, Format, Json};

/// Reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

type Line = Map<String, Value>;

/// A metric of CloudWatch: its name, and the values of its dimensions.
pub(crate) type Name = (String, BTreeMap<String, String>);

#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Sink for Collected {
    fn describe(&self) -> String {
        "collected".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        self.0.lock().unwrap().extend_from_slice(batch);
        Ok(())
    }
}

/// Two counters of the application's own: one by label, one without.
fn counters() -> Vec<Metric> {
    let of = |reason: &str| -> Attributes { [("reason".to_owned(), reason.to_owned())].into_iter().collect() };
    let rollbacks = vec![Point::new(of("errors"), 2_u64), Point::new(of("latency"), 3)];
    let events = vec![Point::new(Attributes::default(), 7_u64)];
    vec![
        Metric::new("safety_rollbacks_total", Points::Counter(rollbacks)),
        Metric::new("events_tracked_total", Points::Counter(events)),
    ]
}

/// The lines of eight requests that need all there is, of which two failed and three were slow, of a stream, a task and two
/// invocations of a function, and of what no request carries.
pub(crate) fn lines(settings: &Settings) -> Vec<Line> {
    let mut service = Service::new(&settings.service).version("1.4.2");
    service.environment.clone_from(&settings.environment);
    let numbers = Metrics::new(&service, metrics::Settings::default()).unwrap();
    numbers.add_source(counters);
    let emf = EmfSettings {
        namespace: Some(settings.namespace.clone()),
        dimensions: settings.dimensions.clone(),
        metrics: Some(numbers),
        ..EmfSettings::default()
    };
    let json = tachograph_json::Settings {
        format: Format::Emf,
        naming: settings.emf_naming,
        emf,
        ..tachograph_json::Settings::default()
    };
    let (clock, collected) = (ManualClock::new(), Collected::default());
    let json = Json::with_sink(&service, json, Box::new(collected.clone())).unwrap();
    let handle = Handle::builder().clock(clock.clone()).ids(SequentialIds::default()).exporter(json).build();
    handle.watch_pool("main", || Some(PoolUse { idle: 1, in_use: 3, max: 4, waiting: 0, timeouts: 1 }));

    for (status, millis, times) in [(200, 5, 4), (500, 5, 1), (503, 1500, 1), (200, 1001, 2)] {
        (0..times).for_each(|_| request(&handle, &clock, status, millis, false));
    }
    request(&handle, &clock, 200, 60_000, true);
    for (name, cold) in [("rollup", None), ("resize", Some(true)), ("resize", Some(false))] {
        let work = async {
            if let Some(cold) = cold {
                tachograph_core::request().field("cold_start", cold).field("function_name", name);
            }
        };
        let mut task = Box::pin(handle.task(name, work));
        assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    }
    assert!(handle.flush(PATIENCE));
    let text = String::from_utf8(collected.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(handle: &Handle, clock: &ManualClock, status: u16, millis: u64, streaming: bool) {
    let route = Some("/experiments/{id}");
    let head = RequestHead { method: "GET", path: "/experiments/7", route, ..RequestHead::default() };
    let mut request = OpenRequest::open(handle, head).unwrap();
    request.poll(|| {
        let calls = [
            Operation::database("sqlite", "experiments", "SELECT 1"),
            Operation::external("partner:8080", "GET"),
            Operation::cache("flags", "GET"),
        ];
        calls.into_iter().for_each(|operation| start_call(operation, None).completed());
        clock.advance(Duration::from_millis(millis));
    });
    request.respond(status, Some(0), streaming);
    request.complete();
}

/// What CloudWatch makes of the lines: metrics, by their namespace.
pub(crate) fn published(lines: &[Line]) -> BTreeSet<(String, Name)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut published = BTreeSet::new();
    for line in lines {
        let directives = line.get("_aws").map(|aws| list(&aws["CloudWatchMetrics"])).unwrap_or_default();
        for directive in directives {
            for set in list(&directive["Dimensions"]) {
                let values: BTreeMap<String, String> =
                    list(&set).iter().map(|name| (text(name), text(&line[name.as_str().unwrap()]))).collect();
                for metric in list(&directive["Metrics"]) {
                    published.insert((text(&directive["Namespace"]), (text(&metric["Name"]), values.clone())));
                }
            }
        }
    }
    published
}
