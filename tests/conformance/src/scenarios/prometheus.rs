//! What a real Prometheus makes of the page, and what judges such pages says of it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use super::everything::ask_for_everything;
use crate::case::Case;
use crate::client::Request;
use crate::page::Page;
use crate::peers::{self, Prometheus};
use crate::service::Demo;

const DURATIONS: &str = "http_server_request_duration_seconds";

/// Reads the page strictly, finds series that are there twice, and prints how many exemplars there are.
const READ_STRICTLY: &str = r#"
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
seen, exemplars = set(), 0
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        series = (sample.name, tuple(sorted(sample.labels.items())))
        assert series not in seen, series
        seen.add(series)
        exemplars += sample.exemplar is not None
print(exemplars)
"#;

pub(super) fn prometheus_scrapes_it_and_knows_its_latencies(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_CAPTURE__SLOW_REQUEST_MS", "500").start();
    // Nine of ten are in the bucket up to 250 ms, and the tenth in the one up to 750.
    let requests = |ms: u32, count: u64| {
        thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| assert_eq!(demo.get(&format!("/slow?ms={ms}")).status, 200));
            }
        })
    };
    requests(120, 18);
    requests(550, 2);

    let prometheus = Prometheus::scraping(demo.address());
    prometheus.until("up", 1.0);
    let of_slow = format!("{DURATIONS}_count{{http_route=\"/slow\"}}");
    prometheus.until(&format!("sum({of_slow})"), 20.0);
    let quantile = |quantile: f64| {
        let query = format!("histogram_quantile({quantile}, sum by (le) ({DURATIONS}_bucket{{http_route=\"/slow\"}}))");
        prometheus.value(&query).expect("it was measured")
    };
    assert!((0.1..=0.25).contains(&quantile(0.5)), "{}", quantile(0.5));
    assert!((0.5..=0.75).contains(&quantile(0.97)), "{}", quantile(0.97));

    let exemplars = prometheus.exemplars(&format!("{DURATIONS}_bucket{{http_route=\"/slow\"}}"));
    let lines = demo.stop();
    assert!(!exemplars.is_empty());
    for exemplar in exemplars {
        let trace = exemplar["labels"]["trace_id"].as_str().expect("an exemplar has a trace");
        let line = lines.requests().into_iter().find(|line| line.text("trace_id") == trace).expect("which has a line");
        let seconds: f64 = exemplar["value"].as_str().unwrap().parse().unwrap();
        assert_eq!((seconds * 1e6).round() as u64, line.micros("duration_ms"), "{exemplar} {line:?}");
        assert!(seconds > 0.5, "{exemplar} {line:?}");
    }
}

pub(super) fn who_judges_pages_finds_nothing(case: &Case) {
    for naming in ["opentelemetry", "plain"] {
        let setup = case.setup().env("TACHOGRAPH_EXPORTERS__PROMETHEUS__NAMING", naming);
        let demo = setup.env("TACHOGRAPH_CAPTURE__SLOW_REQUEST_MS", "1").start();
        ask_for_everything(&demo);
        let text = page(&demo, "text/plain;version=0.0.4");
        // Which panics where a series is there twice.
        assert!(Page::read(&text).count("http_") > 10, "{text}");
        assert_eq!(judge("PEER_PROMTOOL", &["check", "metrics"], &text), "");
        let open_metrics = page(&demo, "application/openmetrics-text;version=1.0.0");
        let exemplars: u32 = judge("PEER_PYTHON", &["-c", READ_STRICTLY], &open_metrics).trim().parse().unwrap();
        assert!(exemplars > 0, "{open_metrics}");
        demo.stop();
    }
}

fn page(demo: &Demo, accept: &str) -> String {
    let response = demo.ask(Request::get("/metrics").header("accept", accept));
    assert!(response.header("content-type").is_some_and(|is| is.starts_with(accept.split(';').next().unwrap())));
    String::from_utf8(response.body).expect("a page is text")
}

fn judge(program: &str, arguments: &[&str], page: &str) -> String {
    let mut command = Command::new(peers::variable(program));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let [said, complaints] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success() && complaints.is_empty(), "{said}{complaints}{page}");
    said
}
