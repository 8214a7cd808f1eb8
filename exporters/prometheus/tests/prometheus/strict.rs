//! A page as its formats want it, which the programs that read it do not check in all respects.

use std::collections::{HashMap, HashSet};

use metrics::{counter, gauge, histogram, with_local_recorder};
use tachograph_metrics::{Naming, Recorder, Settings};

use crate::bench::{Bench, OPEN_METRICS, settings};
use crate::golden::everything;
use crate::{application, sources};

/// No family and no series is there twice, every sample stands behind the head of its family, and buckets are what the
/// format says they are.
fn check(page: &str) {
    let (mut families, mut series, mut family) = (HashSet::new(), HashSet::new(), ("", ""));
    let mut buckets: HashMap<String, Vec<u64>> = HashMap::new();
    for line in page.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            family = head.split_once(' ').unwrap();
            assert!(families.insert(family.0), "{line}");
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let sample = line.split(" # ").next().unwrap();
        let (of, value) = sample.rsplit_once(' ').unwrap();
        assert!(series.insert(of), "{line}");
        let name = of.split('{').next().unwrap();
        let suffix = name.strip_prefix(family.0).unwrap_or_else(|| panic!("{line} is not of {family:?}"));
        let expected: &[&str] = match family.1 {
            "histogram" => &["_bucket", "_sum", "_count"],
            "counter" => &["", "_total"],
            "info" => &["_info"],
            _ => &[""],
        };
        assert!(expected.contains(&suffix), "{line} is not of {family:?}");
        let is_name = |name: &str| {
            let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
            name.bytes().all(part) && !name.starts_with(|first: char| first.is_ascii_digit())
        };
        assert!(is_name(name), "{line}");
        let labels =
            of[name.len()..].trim_start_matches('{').split("\",").map(|label| label.split('=').next().unwrap());
        let mut names = HashSet::new();
        assert!(labels.into_iter().all(|name| names.insert(name)), "{line}");
        if suffix == "_bucket" && family.1 == "histogram" {
            let (labels, bound) = of.split_once("le=\"").unwrap();
            let counts = buckets.entry(labels.replace("_bucket{", "{")).or_default();
            let count = value.parse().unwrap();
            assert!(counts.last().is_none_or(|below| *below <= count), "{line}");
            counts.push(count);
            if bound.starts_with("+Inf") {
                let labels = labels.trim_end_matches([',', '{']).replacen("_bucket", "_count", 1);
                let close = if labels.contains('{') { "}" } else { "" };
                let sum = format!("\n{}{close} ", labels.replacen("_count", "_sum", 1));
                let count = format!("\n{labels}{close} {count}\n");
                assert_eq!(page.contains(&count), page.contains(&sum), "{count}");
            }
        }
    }
    assert!(families.len() > 20);
}

#[test]
fn pages_are_what_their_formats_say_whatever_the_application_counts() {
    for naming in [Naming::OpenTelemetry, Naming::Plain] {
        let bench = Bench::new(naming, Settings { max_series: 8, ..settings() });
        everything(&bench);
        bench.metrics.add_source(sources::one_of_each);
        application::count(&bench);
        let recorder = Recorder::new(&bench.metrics);
        with_local_recorder(&recorder, || {
            // Names that become the same, or one of ours, or none at all.
            for name in ["a.b", "a-b", "http.server.request.duration", "http_requests_total", "2nd", "täglich", " "] {
                counter!(name, "kind-of" => "a", "kind_of" => "b", "le" => "1").increment(1);
                counter!(name, "kind.of" => "a").increment(1);
            }
        });
        let recorder = Recorder::new(&bench.metrics);
        with_local_recorder(&recorder, || {
            histogram!("a_b").record(1.0);
            histogram!("bounded", "le" => "1").record(1.0);
            histogram!("wait", "path" => "a\"b\\c\nd").record(f64::INFINITY);
            gauge!("wait_count").set(f64::NAN);
            gauge!("wait_bucket").set(1.0);
        });
        check(&bench.text());
        let page = bench.page.render(&bench.handle, OPEN_METRICS).body;
        check(&page);
        assert!(page.ends_with("\n# EOF\n") && page.matches("# EOF").count() == 1);
    }
}
