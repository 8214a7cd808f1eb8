//! A snapshot on its way.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::attributes::Value;
use crate::instrument::Instrument;
use crate::names;
use crate::naming::Naming;
use crate::snapshot::{Distribution, Metric, Number, Origin, Point, Points};

/// What is said to have overflowed where there is no metric for it.
pub(crate) const NO_METRIC: &str = "_overflow";

/// The attribute that says which metric overflowed.
const METRIC: &str = "metric";

pub(crate) fn overflowed_attributes(_: Naming) -> Vec<&'static str> {
    vec![METRIC]
}

/// Takes metrics one after the other. Those without a series are left out.
#[derive(Debug)]
pub(crate) struct Collection {
    naming: Naming,
    metrics: Vec<Metric>,
    names: HashSet<Cow<'static, str>>,
    /// How much was counted in an overflow series, by the metric's name.
    overflowed: Vec<(Cow<'static, str>, u64)>,
    /// What is to be told, and by what name it is told but once.
    pub(crate) warnings: Vec<(Cow<'static, str>, String)>,
}

impl Collection {
    pub(crate) fn new(naming: Naming) -> Self {
        let (metrics, names) = (Vec::with_capacity(40), HashSet::new());
        Collection { naming, metrics, names, overflowed: Vec::new(), warnings: Vec::new() }
    }

    pub(crate) fn naming(&self) -> Naming {
        self.naming
    }

    pub(crate) fn counter(&mut self, instrument: &Instrument, points: Vec<Point<Number>>) {
        self.own(instrument, Points::Counter(points));
    }

    pub(crate) fn up_down(&mut self, instrument: &Instrument, points: Vec<Point<Number>>) {
        self.own(instrument, Points::UpDownCounter(points));
    }

    pub(crate) fn gauge(&mut self, instrument: &Instrument, points: Vec<Point<Number>>) {
        self.own(instrument, Points::Gauge(points));
    }

    pub(crate) fn histogram(&mut self, instrument: &Instrument, points: Vec<Point<Distribution>>) {
        self.own(instrument, Points::Histogram(points));
    }

    fn own(&mut self, instrument: &Instrument, points: Points) {
        self.add(Metric {
            name: Cow::Borrowed(instrument.name(self.naming)),
            prometheus_name: instrument.prometheus_given(self.naming),
            unit: Cow::Borrowed(instrument.unit),
            description: Cow::Borrowed(instrument.description),
            origin: Origin::Tachograph,
            points,
            overflowed: 0,
        });
    }

    /// A name can be there but once: what comes later is refused.
    pub(crate) fn add(&mut self, metric: Metric) {
        if metric.points.is_empty() {
        } else if metric.name.is_empty() || !self.names.insert(metric.name.clone()) {
            let name = metric.name;
            let what = format!("the application's metric {name} is not shown, as there is one of that name: rename it");
            self.warnings.push((name, what));
        } else {
            self.metrics.push(metric);
        }
    }

    /// So much was counted in the overflow series of a family of ours, by the name of its foremost metric.
    pub(crate) fn overflowed(&mut self, instrument: &Instrument, count: u64) {
        self.overflowed_of(Cow::Borrowed(instrument.name(self.naming)), count);
    }

    pub(crate) fn overflowed_of(&mut self, name: Cow<'static, str>, count: u64) {
        // By plain names, two families are shown as one.
        match self.overflowed.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += count,
            None => self.overflowed.push((name, count)),
        }
    }

    /// The metrics of which something was counted in an overflow series.
    pub(crate) fn names_overflowed(&self) -> impl Iterator<Item = &str> {
        self.overflowed.iter().filter(|(name, count)| *count > 0 && name != NO_METRIC).map(|(name, _)| &**name)
    }

    /// The metric that says so.
    pub(crate) fn counter_of_overflowed(&mut self) {
        let point = |(name, count): &(Cow<'static, str>, u64)| {
            let value = Value::Text(name.clone());
            Point::new([(METRIC, value)].into_iter().collect(), *count)
        };
        self.counter(&names::SERIES_OVERFLOWED, self.overflowed.iter().map(point).collect());
    }

    pub(crate) fn into_metrics(self) -> Vec<Metric> {
        self.metrics
    }
}
