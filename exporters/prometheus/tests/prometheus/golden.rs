//! Whole pages, letter by letter.

use tachograph_core::{
    OpenRequest, Operation, PoolName, PoolUse, RequestHead, Yield, start_call, start_connection_wait_for,
};
use tachograph_metrics::{Naming, Settings};

use crate::bench::{Bench, OPEN_METRICS, block_on, settings};

/// One of everything.
pub(crate) fn everything(bench: &Bench) {
    let head = RequestHead {
        method: "POST",
        path: "/experiments/7",
        route: Some("/experiments/{id}"),
        scheme: "http",
        protocol_version: "1.1",
        body_bytes: Some(52),
        ..RequestHead::default()
    };
    let mut open = OpenRequest::open(&bench.handle, head).unwrap();
    open.poll(|| {
        let wait = start_connection_wait_for(PoolName::new("experiments"));
        bench.advance(250);
        drop(wait);
        bench.query("BEGIN", 10);
        bench.query("SELECT * FROM experiments WHERE id = 7", 2_000);
        let call = start_call(Operation::database("sqlite", "experiments", "INSERT INTO events VALUES (1)"), None);
        bench.advance(20_000);
        call.failed("busy");
        let mut call = start_call(Operation::external("partner:8080", "GET"), None);
        bench.advance(600_000);
        call.responded(404);
        call.completed();
        start_call(Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("flags")), None).completed();
        let mut call = start_call(Operation::cache("flags", "GET"), None);
        call.brought(Yield::Lookups { hits: 2, misses: 1 });
        bench.advance(75);
        call.completed();
        start_call(Operation::other("lock", "take"), None).completed();
    });
    open.respond(503, Some(11), false);
    bench.advance(1_000_000);
    open.sent(11);
    open.complete();

    bench.request("GET", "/a\"b\\c\nd", Some("/a\"b\\c\nd"), 200, || bench.advance(1_000));
    bench.request("BREW", "/nowhere", None, 404, || {});
    drop(bench.open("GET", "/slow", Some("/slow")));
    let mut live = bench.open("GET", "/live", Some("/live"));
    live.respond(200, None, true);
    bench.advance(3_600_000_000);
    live.complete();
    block_on(bench.handle.task("rollup", async { bench.advance(105_001) }));
    let pool = PoolUse { idle: 1, in_use: 3, max: 10, waiting: 2, timeouts: 4 };
    bench.handle.watch_pool("experiments", move || Some(pool));
}

/// Line by line, so that a failure shows which one it is.
fn assert_same(page: &str, golden: &str) {
    for (at, (line, expected)) in page.lines().zip(golden.lines()).enumerate() {
        assert_eq!(line, expected, "line {}", at + 1);
    }
    assert_eq!(page.len(), golden.len());
}

#[test]
fn by_the_conventions_in_the_text_format() {
    let bench = Bench::new(Naming::OpenTelemetry, settings());
    everything(&bench);
    let _open = bench.open("GET", "/open", None);
    let rendered = bench.page.render(&bench.handle, "text/html, */*");
    assert_eq!(rendered.content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert_same(&bench.page(""), include_str!("golden/opentelemetry.txt"));
    assert_eq!(bench.page(""), bench.page(""));
}

#[test]
fn by_plain_names_in_open_metrics() {
    let bench = Bench::new(Naming::Plain, settings());
    everything(&bench);
    let rendered = bench.page.render(&bench.handle, OPEN_METRICS);
    assert_eq!(rendered.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_same(&bench.page(OPEN_METRICS), include_str!("golden/plain.openmetrics.txt"));
}

#[test]
fn buckets_are_those_of_the_conventions() {
    let bench = Bench::new(Naming::default(), Settings::default());
    bench.request("GET", "/", Some("/"), 200, || bench.query("SELECT 1", 1));
    let text = bench.text();
    let buckets = |metric: &str| {
        let buckets = text.lines().filter_map(|line| line.strip_prefix(metric)?.strip_prefix("_bucket{"));
        buckets.map(|line| line.split("le=\"").nth(1).unwrap().split('"').next().unwrap()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        buckets("http_server_request_duration_seconds"),
        "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf"
    );
    assert_eq!(buckets("db_client_operation_duration_seconds"), "0.001 0.005 0.01 0.05 0.1 0.5 1 5 10 +Inf");
}

#[test]
fn a_process_is_there_under_linux() {
    if cfg!(target_os = "linux") {
        let series = Bench::new(Naming::default(), Settings::default()).series();
        for name in ["cpu_seconds_total", "open_fds", "max_fds", "virtual_memory_bytes", "start_time_seconds"] {
            assert!(series.contains_key(&format!("process_{name}")), "{name}");
        }
        assert!(series["process_resident_memory_bytes"] > 100_000.0 && series["process_threads"] >= 1.0);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        let started = series["process_start_time_seconds"];
        assert!(started <= now + 2.0 && started > now - 86_400.0, "{started} {now}");
    }
}
