//! What was counted, as it stands at one moment: what every exporter of metrics renders.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use tachograph_core::{SpanId, TraceId};

use crate::attributes::Attributes;

/// All metrics at one moment. Everything is cumulative since [`started`](Self::started).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// What is measured: the service's name, version and environment by OpenTelemetry's names, and what else was said of
    /// it in [`Settings::resource`](crate::Settings::resource).
    pub resource: Attributes,
    /// When counting began.
    pub started: SystemTime,
    /// The moment.
    pub taken: SystemTime,
    /// The metrics, ours before the application's. Each has points, and no two have the same name.
    pub metrics: Vec<Metric>,
}

impl Snapshot {
    /// The metric of this name.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}

/// A metric and all its series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// What it is called: by OpenTelemetry's conventions `http.server.request.duration`, by plain names what Prometheus
    /// calls it. A counter's never ends in `_total`.
    pub name: Cow<'static, str>,
    /// What Prometheus calls it, where that does not follow from its name and unit. Without `_total`.
    pub prometheus_name: Option<&'static str>,
    /// What it is counted in, as UCUM has it: `s`, `By`, `{request}`; empty where that is not known.
    pub unit: Cow<'static, str>,
    /// What it is, in a sentence; empty where nothing was said of it.
    pub description: Cow<'static, str>,
    /// Who counts it.
    pub origin: Origin,
    /// Its series.
    pub points: Points,
    /// How much of it was counted in an overflow series; of ours, that is known elsewhere.
    pub(crate) overflowed: u64,
}

impl Metric {
    /// A metric of the application, for [`Metrics::add_source`](crate::Metrics::add_source). A counter may be called with
    /// or without `_total`.
    pub fn new(name: impl Into<Cow<'static, str>>, points: Points) -> Self {
        let mut name = name.into();
        if let (Points::Counter(_), Some(stem)) = (&points, name.strip_suffix("_total")) {
            name = Cow::Owned(stem.to_owned());
        }
        Metric {
            name,
            prometheus_name: None,
            unit: Cow::Borrowed(""),
            description: Cow::Borrowed(""),
            origin: Origin::Application,
            points,
            overflowed: 0,
        }
    }

    /// With its unit, as UCUM has it: `s`, `By`.
    pub fn unit(mut self, unit: impl Into<Cow<'static, str>>) -> Self {
        self.unit = unit.into();
        self
    }

    /// With what it is, in a sentence.
    pub fn description(mut self, description: impl Into<Cow<'static, str>>) -> Self {
        self.description = description.into();
        self
    }
}

/// Who counts a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Tachograph.
    Tachograph,
    /// The application itself.
    Application,
}

/// The series of a metric, which are all of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Points {
    /// What only grows: OpenTelemetry's monotonic sum.
    Counter(Vec<Point<Number>>),
    /// What goes up and down, and has a sense when it is added up over series: OpenTelemetry's sum that is not monotonic.
    /// To Prometheus it is a gauge.
    UpDownCounter(Vec<Point<Number>>),
    /// What is as it is: a temperature, a share.
    Gauge(Vec<Point<Number>>),
    /// How values are distributed.
    Histogram(Vec<Point<Distribution>>),
}

impl Points {
    /// How many series there are.
    pub fn len(&self) -> usize {
        match self {
            Points::Counter(points) | Points::UpDownCounter(points) | Points::Gauge(points) => points.len(),
            Points::Histogram(points) => points.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One series, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<V> {
    /// What tells it from the others.
    pub attributes: Attributes,
    /// Its value.
    pub value: V,
}

impl<V> Point<V> {
    /// A series.
    pub fn new(attributes: Attributes, value: impl Into<V>) -> Self {
        Point { attributes, value: value.into() }
    }
}

/// A value, exactly as it was counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole one.
    Whole(u64),
    /// Nanoseconds. The unit of the metric is `s`, so whoever shows it divides.
    Nanos(u64),
    /// Any other.
    Float(f64),
}

impl Number {
    /// In the unit of the metric: seconds of nanoseconds.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Whole(number) => number as f64,
            Number::Nanos(nanos) => nanos as f64 / 1e9,
            Number::Float(number) => number,
        }
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Number::Whole(number)
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Number::Float(number)
    }
}

/// How values are distributed.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// The upper bounds of the buckets in the unit of the metric, rising; a value equal to a bound is in its bucket. The
    /// last bucket, without a bound, goes without saying.
    pub bounds: Arc<[f64]>,
    /// How many values are in each bucket, not counting those below it: one number more than there are bounds.
    pub counts: Vec<u64>,
    /// The sum of the values.
    pub sum: Number,
    /// One of them.
    pub exemplar: Option<Exemplar>,
}

impl Distribution {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A value with the trace that it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// The value.
    pub value: Number,
    /// The bucket into which it falls.
    pub bucket: usize,
    /// When it was measured.
    pub time: SystemTime,
    /// The trace.
    pub trace_id: TraceId,
    /// The span of the request.
    pub span_id: SpanId,
}
