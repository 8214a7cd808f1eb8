//! What is counted is what was recorded.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tachograph_core::{
    CallOutcome, Exporter, FindingKind, Handle, Limits, ManualClock, OpenRequest, Operation, PoolName, Record,
    RequestHead, Service, Yield, current, start_call, start_connection_wait, start_connection_wait_for, testing,
};
use tachograph_metrics::{Metrics, Naming, Settings};
use tachograph_prometheus::Page;

use crate::bench::{Bench, block_on, settings};

/// Shown seconds, in nanoseconds, without the rounding of a float.
fn nanos(shown: &str) -> u64 {
    let (seconds, fraction) = shown.split_once('.').unwrap_or((shown, ""));
    seconds.parse::<u64>().unwrap() * 1_000_000_000 + format!("{fraction:0<9}").parse::<u64>().unwrap()
}

/// The values of all series of a name.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let series = text.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
    series.filter(|(labels, _)| labels.is_empty() || labels.starts_with('{')).map(|(_, value)| value).collect()
}

fn total(text: &str, name: &str) -> u64 {
    values(text, name).iter().map(|value| value.parse::<u64>().unwrap()).sum()
}

fn seconds(text: &str, name: &str) -> u64 {
    values(text, name).iter().map(|value| nanos(value)).sum()
}

fn one_request(handle: &Handle, clock: &ManualClock, number: u64) {
    let route = format!("/route/{}", number % 7);
    let head = RequestHead { method: "GET", path: "/x", route: Some(&route), ..RequestHead::default() };
    let mut request = OpenRequest::open(handle, head).unwrap();
    request.poll(|| {
        drop(start_connection_wait());
        for _ in 0..number % 8 {
            let sql = format!("SELECT * FROM table_{}", number % 5);
            let call = start_call(Operation::database("sqlite", "main", &sql), None);
            clock.advance(Duration::from_nanos(number * 1_237));
            if number.is_multiple_of(3) { call.failed("busy") } else { call.completed() }
        }
        let mut call = start_call(Operation::cache("flags", "GET"), None);
        call.brought(Yield::Lookups { hits: (number % 3) as u32, misses: 1 });
        call.completed();
        start_call(Operation::external("partner", "GET"), None).completed();
        clock.advance(Duration::from_micros(number));
    });
    let bytes = number % 1000;
    request.respond(if number.is_multiple_of(10) { 500 } else { 200 }, Some(bytes), number % 50 == 49);
    request.sent(bytes as usize);
    request.complete();
}

#[test]
fn many_threads_add_up_to_what_was_recorded_and_nothing_ever_goes_down() {
    for naming in [Naming::OpenTelemetry, Naming::Plain] {
        let metrics = Metrics::new(&Service::new("api"), Settings::default()).unwrap();
        let page = Page::new(&metrics).naming(naming);
        let clock = ManualClock::new();
        let instance = testing::Instance::build(|builder| builder.clock(clock.clone()).exporter(metrics.clone()));
        let (handle, over) = (instance.handle(), AtomicBool::new(false));
        let scrape = || page.render(handle, "").body;
        let (requests, durations, queries) = match naming {
            Naming::OpenTelemetry => {
                ("http_server_requests", "http_server_request_duration_seconds", "db_client_operation_duration_seconds")
            }
            Naming::Plain => ("http_requests", "http_request_duration_seconds", "db_query_duration_seconds"),
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let clock = &clock;
                    scope.spawn(move || (0..300).for_each(|number| one_request(handle, clock, thread * 300 + number)))
                })
                .collect();
            scope.spawn(|| {
                let mut last = (0, 0);
                while !over.load(Ordering::Relaxed) {
                    let text = scrape();
                    let infinite = text.lines().filter(|line| line.starts_with(durations) && line.contains("+Inf"));
                    let infinite: u64 =
                        infinite.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
                    let now = (total(&text, &format!("{requests}_total")), seconds(&text, &format!("{durations}_sum")));
                    assert_eq!(total(&text, &format!("{durations}_count")), infinite);
                    assert!(now.0 >= last.0 && now.1 >= last.1, "{last:?} {now:?}");
                    last = now;
                }
            });
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            over.store(true, Ordering::Relaxed);
        });

        let (text, records) = (scrape(), instance.take());
        let sum = |of: &dyn Fn(&Record) -> u64| records.iter().map(of).sum::<u64>();
        let latencies = |of: &dyn Fn(&Record) -> u64| sum(&|record| if record.is_streaming() { 0 } else { of(record) });
        let whole = |duration: Duration| duration.as_nanos() as u64;
        assert_eq!(total(&text, &format!("{requests}_total")), 2400);
        assert_eq!(total(&text, &format!("{durations}_count")), latencies(&|_| 1));
        assert_eq!(seconds(&text, &format!("{durations}_sum")), latencies(&|record| whole(record.duration())));
        assert_eq!(total(&text, &format!("{queries}_count")), sum(&|record| record.database().count().into()));
        assert_eq!(seconds(&text, &format!("{queries}_sum")), sum(&|record| whole(record.database().total())));
        let failed = text.lines().filter(|line| line.starts_with(&format!("{queries}_count")) && line.contains("busy"));
        let failed: u64 = failed.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
        assert_eq!(failed, sum(&|record| record.database().errors().into()));
        assert_eq!(total(&text, "cache_hits_total"), sum(&|record| record.cache().hits().into()));
        assert_eq!(total(&text, "cache_misses_total"), sum(&|record| record.cache().misses().into()));
        let names = match naming {
            Naming::OpenTelemetry => [
                "http_server_response_body_size_bytes",
                "db_client_connection_wait_time_seconds",
                "http_server_request_db_queries",
                "http_client_request_duration_seconds",
                "http_server_request_share_seconds_total",
            ],
            Naming::Plain => [
                "http_response_size_bytes",
                "db_connection_wait_seconds",
                "http_request_db_queries",
                "external_call_duration_seconds",
                "http_request_share_seconds_total",
            ],
        };
        assert_eq!(total(&text, &format!("{}_sum", names[0])), sum(&|record| record.response_bytes()));
        assert_eq!(total(&text, &format!("{}_count", names[1])), 2400);
        assert_eq!(total(&text, &format!("{}_sum", names[2])), sum(&|record| record.database().count().into()));
        assert_eq!(total(&text, &format!("{}_count", names[3])), 2400);
        assert_eq!(seconds(&text, names[4]), latencies(&|record| whole(record.duration())));
        assert!(latencies(&|_| 1) < 2400, "there are streams among them");
        let name = if naming == Naming::Plain { "http_findings_total" } else { "http_server_findings_total" };
        for kind in FindingKind::ALL {
            let label = format!("finding=\"{kind}\"");
            let shown = text.lines().filter(|line| line.starts_with(name) && line.contains(&label));
            let shown: u64 = shown.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
            let found = |record: &Record| record.findings().iter().filter(|finding| finding.kind() == kind).count();
            assert_eq!(shown, sum(&|record| found(record) as u64), "{kind}");
            assert_eq!(shown > 0, text.contains(&label), "{kind}");
        }
        assert!(total(&text, name) > 500, "there is something to be found");
    }
}

#[test]
fn a_stream_is_counted_but_its_hours_are_no_latency() {
    let bench = Bench::new(Naming::OpenTelemetry, settings());
    let mut live = bench.open("GET", "/live", Some("/live"));
    live.respond(200, None, true);
    bench.advance(3_600_000_000);
    live.complete();
    let names = ["requests_total", "streams_total", "request_duration_seconds_count", "request_share_seconds_total"];
    assert_eq!(names.map(|name| bench.sum(&format!("http_server_{name}"))), [1.0, 1.0, 0.0, 0.0]);
}

#[test]
fn calls_that_were_not_kept_one_by_one_are_counted_too() {
    let mut limits = Limits::default();
    limits.calls = 2;
    let bench = Bench::build(Naming::OpenTelemetry, settings(), |builder| builder.limits(limits));
    let call = |operation, micros, fails| {
        let call = start_call(operation, None);
        bench.advance(micros);
        if fails { call.failed("busy") } else { call.completed() }
    };
    let query = |micros, fails| call(Operation::database("sqlite", "main", "SELECT 1"), micros, fails);
    bench.request("GET", "/", Some("/"), 200, || {
        query(1, false);
        query(2, true);
        (0..10).for_each(|number| query(11 + number, number < 3));
        query(100_000, false);
        // Their mean is no whole number of nanoseconds.
        [7, 8, 8].into_iter().for_each(|micros| call(Operation::external("partner", "GET"), micros, true));
        call(Operation::other("lock", "take"), 7, true);
    });
    let series = bench.series();
    let of = |error: &str, suffix: &str| {
        let labels = r#"db_namespace="main",db_query_summary="SELECT",db_system_name="sqlite""#;
        series[&format!("db_client_operation_duration_seconds_{suffix}{{{labels}{error}}}")]
    };
    let counts = ["", r#",error_type="busy""#, r#",error_type="_OTHER""#].map(|error| of(error, "count"));
    assert_eq!(counts, [9.0, 1.0, 3.0]);
    assert_eq!(nanos_of(bench.sum("db_client_operation_duration_seconds_sum")), 100_158_000);
    assert_eq!(bench.sum("http_client_request_duration_seconds_count"), 3.0);
    assert_eq!(nanos_of(bench.sum("http_client_request_duration_seconds_sum")), 23_000);
}

fn nanos_of(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

#[test]
fn each_of_three_waits_falls_into_its_bucket() {
    let bench = Bench::new(Naming::Plain, settings());
    bench.request("GET", "/", Some("/"), 200, || {
        for micros in [1_000, 4_000, 6_001] {
            let wait = start_connection_wait_for(PoolName::new("main"));
            bench.advance(micros);
            drop(wait);
        }
    });
    let series = bench.series();
    let of = |what: &str, le: &str| series[&format!(r#"db_connection_wait_seconds_{what}{{database="main"{le}}}"#)];
    assert_eq!([of("count", ""), of("bucket", r#",le="0.005""#), of("sum", "")], [3.0, 2.0, 0.011_001]);
}

#[test]
fn what_has_no_status_has_a_plain_one() {
    let bench = Bench::new(Naming::Plain, settings());
    drop(bench.open("GET", "/", Some("/left")));
    let mut open = bench.open("GET", "/", Some("/left-in-the-body"));
    open.respond(200, None, false);
    drop(open);
    let mut open = bench.open("GET", "/", Some("/panicked"));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        open.poll(|| std::panic::resume_unwind(Box::new("on purpose")))
    }));
    assert!(panicked.is_err());
    drop(open);
    let _open = bench.open("GET", "/", Some("/open"));
    bench.handle.shutdown(Duration::ZERO);
    let series = bench.series();
    for (path, status) in [("/left", 499), ("/left-in-the-body", 200), ("/panicked", 500), ("/open", 503)] {
        let name = format!(r#"http_requests_total{{method="GET",path="{path}",status="{status}"}}"#);
        assert_eq!(series.get(&name), Some(&1.0), "{path}: {series:?}");
    }
}

#[test]
fn how_it_ended_is_the_type_of_its_error_by_the_conventions() {
    let bench = Bench::new(Naming::OpenTelemetry, settings());
    drop(bench.open("GET", "/", Some("/")));
    let mut open = bench.open("GET", "/", Some("/"));
    open.respond(200, None, false);
    drop(open);
    bench.request("GET", "/", Some("/"), 404, || {});
    let series = bench.series();
    let common = r#"http_route="/",network_protocol_version="1.1",url_scheme="http""#;
    for labels in [
        format!(r#"error_type="client_disconnected",http_request_method="GET",{common}"#),
        format!(
            r#"error_type="client_disconnected",http_request_method="GET",http_response_status_code="200",{common}"#
        ),
        format!(r#"http_request_method="GET",http_response_status_code="404",{common}"#),
    ] {
        assert_eq!(series.get(&format!("http_server_requests_total{{{labels}}}")), Some(&1.0), "{labels}");
    }
}

#[test]
fn a_cancelled_call_and_a_status_have_a_type_of_error() {
    let bench = Bench::new(Naming::OpenTelemetry, settings());
    let call = || start_call(Operation::external("[::1]:80", "charge card"), None);
    bench.request("GET", "/", Some("/"), 200, || {
        drop(call());
        let mut answered = call();
        answered.responded(503);
        answered.completed();
        call().completed();
        let operation = Operation::external("[::1]:80", "charge card");
        current().unwrap().report_call(operation, Duration::ZERO, CallOutcome::Failed, Yield::Unknown);
    });
    let series = bench.series();
    let common = r#"call_summary="charge card","#;
    let partner = r#"server_address="::1",server_port="80""#;
    for labels in [
        format!(r#"{common}error_type="cancelled",http_request_method="_OTHER",{partner}"#),
        format!(r#"{common}error_type="503",http_request_method="_OTHER",http_response_status_code="503",{partner}"#),
        format!(r#"{common}error_type="_OTHER",http_request_method="_OTHER",{partner}"#),
        format!(r#"{common}http_request_method="_OTHER",{partner}"#),
    ] {
        let name = format!("http_client_request_duration_seconds_count{{{labels}}}");
        assert_eq!(series.get(&name), Some(&1.0), "{labels}: {series:#?}");
    }
}

#[derive(Debug)]
struct Losing(u64);

impl Exporter for Losing {
    fn name(&self) -> &str {
        "losing"
    }

    fn record(&self, _: &Record) {}

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        vec![("buffer_full", self.0)]
    }
}

#[test]
fn what_exporters_lost_is_one_series_for_each_name() {
    let bench =
        Bench::build(Naming::default(), Settings::default(), |builder| builder.exporter(Losing(3)).exporter(Losing(4)));
    let name = r#"tachograph_dropped_total{exporter="losing",reason="buffer_full"}"#;
    assert_eq!(bench.series().get(name), Some(&7.0));
    let call = start_call(Operation::other("lock", "take"), None);
    bench.handle.count_unattributed_call();
    call.completed();
    assert_eq!(bench.series()[r#"tachograph_bounds_hit_total{bound="unattributed_calls"}"#], 1.0);
}

#[test]
fn tasks_are_no_requests() {
    let bench = Bench::new(Naming::Plain, settings());
    block_on(bench.handle.task("rollup", async { bench.query("SELECT 1", 10) }));
    assert_eq!(["http_requests_total", "task_duration_seconds_count"].map(|name| bench.sum(name)), [0.0, 1.0]);
    assert_eq!(bench.sum("db_query_duration_seconds_count"), 1.0);
}

#[test]
fn exemplars_are_for_the_slowest_of_a_series() {
    let bench = Bench::new(Naming::Plain, settings());
    for micros in [10, 2_000_000, 20] {
        bench.request("GET", "/", Some("/"), 200, || bench.advance(micros));
    }
    let page = bench.page(crate::bench::OPEN_METRICS);
    let exemplars: Vec<&str> = page.lines().filter(|line| line.contains(" # {")).collect();
    let expected = concat!(
        r#"http_request_duration_seconds_bucket{method="GET",path="/",status="200",le="+Inf"} 3 # "#,
        r#"{trace_id="00000000000000000000000000000002",span_id="0000000000000002"} 2 1767225602.000"#,
    );
    assert_eq!(exemplars, [expected]);
    assert!(!bench.text().contains(" # {"), "the text format has no exemplars");
}
