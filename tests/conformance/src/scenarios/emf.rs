//! Metrics of CloudWatch: every line is what CloudWatch takes, and the numbers are those of Prometheus.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use serde_json::{Map, Value};

use super::numbers::{self, MIX, REQUESTS, ask, ask_with, by_series};
use crate::case::Case;
use crate::emf as check;
use crate::lines::Lines;
use crate::page::{Page, nanos};
use crate::service::{Demo, LONG, Setup, eventually};

/// The agent of CloudWatch, as far as it listens.
struct Agent {
    address: SocketAddr,
    heard: Arc<Mutex<String>>,
    listening: JoinHandle<()>,
}

impl Agent {
    /// Of one connection.
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::<Mutex<String>>::default();
        let listening = thread::spawn({
            let heard = Arc::clone(&heard);
            move || {
                let lines = BufReader::new(listener.accept().unwrap().0).lines();
                lines.map_while(Result::ok).for_each(|line| *heard.lock().unwrap() += &(line + "\n"));
            }
        });
        Agent { address, heard, listening }
    }

    fn count(&self, what: &str) -> usize {
        self.heard.lock().unwrap().matches(what).count()
    }

    /// All that it heard, when the service is gone.
    fn end(self) -> String {
        self.listening.join().unwrap();
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

fn telling(case: &Case) -> Setup {
    case.setup().env("TACHOGRAPH_EXPORTERS__JSON__FORMAT", "emf").env("TACHOGRAPH_CAPTURE__SLOW_REQUEST_MS", "60000")
}

fn page(demo: &Demo) -> Page {
    Page::read(str::from_utf8(&demo.get("/metrics").body).expect("the page is text"))
}

type Members = Map<String, Value>;

fn is_request(line: &Members) -> bool {
    line.get("event").is_some_and(|event| event == "request")
}

/// What a series of CloudWatch sums to: each metric, of all requests or of a method and a route.
type Series = BTreeMap<(String, Option<(String, String)>), f64>;

/// As CloudWatch adds it up, from these lines.
fn add_up<'l>(lines: impl Iterator<Item = &'l Members>) -> Series {
    let mut series = Series::new();
    for line in lines {
        let metrics = check::metrics(line);
        for set in check::sets(line) {
            let place = match set[..] {
                ["service"] => None,
                ["service", "method", "route"] => Some(["method", "route"].map(|name| line[name].as_str().unwrap())),
                _ => continue,
            };
            let place = place.map(|[method, route]| (method.to_owned(), route.to_owned()));
            for (name, values) in &metrics {
                *series.entry((name.clone(), place.clone())).or_default() += values.iter().sum::<f64>();
            }
        }
    }
    series
}

/// Compares a metric with what the page sums to, in all and by method and route.
fn same(series: &Series, metric: &str, page: &Page, name: &str, is_it: fn(&crate::page::Labels) -> bool) {
    let (mut all, mut places) = (0, BTreeMap::<_, u64>::new());
    for (labels, value) in page.named(name).into_iter().filter(|(labels, _)| is_it(labels)) {
        let value = if name.contains("seconds") { nanos(&value) } else { value.parse().unwrap() };
        all += value;
        if let Some(route) = labels.get("http_route") {
            *places.entry((labels["http_request_method"].clone(), route.clone())).or_default() += value;
        }
    }
    // A line has whole microseconds, rounded, and the page nanoseconds.
    let is_same = |told: f64, on_page: u64| match name.contains("seconds") {
        true => (told * 1e6 - on_page as f64).abs() <= REQUESTS as f64 * 500.0,
        false => told == on_page as f64,
    };
    let told = series.get(&(metric.to_owned(), None)).copied().unwrap_or_default();
    assert!(is_same(told, all), "{metric}: {told} and {all}");
    for (place, on_page) in places {
        let told = series.get(&(metric.to_owned(), Some(place.clone()))).copied().unwrap_or_default();
        assert!(is_same(told, on_page), "{metric} of {place:?}: {told} and {on_page}");
    }
}

pub(super) fn the_metrics_of_a_thousand_requests_are_those_of_prometheus(case: &Case) {
    let agent = Agent::start();
    let output = format!("tcp://{}", agent.address);
    let demo = telling(case).env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", output).start();
    ask(case, &demo);
    eventually(LONG, "each request has its line", || agent.count(r#","event":"request","#) == REQUESTS);
    let page = page(&demo);
    assert_eq!(demo.stop_with_text(), "", "stdout stays empty");
    let text = agent.end();

    let lines: Vec<Members> = text.lines().map(check::line).collect();
    let group = format!("{}-metrics", case.framework.service());
    assert!(lines.iter().all(|line| line["_aws"]["LogGroupName"] == *group), "the agent is told where to");
    let requests = || lines.iter().filter(|line| is_request(line));
    assert!(requests().all(|line| !check::metrics(line).is_empty()), "each is metrics");
    numbers::same_on_the_page(&by_series(case, &Lines::read(case, &text)), &page);

    let series = add_up(requests());
    same(&series, "response_bytes", &page, "http_server_response_body_size_bytes_sum", |_| true);
    same(&series, "db_queries", &page, "http_server_request_db_queries_sum", |_| true);
    same(&series, "duration_ms", &page, "http_server_request_duration_seconds_sum", |_| true);
    same(&series, "errors", &page, "http_server_requests_total", |labels| {
        labels["http_response_status_code"].starts_with('5')
    });
    let total = |metric: &str| series[&(metric.to_owned(), None)] as u64;
    assert_eq!((total("cache_hits"), total("cache_misses")), {
        (page.sum("cache_hits_total", &[]), page.sum("cache_misses_total", &[]))
    });
    what_no_request_carries(&lines, &page);
}

/// The application's own counters, told when the service ends at the latest.
fn what_no_request_carries(lines: &[Members], page: &Page) {
    let told = lines.iter().filter(|line| line["logger"] == "tachograph.metrics");
    let told: Vec<_> = told.map(|line| (line, check::metrics(line))).collect();
    let sum = |name: &str| told.iter().filter_map(|(_, metrics)| metrics.get(name)).flatten().sum::<f64>();
    assert_eq!(sum("events_tracked"), page.sum("events_tracked_total", &[]) as f64, "{told:?}");
    assert_eq!(sum("cold_starts"), 1.0, "{told:?}");
}

pub(super) fn series_told_together_have_all_and_a_tenth_of_the_lines_stands_for_all(case: &Case) {
    /// Of each kind of request.
    const EACH: usize = 40;
    let count = EACH * MIX.len();
    let setup = telling(case).env("TACHOGRAPH_EXPORTERS__JSON__EMF__AGGREGATE_MS", "1000");
    let demo = setup.env("TACHOGRAPH_EXPORTERS__JSON__SAMPLE", "0.1").start();
    // The trace decides whether there are lines: of each kind, a tenth of all traces.
    ask_with(case, &demo, count, |request, number| {
        let part = ((number / MIX.len()) as u128 * 2 + 1) << 64;
        let trace = (1 << 100) | (part / (2 * EACH as u128));
        request.header("traceparent", format!("00-{trace:032x}-b7ad6b7169203331-01"))
    });
    let page = page(&demo);
    // Series are told while the service runs, and the rest at its end.
    demo.until_written(&[r#""logger":"tachograph.metrics""#, r#""requests":"#]);
    let text = demo.stop_with_text();

    let lines: Vec<Members> = text.lines().map(check::line).collect();
    let requests = || lines.iter().filter(|line| is_request(line));
    assert!(requests().all(|line| !line.contains_key("_aws")), "metrics count all, lines do not");
    let events: Vec<&Members> = lines.iter().filter(|line| line.contains_key("_aws")).collect();
    let series = add_up(events.iter().copied());
    same(&series, "requests", &page, "http_server_requests_total", |_| true);
    same(&series, "errors", &page, "http_server_requests_total", |labels| {
        labels["http_response_status_code"].starts_with('5')
    });
    let sizes: f64 = events
        .iter()
        .filter(|event| check::sets(event) == [["service"]])
        .filter_map(|event| {
            let metrics = check::metrics(event);
            let values = metrics.get("response_bytes")?;
            Some(values.iter().sum::<f64>() / values.len() as f64 * metrics["requests"][0])
        })
        .sum();
    let on_page = page.sum("http_server_response_body_size_bytes_sum", &[]) as f64;
    assert!((sizes / on_page - 1.0).abs() < 1e-4, "{sizes} and {on_page}");

    let weight: f64 = requests().map(|line| line["sample_weight"].as_f64().unwrap()).sum();
    assert!((weight - count as f64).abs() < 1e-6, "{weight} of {count}");
    let kept = |route: &str| requests().filter(|line| line.get("route").is_some_and(|is| is == route)).count();
    assert_eq!(kept("/fail"), EACH, "errors are kept");
    assert_eq!(kept("/slow"), EACH / 10, "what nobody needs is not");
    assert!(requests().count() < count / 2);
}
