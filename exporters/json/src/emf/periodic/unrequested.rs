//! What no request carries: what is open, pools, what was dropped, and the application's own numbers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tachograph_core::Service;
use tachograph_delivery::Source;
use tachograph_metrics::{Delta, Metric, Metrics, Naming, Number, Origin, Point, Points};

use super::event::Writer;
use super::numbers::{Labels, Numbers, Shown, metric_name};
use super::{histogram, ours, unit};
use crate::emf::Shape;

/// Tells what was counted since the last event that arrived, and what is as it is.
pub(super) struct Unrequested {
    shape: Arc<Shape>,
    writer: Writer,
    metrics: Metrics,
    delta: Delta,
    interval: Duration,
    /// When it was last told what is as it is; before that, the start is to be told, too.
    told: Option<SystemTime>,
    /// When that was told under way.
    under_way: Option<SystemTime>,
}

impl Unrequested {
    pub(super) fn new(service: &Service, shape: Arc<Shape>, metrics: Metrics, interval: Duration) -> Self {
        let writer = Writer::new(service, &shape);
        Unrequested { shape, writer, metrics, delta: Delta::default(), interval, told: None, under_way: None }
    }

    /// A flush in between tells what was counted, but no level a second time: whoever adds up levels of several
    /// instances needs one of each a minute. A timer can be early.
    fn is_due(&self, now: SystemTime) -> bool {
        let since = self.told.and_then(|told| now.duration_since(told).ok());
        since.is_none_or(|since| since >= self.interval / 2)
    }
}

impl Source for Unrequested {
    /// Nothing before the exporter is a part of an instance, and after its end.
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        let Some(handle) = self.shape.handle() else { return 0 };
        let (now, naming) = (handle.now(), self.shape.naming);
        let mut snapshot = self.metrics.collect(&handle, naming);
        ours::retain(&mut snapshot);
        let snapshot = self.delta.since_last(snapshot);

        let theirs = || snapshot.metrics.iter().filter(|metric| metric.origin == Origin::Application);
        let names: Vec<String> = theirs().flat_map(|metric| names(metric, naming)).collect();
        let mut numbers = Numbers::new(self.metrics.max_series(), names.iter().map(String::as_str));
        let is_due = self.is_due(now);
        if is_due {
            ours::levels(&handle, naming, &mut numbers);
        }
        if self.told.is_none() {
            ours::start(naming, &mut numbers);
        }
        ours::counters(&snapshot.metrics, naming, is_due, &mut numbers);
        theirs().for_each(|metric| add(metric, naming, is_due, &mut numbers));
        if numbers.left_out > 0 {
            let most = self.metrics.max_series();
            self.metrics.warn_once("emf.periodic", || {
                format!(
                    "the application's metrics have more than {most} sets of labels together, and further ones are not in the \
                     events of EMF: see which label has so many values, or raise max_series"
                )
            });
        }
        self.under_way = is_due.then_some(now);
        self.writer.write(&self.shape, &numbers, now, state)
    }

    fn settled(&mut self, accepted: bool) {
        self.delta.settled(accepted);
        if accepted && self.under_way.is_some() {
            self.told = self.under_way;
        }
    }
}

/// What a metric of the application is called, and how many values it has where it is a histogram.
fn names(metric: &Metric, naming: Naming) -> Vec<String> {
    let name = name(metric, naming);
    match metric.points {
        Points::Histogram(_) => vec![format!("{name}_count"), name],
        _ => vec![name],
    }
}

/// What a counter is called that the application calls so; none where nothing is left of it.
pub(in crate::emf) fn counter_name(name: &str, naming: Naming) -> Option<String> {
    metric_name(&self::name(&Metric::new(name.to_owned(), Points::Counter(Vec::new())), naming))
}

/// By plain names a counter ends in `_total`.
fn name(metric: &Metric, naming: Naming) -> String {
    match (&metric.points, naming) {
        (Points::Counter(_), Naming::Plain) => format!("{}_total", metric.name),
        _ => metric.name.to_string(),
    }
}

fn add(metric: &Metric, naming: Naming, with_levels: bool, out: &mut Numbers) {
    let name = name(metric, naming);
    let unit = unit::of(&metric.unit);
    let mut numbers = |points: &[Point<Number>], unit, is_told: fn(Number) -> bool| {
        for point in points.iter().filter(|point| is_told(point.value)) {
            out.add(Labels::from(&point.attributes), &name, unit, shown(point.value));
        }
    };
    match &metric.points {
        // What did not change is not told: each metric is billed in the hours in which it has a value.
        Points::Counter(points) => {
            let unit = if metric.unit.is_empty() { "Count" } else { unit };
            numbers(points, unit, |value| value.as_f64() != 0.0);
        }
        Points::UpDownCounter(points) | Points::Gauge(points) if with_levels => numbers(points, unit, |_| true),
        Points::UpDownCounter(_) | Points::Gauge(_) => {}
        Points::Histogram(points) => {
            for point in points.iter().filter(|point| point.value.count() > 0) {
                let labels = Labels::from(&point.attributes);
                out.add(labels.clone(), &name, unit, Shown::Values(histogram::values(&point.value)));
                out.add(labels, &format!("{name}_count"), "Count", Shown::Whole(point.value.count()));
            }
        }
    }
}

fn shown(number: Number) -> Shown {
    match number {
        Number::Whole(whole) => Shown::Whole(whole),
        other => Shown::Float(other.as_f64()),
    }
}
