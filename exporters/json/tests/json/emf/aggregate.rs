//! Requests told of together.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value};
use tachograph_core::{Handle, Level, ManualClock, OpenRequest, Operation, RequestHead, Yield, start_call};
use tachograph_json::delivery::{self, SendError, Sink};
use tachograph_json::metrics::{self, Metrics, Naming, Points};
use tachograph_json::{EmfSettings, Event, Filter, Format, Json, Sample, Settings};

use super::check;
use super::failing::{Attempt, Failing, refuse};
use crate::bench::{Bench, PATIENCE, service};

const LOGGER: &str = "tachograph.metrics";

fn aggregated() -> Settings {
    let emf = EmfSettings { aggregate: Some(Duration::from_secs(60)), ..EmfSettings::default() };
    Settings { format: Format::Emf, emf, ..Settings::default() }
}

type Members = Map<String, Value>;

/// The events of series, of requests or of tasks. Each line is checked.
fn events(lines: &[String]) -> Vec<Members> {
    let lines = lines.iter().map(|line| check::line(line));
    lines.filter(|line| line["logger"] == LOGGER && line["message"] != "metrics").collect()
}

/// The event with these dimensions besides those of the service.
fn event<'e>(events: &'e [Members], dimensions: &[(&str, &str)]) -> &'e Members {
    let has_only = |event: &&Members| {
        let sets = check::sets(event);
        let own = sets[0].iter().filter(|name| !["service", "environment"].contains(*name));
        let own: BTreeMap<&str, &str> = own.map(|name| (*name, event[*name].as_str().unwrap())).collect();
        own == dimensions.iter().copied().collect()
    };
    let found: Vec<&Members> = events.iter().filter(has_only).collect();
    assert_eq!(found.len(), 1, "{dimensions:?} in {events:#?}");
    found[0]
}

fn values(event: &Members, name: &str) -> Vec<f64> {
    check::metrics(event).remove(name).unwrap_or_default()
}

fn sum(events: &[Members], dimensions: &[(&str, &str)], name: &str) -> f64 {
    values(event(events, dimensions), name).iter().sum()
}

/// One of many requests.
#[derive(Clone, Copy)]
struct Request {
    route: Option<&'static str>,
    method: &'static str,
    status: u16,
    micros: u64,
    bytes: u64,
    queries: usize,
    lookups: Option<(u32, u32)>,
}

impl Request {
    /// The same ones on each run, of all kinds.
    fn many(count: u64) -> Vec<Request> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |most: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % most
        };
        let routes = [Some("/experiments/{id}"), Some("/flags/{key}"), Some("/export"), None];
        let one = |_| Request {
            route: routes[below(4) as usize],
            method: ["GET", "POST", "BREW"][below(3) as usize],
            status: [200, 200, 201, 304, 404, 500, 503][below(7) as usize],
            // From a tenth of a millisecond to seconds.
            micros: 100 + below(100) * below(100) * below(300) + (below(1000) == 0) as u64 * 2_000_000,
            bytes: below(100_000),
            queries: (below(3) * below(5)) as usize,
            lookups: (below(4) == 0).then(|| (below(3) as u32, 1)),
        };
        (0..count).map(one).collect()
    }

    fn run(self, handle: &Handle, clock: &ManualClock) {
        let path = self.route.unwrap_or("/wp-admin.php");
        let head = RequestHead { method: self.method, path, route: self.route, ..RequestHead::default() };
        let mut request = OpenRequest::open(handle, head).unwrap();
        request.poll(|| {
            for table in 0..self.queries {
                let sql = format!("SELECT * FROM table_{table}");
                let call = start_call(Operation::database("sqlite", "experiments", &sql), None);
                clock.advance(Duration::from_micros(10));
                call.completed();
            }
            if let Some((hits, misses)) = self.lookups {
                let mut call = start_call(Operation::cache("flags", "GET"), None);
                call.brought(Yield::Lookups { hits, misses });
                call.completed();
            }
            clock.advance(Duration::from_micros(self.micros));
        });
        request.respond(self.status, Some(self.bytes), false);
        request.sent(self.bytes as usize);
        request.complete();
    }
}

/// An instance whose requests are counted by metrics, too.
fn counted(settings: Settings) -> (Bench, Metrics) {
    let metrics = Metrics::new(&service(), metrics::Settings::default()).unwrap();
    let emf = EmfSettings { metrics: Some(metrics.clone()), ..settings.emf };
    let bench = Bench::build(&service(), Settings { emf, ..settings }, |builder| builder.exporter(metrics.clone()));
    (bench, metrics)
}

/// By route and known method, the sum over all series of a metric by plain names.
fn by_place(metrics: &Metrics, handle: &Handle, name: &str) -> BTreeMap<(String, String), f64> {
    let snapshot = metrics.collect(handle, Naming::Plain);
    let text = |value: Option<&metrics::Value>| match value {
        Some(metrics::Value::Text(text)) => text.to_string(),
        other => panic!("{other:?}"),
    };
    let mut sums = BTreeMap::new();
    let mut add = |attributes: &metrics::Attributes, value: f64| {
        let key = (text(attributes.get("method")), text(attributes.get("path")));
        *sums.entry(key).or_default() += value;
    };
    match snapshot.metric(name).map(|metric| &metric.points) {
        Some(Points::Counter(points)) => points.iter().for_each(|point| add(&point.attributes, point.value.as_f64())),
        Some(Points::Histogram(points)) => {
            points.iter().for_each(|point| add(&point.attributes, point.value.sum.as_f64()));
        }
        other => panic!("{name}: {other:?}"),
    }
    sums
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn is_near(one: f64, other: f64, part: f64) -> bool {
    (one - other).abs() <= part * other.abs()
}

#[test]
fn ten_thousand_requests_have_the_sums_of_the_metrics_and_their_own_percentiles() {
    let (bench, metrics) = counted(Settings { sample: Sample::new(0.0).unwrap(), ..aggregated() });
    let all = Request::many(10_000);
    for requests in all.chunks(2500) {
        // One thread after the other: their clock is one.
        std::thread::scope(|scope| {
            scope.spawn(|| requests.iter().for_each(|request| request.run(&bench.handle, &bench.clock)));
        });
    }
    let lines = bench.lines();
    assert!(lines.iter().all(|line| !line.contains("\"event\":\"request\"") || !line.contains("_aws")));
    let events = events(&lines);

    let totals = [("requests", "http_requests"), ("cache_hits", "cache_hits"), ("cache_misses", "cache_misses")];
    for (ours, theirs) in totals.into_iter().chain([("findings", "http_findings")]) {
        let theirs = by_place(&metrics, &bench.handle, theirs);
        assert_eq!(sum(&events, &[], ours), theirs.values().sum::<f64>(), "{ours}");
        for ((method, path), expected) in theirs.iter().filter(|((_, path), _)| path != "_unmatched") {
            assert_eq!(
                sum(&events, &[("method", method), ("route", path)], ours),
                *expected,
                "{ours} of {method} {path}"
            );
        }
    }
    assert_eq!(sum(&events, &[], "requests"), 10_000.0);
    assert_eq!(sum(&events, &[], "errors"), all.iter().filter(|request| request.status >= 500).count() as f64);
    // Of unmatched routes there is no series but that of all: three methods by three routes, one of all.
    assert_eq!(events.len(), 10);
    assert!(events.iter().all(|event| event.get("method").is_none_or(|method| method != "BREW")));

    let sums =
        [("duration_ms", 1e-3, "http_request_duration_seconds"), ("response_bytes", 1.0, "http_response_size_bytes")];
    for (ours, unit, theirs) in sums {
        let (theirs, counts) =
            (by_place(&metrics, &bench.handle, theirs), by_place(&metrics, &bench.handle, "http_requests"));
        let means = |values: Vec<f64>| (values.len(), mean(&values) * unit);
        let (length, all) = means(values(event(&events, &[]), ours));
        assert!(length == 100 && is_near(all, theirs.values().sum::<f64>() / 10_000.0, 1e-8), "{ours}: {all}");
        for ((method, path), sum) in theirs.iter().filter(|((_, path), _)| path != "_unmatched") {
            let (_, found) = means(values(event(&events, &[("method", method), ("route", path)]), ours));
            let expected = sum / counts[&(method.clone(), path.clone())];
            assert!(is_near(found, expected, 1e-8), "{ours} of {method} {path}: {found} for {expected}");
        }
    }

    let of = |places: &[(&str, &str)], is_one: &dyn Fn(&&Request) -> bool| {
        let mut exact: Vec<f64> = all
            .iter()
            .filter(is_one)
            .map(|request| (request.micros + 10 * request.queries as u64) as f64 / 1e3)
            .collect();
        exact.sort_by(f64::total_cmp);
        let found = values(event(&events, places), "duration_ms");
        assert!(found.is_sorted());
        for percent in [50, 90, 99] {
            let (found, exact) = (found[percent - 1], exact[(exact.len() * percent).div_ceil(100) - 1]);
            assert!(is_near(found, exact, 0.016), "{percent} % of {places:?} is {found} for {exact}");
        }
    };
    of(&[], &|_| true);
    of(&[("method", "POST"), ("route", "/export")], &|request| {
        request.method == "POST" && request.route == Some("/export")
    });
    let queries = all.iter().filter(|request| request.queries > 0).map(|request| request.queries as f64);
    assert!(is_near(mean(&values(event(&events, &[]), "db_queries")), mean(&queries.collect::<Vec<_>>()), 1e-5));
}

#[test]
fn a_hundred_requests_are_told_one_by_one_and_nothing_twice() {
    let bench = Bench::new(aggregated());
    let requests = |count: u64, from: u64| {
        for number in from..from + count {
            bench.request("/flags/{key}", 200, || bench.advance(number * number + 1));
        }
    };
    requests(100, 0);
    let first = events(&bench.lines());
    let expected: Vec<f64> = (0..100).map(|number| (number * number + 1) as f64 / 1e3).collect();
    assert_eq!(values(event(&first, &[("method", "GET"), ("route", "/flags/{key}")]), "duration_ms"), expected);
    assert_eq!(values(event(&first, &[]), "response_bytes"), [0.0; 100]);
    assert!(!first[0].contains_key("db_queries"), "no request asked the database");
    // Two series, and what no request carries.
    assert_eq!(bench.lines().len(), 103, "there is nothing to tell again");
    requests(3, 0);
    let lines = bench.lines();
    assert_eq!(values(event(&events(&lines[103..]), &[]), "duration_ms"), [0.001, 0.002, 0.005]);
    let time = event(&first, &[])["_aws"]["Timestamp"].as_u64().unwrap();
    let sum: u64 = (0..100).map(|number| number * number + 1).sum();
    let now = bench.handle.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    assert_eq!(now - time, (sum + 8) / 1000 - sum / 1000, "it is the time of the event, by the instance's clock");
}

#[test]
fn streams_are_in_no_latency() {
    let bench = Bench::new(aggregated());
    let mut stream = bench.open("GET", "/live", Some("/live"));
    stream.poll(|| bench.advance(1_000_000));
    stream.respond(200, None, true);
    stream.complete();
    bench.request("/live", 200, || bench.advance(5_000));
    let events = events(&bench.lines());
    let live = event(&events, &[("method", "GET"), ("route", "/live")]);
    assert_eq!((values(live, "requests"), values(live, "duration_ms")), (vec![2.0], vec![5.0]));
    assert_eq!(live["message"], "2 requests");
}

#[test]
fn tasks_are_told_of_by_name() {
    let bench = Bench::new(aggregated());
    for name in ["rollup", "rollup", "mail"] {
        let task = bench.handle.task(name, async { bench.advance(3_000) });
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(std::pin::pin!(task).poll(&mut context).is_ready());
    }
    bench.request("/", 200, || {});
    let events = events(&bench.lines());
    let rollup = event(&events, &[("name", "rollup")]);
    assert_eq!((values(rollup, "tasks"), values(rollup, "task_duration_ms")), (vec![2.0], vec![3.0, 3.0]));
    assert_eq!((&rollup["message"], values(rollup, "task_errors")), (&"2 tasks".into(), vec![0.0]));
    let of_all: Vec<&Members> =
        events.iter().filter(|event| check::sets(event) == [["service", "environment"]]).collect();
    assert_eq!(of_all.len(), 2, "one of requests and one of tasks");
    assert_eq!(events.len(), 5);
}

#[test]
fn plain_names_and_high_resolution_are_as_in_the_lines_of_requests() {
    let emf = EmfSettings { high_resolution: true, ..aggregated().emf };
    let bench = Bench::new(Settings { naming: Naming::Plain, emf, ..aggregated() });
    for status in [200, 404, 500] {
        bench.request("/flags/{key}", status, || bench.advance(12_340));
    }
    let events = events(&bench.lines());
    let all = event(&events, &[]);
    let names = ["http_requests_total", "http_request_4xx_total", "http_request_5xx_total"];
    assert_eq!(names.map(|name| values(all, name)), [[3.0], [1.0], [1.0]]);
    assert_eq!(values(all, "http_request_duration_seconds"), [0.01234; 3]);
    assert!(all["_aws"].to_string().contains(r#""StorageResolution":1"#));
    assert_eq!(all.get("requests"), None);
}

#[test]
fn the_sets_are_those_that_are_configured() {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let sets = vec![
        set(&["service"]),
        set(&["service", "environment"]),
        set(&["status_class", "event"]),
        set(&["event", "status_class", "version"]),
        set(&["route", "outcome"]),
    ];
    let emf = EmfSettings { dimensions: sets, ..aggregated().emf };
    let bench = Bench::new(Settings { emf, ..aggregated() });
    [200, 204, 404].iter().for_each(|status| bench.request("/flags/{key}", *status, || {}));
    bench.open("GET", "/", None).complete();
    let events = events(&bench.lines());
    let shown: Vec<(Vec<Vec<&str>>, f64)> =
        events.iter().map(|event| (check::sets(event), values(event, "requests")[0])).collect();
    let of_service = vec![vec!["service"], vec!["service", "environment"]];
    let of_classes = vec![vec!["status_class", "event"], vec!["event", "status_class", "version"]];
    let of_routes = vec![vec!["route", "outcome"]];
    let [good, bad, unanswered] = [2.0, 1.0, 1.0].map(|count| (of_classes.clone(), count));
    let expected = [(of_service, 4.0), good, bad, unanswered, (of_routes, 3.0)];
    assert_eq!(shown, expected);
    assert_eq!((&events[1]["status_class"], &events[1]["event"]), (&"2xx".into(), &"request".into()));
}

#[test]
fn beyond_the_bound_of_series_one_takes_the_rest() {
    let told = Arc::<Mutex<Vec<String>>>::default();
    let hook = Arc::clone(&told);
    let settings = metrics::Settings {
        max_series: 2,
        on_warning: Box::new(move |warning| hook.lock().unwrap().push(warning.to_owned())),
        ..metrics::Settings::default()
    };
    let metrics = Metrics::new(&service(), settings).unwrap();
    let emf = EmfSettings { metrics: Some(metrics), ..aggregated().emf };
    let bench = Bench::new(Settings { emf, ..aggregated() });
    for _ in 0..2 {
        ["/a", "/b", "/c", "/d"].iter().for_each(|route| bench.request(route, 500, || bench.advance(1_000)));
        let task = bench.handle.task("rollup", async {});
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(std::pin::pin!(task).poll(&mut context).is_ready());
    }
    let events = events(&bench.lines());
    assert_eq!(sum(&events, &[("method", "GET"), ("route", "/a")], "requests"), 2.0);
    let rest = event(&events, &[("method", "_overflow"), ("route", "_overflow")]);
    assert_eq!((values(rest, "requests"), values(rest, "errors")), (vec![4.0], vec![4.0]));
    assert_eq!(values(rest, "duration_ms"), [1.0; 4]);
    let all = events.iter().find(|event| event["message"] == "8 requests").unwrap();
    assert_eq!(values(all, "errors"), [8.0]);
    assert_eq!(sum(&events, &[("name", "rollup")], "tasks"), 2.0, "tasks have a bound of their own");
    assert_eq!(events.len(), 6);
    let warnings = told.lock().unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("have 2 series"), "{warnings:?}");
}

#[test]
fn what_a_failing_sink_refused_is_in_the_next_events() {
    let (sink, clock) = (Failing::default(), ManualClock::new());
    let json = Json::with_sink(&service(), aggregated_without_lines(), Box::new(sink.clone())).unwrap();
    let handle = Handle::builder().clock(clock.clone()).exporter(json).build();
    let all = Request::many(1000);
    for (round, requests) in all.chunks(200).enumerate() {
        requests.iter().for_each(|request| request.run(&handle, &clock));
        // For three intervals nothing is accepted, neither these events nor those of what no request carries.
        sink.next((0..2).map(|_| refuse()).filter(|_| (1..4).contains(&round)));
        assert!(handle.flush(PATIENCE));
    }
    let lines: Vec<String> = sink.text().lines().map(str::to_owned).collect();
    let events = events(&lines);
    let of_all: Vec<&Members> =
        events.iter().filter(|event| check::sets(event) == [["service", "environment"]]).collect();
    let total = |name: &str| of_all.iter().flat_map(|event| values(event, name)).sum::<f64>();
    assert_eq!(of_all.iter().map(|event| values(event, "requests")[0]).collect::<Vec<_>>(), [200.0, 800.0]);
    assert_eq!(total("errors"), all.iter().filter(|request| request.status >= 500).count() as f64);
    let hits: u32 = all.iter().filter_map(|request| request.lookups).map(|(hits, _)| hits).sum();
    assert_eq!(total("cache_hits"), f64::from(hits));
    let weighted: f64 =
        of_all.iter().map(|event| mean(&values(event, "duration_ms")) * values(event, "requests")[0]).sum();
    let exact: f64 = all.iter().map(|request| (request.micros + 10 * request.queries as u64) as f64 / 1e3).sum();
    assert!(is_near(weighted, exact, 1e-8), "{weighted} for {exact}");
}

/// Nothing but events of metrics, tried again at once.
fn aggregated_without_lines() -> Settings {
    let at_once = Duration::from_millis(1);
    let delivery = delivery::Settings { first_retry: at_once, longest_retry: at_once, ..Default::default() };
    let filter = Filter { events: Some(vec![Event::Metrics]), ..Filter::default() };
    Settings { delivery, filter, on_failure: Box::new(|_| ()), ..aggregated() }
}

#[test]
fn what_ends_while_the_sink_is_away_is_counted_once() {
    let (sink, clock) = (Failing::default(), ManualClock::new());
    let json = Json::with_sink(&service(), aggregated_without_lines(), Box::new(sink.clone())).unwrap();
    let handle = Handle::builder().clock(clock.clone()).exporter(json).build();
    let all = Request::many(40);
    let (before, during) = all.split_at(10);
    before.iter().for_each(|request| request.run(&handle, &clock));
    let attempts = during.iter().map(|request| {
        let (request, handle, clock) = (*request, handle.downgrade(), clock.clone());
        let attempt = move || {
            // These end on another thread than the delivery's own.
            let run = || request.run(&handle.upgrade().unwrap(), &clock);
            std::thread::scope(|scope| scope.spawn(run).join()).unwrap();
            Err(SendError::temporary(0, "not now"))
        };
        Box::new(attempt) as Attempt
    });
    sink.next(attempts);
    assert!(handle.flush(PATIENCE));
    assert!(handle.shutdown(PATIENCE));
    let lines: Vec<String> = sink.text().lines().map(str::to_owned).collect();
    let events = events(&lines);
    let of_all = events.iter().filter(|event| check::sets(event) == [["service", "environment"]]);
    let counts: Vec<f64> = of_all.flat_map(|event| values(event, "requests")).collect();
    assert_eq!(counts, [10.0, 30.0], "the lines that wait are not changed");
}

#[test]
fn what_was_counted_is_written_when_the_instance_goes() {
    let sink = Failing::default();
    let json = Json::with_sink(&service(), aggregated(), Box::new(sink.clone())).unwrap();
    let handle = Handle::builder().clock(ManualClock::new()).exporter(json).build();
    let head = RequestHead { method: "GET", path: "/", route: Some("/"), ..RequestHead::default() };
    let mut request = OpenRequest::open(&handle, head).unwrap();
    request.respond(200, Some(0), false);
    request.complete();
    drop((request, handle));
    let lines: Vec<String> = sink.text().lines().map(str::to_owned).collect();
    assert_eq!(sum(&events(&lines), &[], "requests"), 1.0);
}

#[test]
fn a_filter_can_leave_the_events_to_another_exporter() {
    let filter = Filter { events: Some(vec![Event::Request]), ..Filter::default() };
    let bench = Bench::new(Settings { filter, ..aggregated() });
    bench.request("/", 200, || {});
    let lines = bench.lines();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("\"event\":\"request\"") && !lines[0].contains("_aws"));
}

/// Hands on each batch that it is given.
struct Channel(Sender<String>);

impl Sink for Channel {
    fn describe(&self) -> String {
        "channel".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        // Nobody listens any more when the test is over.
        let _ = self.0.send(String::from_utf8(batch.to_vec()).unwrap());
        Ok(())
    }
}

#[test]
fn a_level_keeps_lines_out_but_no_metrics() {
    let filter = Filter { level: Some(Level::Error), ..Filter::default() };
    let bench = Bench::new(Settings { filter, ..aggregated() });
    bench.request("/", 200, || {});
    bench.request("/", 500, || {});
    assert!(bench.handle.flush(PATIENCE));
    let lines = bench.lines();
    assert_eq!(sum(&events(&lines), &[], "requests"), 2.0);
    let of_requests = lines.iter().filter(|line| check::line(line)["logger"] == "tachograph.request");
    assert_eq!(of_requests.count(), 1);
    assert!(lines.iter().any(|line| check::line(line)["message"] == "metrics"), "what no request carries");
}

#[test]
fn events_come_by_themselves_each_in_its_own_interval() {
    let (soon, late) = (Duration::from_millis(1), Duration::from_secs(3600));
    for (aggregate, interval, expected) in [(soon, late, "1 request"), (late, soon, "metrics")] {
        let (sender, batches) = channel();
        let emf = EmfSettings { aggregate: Some(aggregate), interval, ..EmfSettings::default() };
        let settings = Settings { emf, ..aggregated_without_lines() };
        let json = Json::with_sink(&service(), settings, Box::new(Channel(sender))).unwrap();
        let handle = Handle::builder().exporter(json).build();
        Request::many(1)[0].run(&handle, &ManualClock::new());
        let first = batches.recv_timeout(PATIENCE).unwrap();
        let lines: Vec<Members> = first.lines().map(check::line).collect();
        assert!(lines.iter().all(|line| line["message"] == expected), "{first}");
    }
}
