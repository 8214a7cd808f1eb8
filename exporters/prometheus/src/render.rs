//! A snapshot as a page.

use std::collections::HashSet;

use tachograph_metrics::{Number, Origin, Point, Points, Snapshot, Value};

use crate::accept::Format;
use crate::labels::{label, labels};
use crate::name::name;
use crate::writer::{Kind, Writer};

/// What is said of a metric of which nothing is said: `promtool check metrics` wants something.
const NO_HELP: &str = "Of the application.";

/// The page, and the names of those metrics of the application that are not on it, as there is one of that name.
pub(crate) fn render(snapshot: &Snapshot, format: Format) -> (String, Vec<String>) {
    let mut page = Writer::new(format);
    let mut taken = HashSet::new();
    info("target", "The service that is measured.", &labels(&snapshot.resource), &mut taken, &mut page);
    info("build", "The versions that are running.", &build(snapshot), &mut taken, &mut page);
    let mut refused = Vec::new();
    for metric in &snapshot.metrics {
        let name = name(metric);
        let kind = kind(&metric.points);
        // A histogram's own name is no sample's, but its family's.
        let names = || kind.suffixes().iter().chain([&""]).map(|suffix| [&name, *suffix].concat());
        if metric.origin == Origin::Application && (name.is_empty() || names().any(|name| taken.contains(&name))) {
            refused.push(name.into_owned());
            continue;
        }
        taken.extend(names());
        page.head(&name, kind, if metric.description.is_empty() { NO_HELP } else { &metric.description });
        match &metric.points {
            Points::Counter(points) | Points::UpDownCounter(points) | Points::Gauge(points) => {
                for (labels, value) in labelled(metric.origin, points) {
                    page.sample(&name, kind.suffixes()[0], &labels, *value);
                }
            }
            Points::Histogram(points) => {
                for (labels, distribution) in labelled(metric.origin, points) {
                    page.histogram(&name, &labels, distribution);
                }
            }
        }
    }
    (page.finish(), refused)
}

fn kind(points: &Points) -> Kind {
    match points {
        Points::Counter(_) => Kind::Counter,
        Points::UpDownCounter(_) | Points::Gauge(_) => Kind::Gauge,
        Points::Histogram(_) => Kind::Histogram,
    }
}

/// The application's attributes can become the same labels: of several series, the last is shown. Ours cannot.
fn labelled<V>(origin: Origin, points: &[Point<V>]) -> Vec<(String, &V)> {
    let mut labelled: Vec<(String, &V)> =
        points.iter().map(|point| (labels(&point.attributes), &point.value)).collect();
    if origin == Origin::Application {
        labelled.sort_by(|(one, _), (other, _)| one.cmp(other));
        labelled.dedup_by(|(later, value), (kept, shown)| {
            let is_same = later == kept;
            if is_same {
                *shown = value;
            }
            is_same
        });
    }
    labelled
}

fn info(name: &str, help: &str, labels: &str, taken: &mut HashSet<String>, page: &mut Writer) {
    taken.extend([name.to_owned(), format!("{name}_info")]);
    page.head(name, Kind::Info, help);
    page.sample(name, "_info", labels, Number::Whole(1));
}

fn build(snapshot: &Snapshot) -> String {
    let text = |name| match snapshot.resource.get(name) {
        Some(Value::Text(text)) => text,
        _ => "",
    };
    let mut labels = String::new();
    label("service", text("service.name"), &mut labels);
    label("tachograph_version", env!("CARGO_PKG_VERSION"), &mut labels);
    label("version", text("service.version"), &mut labels);
    labels
}
