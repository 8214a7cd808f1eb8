//! The numbers of one round, by their labels.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tachograph_metrics::Attributes;

use super::label;
use crate::emf::limits::MOST_METRICS;

/// Labels in their order, as CloudWatch takes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Labels(pub(super) Vec<(String, String)>);

/// The value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shown {
    Whole(u64),
    Float(f64),
    Values(Vec<f64>),
}

#[derive(Debug)]
pub(super) struct Number {
    pub(super) name: String,
    pub(super) unit: &'static str,
    pub(super) shown: Shown,
}

/// Gathers numbers into events: one for each set of labels, more where it has too many for one.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Events of one set of labels.
    pub(super) events: BTreeMap<Labels, Vec<Vec<Number>>>,
    /// So many sets of labels there can be.
    most: usize,
    /// What is called as this stands in each line anyhow, or is a metric: a label gets underscores until it is free.
    taken: Vec<String>,
    /// Sets of labels that had no room.
    pub(super) left_out: u64,
}

/// The members of each line that are no metrics, and two by which it could be taken for the format before this one.
const MEMBERS: [&str; 11] = [
    "_aws",
    "CloudWatchMetrics",
    "Timestamp",
    "environment",
    "event",
    "level",
    "logger",
    "message",
    "service",
    "timestamp",
    "version",
];

/// How many dimensions a set can have besides those of the service.
const MOST_LABELS: usize = 27;

/// Beyond these, CloudWatch refuses a value, or takes it for another.
const LARGEST: f64 = 1e108;
const SMALLEST: f64 = 1e-108;

impl Numbers {
    /// `names`: what metrics there are.
    pub(super) fn new<'n>(most: usize, names: impl Iterator<Item = &'n str>) -> Self {
        let mut taken: Vec<String> = MEMBERS.map(str::to_owned).into();
        taken.extend(names.filter_map(metric_name));
        taken.sort_unstable();
        Numbers { events: BTreeMap::new(), most, taken, left_out: 0 }
    }

    pub(super) fn add(&mut self, labels: Labels, name: &str, unit: &'static str, shown: Shown) {
        let (Some(name), Some(shown)) = (metric_name(name), shown.checked()) else { return };
        let labels = labels.renamed(|name| self.taken.binary_search_by(|taken| taken.as_str().cmp(name)).is_ok());
        if self.events.len() >= self.most && !self.events.contains_key(&labels) {
            self.left_out += 1;
            return;
        }
        let number = Number { name, unit, shown };
        let events = self.events.entry(labels).or_default();
        let has_room = |event: &&mut Vec<Number>| {
            event.len() < MOST_METRICS && event.iter().all(|other| other.name != number.name)
        };
        match events.iter_mut().find(has_room) {
            Some(event) => event.push(number),
            None => events.push(vec![number]),
        }
    }
}

/// A metric that is called as a member of each line gets an underscore.
pub(super) fn metric_name(name: &str) -> Option<String> {
    let name = label::metric(name)?;
    Some(if MEMBERS.contains(&name.as_str()) { name + "_" } else { name })
}

impl Shown {
    /// As CloudWatch takes it; none where it is no number, or too large.
    fn checked(self) -> Option<Self> {
        let check = |number: f64| match number.abs() {
            size if size < SMALLEST => Some(0.0),
            size if size <= LARGEST => Some(number),
            // No number, too.
            _ => None,
        };
        match self {
            Shown::Whole(_) => Some(self),
            Shown::Float(number) => check(number).map(Shown::Float),
            Shown::Values(values) => {
                let values: Vec<f64> = values.into_iter().filter_map(check).collect();
                (!values.is_empty()).then_some(Shown::Values(values))
            }
        }
    }
}

impl Labels {
    /// What is empty says nothing, and what is too much for a set is left out.
    pub(super) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((label::name(name)?, label::value(value)?)));
        Labels(pairs.take(MOST_LABELS).collect())
    }

    fn renamed(self, is_taken: impl Fn(&str) -> bool) -> Self {
        let mut renamed: Vec<(String, String)> = Vec::with_capacity(self.0.len());
        for (mut name, value) in self.0 {
            while is_taken(&name) || renamed.iter().any(|(other, _)| *other == name) {
                name.push('_');
            }
            renamed.push((name, value));
        }
        Labels(renamed)
    }
}

impl From<&Attributes> for Labels {
    fn from(attributes: &Attributes) -> Self {
        let pairs: Vec<(&str, Cow<'_, str>)> =
            attributes.iter().map(|attribute| (&*attribute.name, label::text(&attribute.value))).collect();
        Labels::of(pairs.iter().map(|(name, value)| (*name, &**value)))
    }
}
