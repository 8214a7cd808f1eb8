//! What others count, on the same page: the application's own counters, gauges and histograms.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tachograph_core::lock;

use crate::labels::{Labels, label_name};
use crate::page::{Metric, Page};

/// A family of series that somebody else counts, as it stands at a scrape.
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    /// Its name, of a counter with or without the `_total`. What Prometheus does not take in names becomes `_`.
    pub name: String,
    /// What it is, in a sentence. Where that is empty, it is said to be the application's.
    pub help: String,
    /// Its series. Of several with the same labels the last is shown.
    pub samples: Samples,
}

/// The labels of a series, as names and values. What Prometheus does not take in names becomes `_`.
pub type LabelPairs = Vec<(String, String)>;

/// The series of a family, which are all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// What only grows.
    Counter(Vec<(LabelPairs, u64)>),
    /// What goes up and down.
    Gauge(Vec<(LabelPairs, f64)>),
    /// How values are distributed.
    Histogram(Vec<(LabelPairs, Distribution)>),
}

/// How values are distributed.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// The upper bounds of its buckets, rising; the last bucket, without a bound, goes without saying.
    pub bounds: Vec<f64>,
    /// How many values are in each bucket, not counting those below it: one number more than there are bounds.
    pub counts: Vec<u64>,
    /// The sum of the values.
    pub sum: f64,
}

/// What is said of a family of which nothing is said: `promtool check metrics` wants something.
const NO_HELP: &str = "Of the application.";

type Collect = Arc<dyn Fn() -> Vec<Collected> + Send + Sync>;

#[derive(Default)]
pub(crate) struct Sources(Mutex<Vec<Collect>>);

impl Sources {
    pub(crate) fn add(&self, collect: Collect) {
        lock(&self.0).push(collect);
    }

    /// Adds what the sources have, and returns the names of those that are on the page already: a name can be there but
    /// once.
    pub(crate) fn write(&self, page: &mut Page) -> Vec<String> {
        // Somebody else's code runs without the lock. If it panics, its series are not shown.
        let sources = lock(&self.0).clone();
        let collected = sources.iter().filter_map(|collect| catch_unwind(AssertUnwindSafe(|| collect())).ok());
        let mut refused = Vec::new();
        for Collected { name, help, samples } in collected.flatten() {
            let name = metric_name(&name);
            let help = if help.is_empty() { NO_HELP } else { &help };
            let metric = Metric { name: &name, help };
            let shown = match samples {
                Samples::Counter(samples) => {
                    let name = name.strip_suffix("_total").unwrap_or(&name);
                    page.foreign_counter(Metric { name, ..metric }, labelled(samples))
                }
                Samples::Gauge(samples) => page.foreign_gauge(metric, labelled(samples)),
                Samples::Histogram(samples) => page.foreign_histogram(metric, labelled(samples)),
            };
            if !shown {
                refused.push(name);
            }
        }
        refused
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("count", &lock(&self.0).len()).finish()
    }
}

/// In the order of their labels, as ours are, and none twice.
fn labelled<V>(samples: Vec<(LabelPairs, V)>) -> BTreeMap<String, V> {
    let written = |pairs: LabelPairs| {
        let pairs: BTreeMap<String, String> =
            pairs.into_iter().map(|(name, value)| (label_name(&name), value)).collect();
        pairs.iter().fold(Labels::new(), |labels, (name, value)| labels.with(name, value)).into_string()
    };
    samples.into_iter().map(|(pairs, value)| (written(pairs), value)).collect()
}

/// As the name of a label, but with colons.
fn metric_name(name: &str) -> String {
    let part = |part: &str| if part.is_empty() { String::new() } else { label_name(part) };
    name.split(':').map(part).collect::<Vec<_>>().join(":")
}
