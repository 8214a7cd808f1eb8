//! What judges such pages finds nothing. `PEER_PROMTOOL` is Prometheus' promtool, `PEER_PYTHON` a Python that has the
//! package prometheus-client.

use std::io::Write;
use std::process::{Command, Stdio};

use tachograph_metrics::{Metric, Naming, Settings};

use crate::application;
use crate::bench::{Bench, OPEN_METRICS, settings};
use crate::golden::everything;
use crate::sources::one_of_each;

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

/// A page of each naming, with everything on it.
fn pages(accept: &str) -> Vec<String> {
    let page = |naming| {
        let bench = Bench::new(naming, Settings { max_series: 3, ..settings() });
        // Colons are for recording rules, says promtool.
        let without_colon = |of: &Metric| !of.name.contains(':');
        bench.metrics.add_source(move || one_of_each().into_iter().filter(without_colon).collect());
        application::count(&bench);
        everything(&bench);
        bench.page.render(&bench.handle, accept).body
    };
    [Naming::OpenTelemetry, Naming::Plain].map(page).into()
}

fn run(program: &str, arguments: &[&str], input: &str) -> String {
    let path = std::env::var(program).unwrap_or_else(|_| panic!("{program} is the path of a program"));
    let mut child = Command::new(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (said, complaints) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && complaints.is_empty(), "{said}{complaints}{input}");
    said
}

#[test]
fn promtool_finds_nothing_in_the_text_format() {
    for page in pages("") {
        assert_eq!(run("PEER_PROMTOOL", &["check", "metrics"], &page), "");
    }
}

#[test]
fn the_strict_parser_of_open_metrics_reads_the_page_and_its_exemplars() {
    for page in pages(OPEN_METRICS) {
        let exemplars: usize = run("PEER_PYTHON", &["-c", READ_STRICTLY], &page).trim().parse().unwrap();
        assert_eq!(exemplars, page.matches(" # {").count());
        assert!(exemplars > 2);
    }
}
