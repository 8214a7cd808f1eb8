//! The same requests in JSON, on the page of Prometheus, over OTLP, in X-Ray and in CloudWatch Logs, all at once: every count is
//! the same, and every sum, to the digit that each carries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;
use std::thread;

use serde_json::Value;
use tachograph_collector::{Collector, Kind, Point, Span};
use tachograph_log_service::LogService;
use tachograph_xray_daemon::Daemon;

use super::cloudwatch_logs::known_to_aws;
use super::xray::{agree, by_id, sending_all};
use crate::case::Case;
use crate::client::Request;
use crate::differences::{KNOWS_NOT_EVERY_METHOD, SAYS_NO_VERSION};
use crate::lines::{Line, Lines};
use crate::page::{Labels, Page, nanos};
use crate::service::{Demo, LONG, eventually};

pub(super) const REQUESTS: usize = 1_000;
const CLIENTS: usize = 8;

pub(super) const MIX: [(&str, &str); 15] = [
    ("GET", "/experiments"),
    ("GET", "/experiments/7"),
    ("GET", "/experiments?joined=true"),
    ("GET", "/experiments/999"),
    ("GET", "/experiments/2/report"),
    ("GET", "/flags/dark-mode"),
    ("GET", "/flags/none"),
    ("GET", "/export?rows=250"),
    ("GET", "/fail?status=503"),
    ("GET", "/nothing"),
    ("GET", "/work?queries=2&rows=3&hits=1&misses=1"),
    ("GET", "/slow?ms=3"),
    ("HEAD", "/experiments/3"),
    ("BREW", "/experiments/4"),
    ("POST", "/events"),
];

pub(super) fn a_thousand_requests_are_the_same_everywhere(case: &Case) {
    let (collector, daemon, service) = (Collector::start_blocking(), Daemon::start(), LogService::start_blocking());
    let setup = known_to_aws(sending_all(case, &daemon));
    let setup = setup.env("TACHOGRAPH_EXPORTERS__CLOUDWATCH_LOGS__ENDPOINT", service.endpoint());
    let setup = setup.env("TACHOGRAPH_EXPORTERS__CLOUDWATCH_LOGS__GROUP", "/demo");
    let setup = setup.env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "file:requests.log");
    let demo = setup.env("TACHOGRAPH_EXPORTERS__OTLP__ENDPOINT", collector.endpoint_grpc()).start();
    let file = demo.path("requests.log");
    ask(case, &demo);
    let lines = || read_to_string(&file).unwrap();
    eventually(LONG, "each request has its line", || lines().matches(r#","event":"request","#).count() == REQUESTS);
    let page = Page::read(str::from_utf8(&demo.get("/metrics").body).expect("the page is text"));
    assert_eq!(demo.get("/health").status, 200);
    let text = lines();
    let lines = Lines::read(case, &text);
    demo.stop_with_text();
    collector.finish();
    assert_eq!(collector.complaints(), [""; 0]);
    assert_eq!(daemon.complaints(), [""; 0]);
    assert_eq!(service.complaints(), [""; 0]);

    let series = by_series(case, &lines);
    same_on_the_page(&series, &page);
    same_findings(&lines, &page);
    same_over_otlp(&page, &collector);
    same_spans_and_lines(&lines, &page, &collector);
    same_of_the_applications(&page, &collector);
    let segments = by_id(&daemon);
    assert_eq!(segments.len(), REQUESTS);
    lines.requests().into_iter().for_each(|line| agree(line, &segments[line.text("span_id")]));
    same_in_cloudwatch_logs(&text, &service);
}

/// The very lines of requests.
fn same_in_cloudwatch_logs(text: &str, service: &LogService) {
    let of_requests = |line: &&str| line.contains(r#","event":"request","#);
    let messages = service.messages("/demo");
    let kept: BTreeSet<_> = messages.iter().map(|message| message.trim_end()).filter(of_requests).collect();
    assert_eq!(kept, text.lines().filter(of_requests).collect());
    assert_eq!(messages.iter().filter(|message| of_requests(&message.as_str())).count(), REQUESTS, "each once");
}

/// So many requests of all kinds, one kind after the other, from several clients.
pub(super) fn ask(case: &Case, demo: &Demo) {
    ask_with(case, demo, REQUESTS, |request, _| request);
}

/// As [`ask`], where each is what `change` makes of it.
pub(super) fn ask_with(case: &Case, demo: &Demo, count: usize, change: impl Fn(Request, usize) -> Request + Sync) {
    let change = &change;
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || {
                let mut connection = demo.connect();
                for number in (client..count).step_by(CLIENTS) {
                    let request = match MIX[number % MIX.len()] {
                        ("POST", path) => Request::post(path, r#"{"experiment_id":1,"user_id":"ada","name":"click"}"#),
                        ("BREW", path) if case.is_known(KNOWS_NOT_EVERY_METHOD) => Request::get(path),
                        (method, path) => Request::new(method, path),
                    };
                    connection.ask(&change(request, number)).expect("the service answers");
                }
            });
        }
    });
}

/// What is summed over the requests of one series.
#[derive(Debug, Default)]
pub(super) struct Sums {
    requests: u64,
    micros: u64,
    db_micros: u64,
    request_bytes: u64,
    response_bytes: u64,
    queries: u64,
    cache_hits: u64,
    cache_misses: u64,
}

impl Sums {
    fn add(&mut self, line: &Line) {
        let number = |field: &str| line.get(field).as_u64().unwrap_or_else(|| panic!("{field} is a number: {line:?}"));
        self.requests += 1;
        self.micros += line.micros("duration_ms");
        self.db_micros += line.micros("db_ms");
        self.request_bytes += number("request_bytes");
        self.response_bytes += number("response_bytes");
        self.queries += number("db_queries");
        self.cache_hits += number("cache_hits");
        self.cache_misses += number("cache_misses");
    }
}

/// The lines by the labels that their requests have on the page.
pub(super) fn by_series(case: &Case, lines: &Lines) -> BTreeMap<Labels, Sums> {
    let mut series = BTreeMap::<Labels, Sums>::new();
    for line in lines.requests() {
        let method = if line.text("method") == "BREW" { "_OTHER" } else { line.text("method") };
        let mut fixed = vec![("http_request_method", method), ("url_scheme", "http")];
        if !case.is_known(SAYS_NO_VERSION) {
            fixed.push(("network_protocol_version", "1.1"));
        }
        let fixed = fixed.into_iter().map(|(label, value)| (label.to_owned(), value.to_owned()));
        let mut labels: Labels = fixed.collect();
        let fields =
            [("error_type", "error_type"), ("http_route", "route"), ("http_response_status_code", "status_code")];
        for (label, field) in fields {
            match line.get(field) {
                Value::Null => None,
                Value::String(text) => labels.insert(label.to_owned(), text.clone()),
                other => labels.insert(label.to_owned(), other.to_string()),
            };
        }
        series.entry(labels).or_default().add(line);
    }
    series
}

pub(super) fn same_on_the_page(series: &BTreeMap<Labels, Sums>, page: &Page) {
    let same = |name: &str, number: fn(&Sums) -> u64| {
        let sums = series.iter().map(|(labels, sums)| (labels.clone(), number(sums).to_string()));
        // Whoever asks nothing of a database need not be there.
        let is_some = |(_, sum): &(Labels, String)| sum != "0";
        let written: BTreeMap<Labels, String> = sums.filter(is_some).collect();
        assert_eq!(page.named(name).into_iter().filter(is_some).collect::<BTreeMap<_, _>>(), written, "{name}");
    };
    same("http_server_requests_total", |sums| sums.requests);
    same("http_server_request_duration_seconds_count", |sums| sums.requests);
    same("http_server_request_body_size_bytes_sum", |sums| sums.request_bytes);
    same("http_server_response_body_size_bytes_sum", |sums| sums.response_bytes);
    same("http_server_request_db_queries_sum", |sums| sums.queries);
    let total = |number: fn(&Sums) -> u64| series.values().map(number).sum::<u64>();
    assert_eq!(page.sum("cache_hits_total", &[]), total(|sums| sums.cache_hits));
    assert_eq!(page.sum("cache_misses_total", &[]), total(|sums| sums.cache_misses));
    // To the conventions, a cache of Redis is a database like others.
    let calls = "db_client_operation_duration_seconds_count";
    let queries = page.sum(calls, &[]) - page.sum(calls, &[("db_system_name", "redis")]);
    assert_eq!(queries, total(|sums| sums.queries));

    // A line has whole microseconds, rounded, and the page nanoseconds.
    let same_time = |on_page: u64, micros: u64, requests: u64| on_page.abs_diff(micros * 1_000) <= requests * 500;
    for (labels, value) in page.named("http_server_request_duration_seconds_sum") {
        let sums = &series[&labels];
        assert!(same_time(nanos(&value), sums.micros, sums.requests), "{value} {labels:?} {sums:?}");
    }
    let of_databases = |labels: &Labels| labels["share"] == "db";
    let shares =
        page.named("http_server_request_share_seconds_total").into_iter().filter(|(labels, _)| of_databases(labels));
    let on_page = shares.map(|(_, value)| nanos(&value)).sum();
    assert!(same_time(on_page, total(|sums| sums.db_micros), REQUESTS as u64), "{on_page}");
}

/// What was found, by route and kind.
fn same_findings(lines: &Lines, page: &Page) {
    let mut written = BTreeMap::<(String, String), u64>::new();
    for found in lines.of("tachograph.finding") {
        *written.entry((found.text("route").to_owned(), found.text("finding").to_owned())).or_default() += 1;
    }
    let mut on_page = BTreeMap::<(String, String), u64>::new();
    for (labels, value) in page.named("http_server_findings_total") {
        let value: u64 = value.parse().expect("it is counted");
        *on_page.entry((labels["http_route"].clone(), labels["finding"].clone())).or_default() += value;
    }
    assert_eq!(on_page, written);
    assert!(written.keys().all(|(route, kind)| route == "/experiments" && kind == "n_plus_one"), "{written:?}");
}

/// Every histogram of ours, bucket by bucket.
fn same_over_otlp(page: &Page, collector: &Collector) {
    for (prometheus, opentelemetry, is_time) in [
        ("http_server_request_duration_seconds", "http.server.request.duration", true),
        ("http_server_request_body_size_bytes", "http.server.request.body.size", false),
        ("http_server_response_body_size_bytes", "http.server.response.body.size", false),
        ("http_server_request_db_queries", "http.server.request.db.queries", false),
        ("db_client_operation_duration_seconds", "db.client.operation.duration", true),
        ("http_client_request_duration_seconds", "http.client.request.duration", true),
    ] {
        let metric = collector.metric(opentelemetry).unwrap_or_else(|| panic!("{opentelemetry} is sent"));
        let of = |suffix: &str| page.named(&format!("{prometheus}{suffix}"));
        let counts = metric.points.iter().map(|point| (labels(point), point.histogram().count.to_string()));
        assert_eq!(of("_count"), counts.collect(), "{opentelemetry}");
        // In seconds, a double has all nanoseconds of a hundred days.
        let sum = |point: &Point| point.histogram().sum * if is_time { 1e9 } else { 1.0 };
        let sums = metric.points.iter().map(|point| (labels(point), sum(point).round() as u64));
        let written = |value: String| if is_time { nanos(&value) } else { value.parse().expect("sizes are whole") };
        let on_page: BTreeMap<_, _> = of("_sum").into_iter().map(|(labels, value)| (labels, written(value))).collect();
        assert_eq!(on_page, sums.collect(), "{opentelemetry}");
        assert_eq!(of("_bucket"), metric.points.iter().flat_map(buckets).collect(), "{opentelemetry}");
    }
}

/// As Prometheus has them, which counts in each bucket what is in those before it, too.
fn buckets(point: &Point) -> Vec<(Labels, String)> {
    let histogram = point.histogram();
    let bounds = histogram.bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
    let mut count = 0;
    let buckets = bounds.zip(&histogram.buckets).map(|(bound, in_bucket)| {
        count += in_bucket;
        let mut labels = labels(point);
        labels.insert("le".to_owned(), bound);
        (labels, count.to_string())
    });
    buckets.collect()
}

/// The attributes as Prometheus has them.
fn labels(point: &Point) -> Labels {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    point.attributes.iter().map(|(name, value)| (name.replace('.', "_"), text(value))).collect()
}

/// Each request has a span and a line over OTLP, too.
fn same_spans_and_lines(lines: &Lines, page: &Page, collector: &Collector) {
    let ids = |line: &Line| (line.text("trace_id").to_owned(), line.text("span_id").to_owned());
    let written: BTreeSet<_> = lines.requests().into_iter().map(ids).collect();
    let spans: Vec<Span> = collector.spans().into_iter().filter(|span| span.kind == Kind::Server).collect();
    assert_eq!(spans.len(), REQUESTS);
    assert_eq!(
        spans.iter().map(|span| (span.trace_id.clone(), span.span_id.clone())).collect::<BTreeSet<_>>(),
        written
    );
    let of_spans: u64 = spans.iter().map(|span| span.end - span.start).sum();
    let on_page: u64 = page.named("http_server_request_duration_seconds_sum").values().map(|value| nanos(value)).sum();
    assert_eq!(of_spans, on_page, "the time of all spans");
    let logs: Vec<_> = collector.logs().into_iter().filter(|log| log.event_name == "tachograph.request").collect();
    assert_eq!(logs.len(), REQUESTS);
    assert_eq!(logs.into_iter().filter_map(|log| log.span).collect::<BTreeSet<_>>(), written);
}

/// The counters that the application keeps itself.
fn same_of_the_applications(page: &Page, collector: &Collector) {
    for name in ["events_tracked", "feature_flag_evaluations"] {
        let metric = collector.metric(name).unwrap_or_else(|| panic!("{name} is sent"));
        let sent: i64 = metric.points.iter().map(Point::int).sum();
        assert_eq!(page.sum(&format!("{name}_total"), &[]), sent as u64, "{name}");
        assert!(sent > 0, "{name}");
    }
    let events = MIX.iter().cycle().take(REQUESTS).filter(|(_, path)| *path == "/events").count();
    assert_eq!(page.sum("events_tracked_total", &[]), events as u64);
}
