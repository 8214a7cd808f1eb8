//! What is on the page is what the list of metrics says.

use std::collections::BTreeSet;

use tachograph_core::{Exporter, Record};
use tachograph_metrics::{Kind, Metric, Naming, Origin, Points, Settings, names};

use crate::bench::{Bench, settings};
use crate::golden::everything;

/// Has lost something.
#[derive(Debug)]
struct Leaky;

impl Exporter for Leaky {
    fn name(&self) -> &str {
        "leaky"
    }

    fn record(&self, _: &Record) {}

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        vec![("buffer_full", 1)]
    }
}

const NAMINGS: [Naming; 2] = [Naming::OpenTelemetry, Naming::Plain];

fn attributes(metric: &Metric) -> BTreeSet<String> {
    let of = |attributes: &tachograph_metrics::Attributes| -> Vec<String> {
        attributes.iter().map(|attribute| attribute.name.to_string()).collect()
    };
    match &metric.points {
        Points::Counter(points) | Points::UpDownCounter(points) | Points::Gauge(points) => {
            points.iter().flat_map(|point| of(&point.attributes)).collect()
        }
        Points::Histogram(points) => points.iter().flat_map(|point| of(&point.attributes)).collect(),
    }
}

#[test]
fn each_metric_is_in_the_list_with_its_kind_unit_and_attributes() {
    for naming in NAMINGS {
        let bench = Bench::build(naming, settings(), |builder| builder.exporter(Leaky));
        everything(&bench);
        let _open = bench.handle.task("open", std::future::pending::<()>());
        let snapshot = bench.metrics.collect(&bench.handle, naming);
        let mut seen = BTreeSet::new();
        for metric in snapshot.metrics.iter().filter(|metric| metric.origin == Origin::Tachograph) {
            let ours: Vec<_> = names::ALL.iter().filter(|one| one.name(naming) == metric.name).collect();
            assert!(!ours.is_empty(), "{} is in no list", metric.name);
            for one in &ours {
                assert_eq!((one.kind(), one.unit()), (metric.points.kind(), &*metric.unit), "{}", metric.name);
            }
            let known: BTreeSet<String> =
                ours.iter().flat_map(|one| one.attributes(naming)).map(ToOwned::to_owned).collect();
            assert!(attributes(metric).is_subset(&known), "{}: {:?} {known:?}", metric.name, attributes(metric));
            seen.insert(metric.name.to_string());
        }
        let all: BTreeSet<String> = names::ALL.iter().map(|one| one.name(naming).to_owned()).collect();
        let missing: Vec<&String> = all.difference(&seen).filter(|name| !name.starts_with("process")).collect();
        assert!(missing.is_empty(), "{naming}: {missing:?}");
    }
}

#[test]
fn each_metric_has_the_name_on_the_page_that_the_list_says() {
    for naming in NAMINGS {
        let bench = Bench::new(naming, Settings::default());
        everything(&bench);
        let page = bench.text();
        let kinds = |kind| match kind {
            Kind::Counter => ("_total", "counter"),
            Kind::UpDownCounter | Kind::Gauge => ("", "gauge"),
            Kind::Histogram => ("", "histogram"),
        };
        let listed: BTreeSet<String> = names::ALL
            .iter()
            .map(|one| {
                let (suffix, kind) = kinds(one.kind());
                format!("# TYPE {}{suffix} {kind}", one.prometheus_name(naming))
            })
            .collect();
        let is_ours = |line: &&str| line.starts_with("# TYPE") && !line.contains("_info ");
        for line in page.lines().filter(is_ours) {
            assert!(listed.contains(line), "{line}");
        }
    }
}
