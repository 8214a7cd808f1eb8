//! Metrics, as they arrived.

use std::sync::Arc;

use opentelemetry_proto::tonic::metrics::v1::{self as proto, metric::Data, number_data_point};
use serde_json::Value;

use crate::attributes::{self, Attributes};
use crate::check::Check;
use crate::identifiers;

/// What a metric's points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the protocol's names")]
pub enum Shape {
    Gauge,
    Sum { monotonic: bool },
    Histogram,
}

/// Since when a sum or a histogram counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temporality {
    /// Since the export before.
    Delta,
    /// Since the start.
    Cumulative,
}

/// A metric that was accepted, with the latest point of each series.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The attributes of the process that it is of.
    pub resource: Arc<Attributes>,
    /// What measured it.
    pub scope: String,
    /// What it is called.
    pub name: String,
    /// In what it is measured.
    pub unit: String,
    /// What it is, for those who read.
    pub description: String,
    /// What its points are.
    pub shape: Shape,
    /// Since when they count; none for gauges.
    pub temporality: Option<Temporality>,
    /// The latest of each series.
    pub points: Vec<Point>,
}

/// One series at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What tells the series from others.
    pub attributes: Attributes,
    /// Since when it counts, in nanoseconds since 1970.
    pub start: u64,
    /// When it was looked at, in nanoseconds since 1970.
    pub time: u64,
    /// What it was then.
    pub value: Number,
    /// Some of what was measured, with the spans that it was measured in.
    pub exemplars: Vec<Exemplar>,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "nothing more can be said of them")]
pub enum Number {
    Int(i64),
    Double(f64),
    Histogram(Histogram),
}

/// How many values there were, of which size.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// How many values.
    pub count: u64,
    /// All of them together.
    pub sum: f64,
    /// The least of them.
    pub min: Option<f64>,
    /// The greatest of them.
    pub max: Option<f64>,
    /// Up to which value each bucket goes, inclusively; the last has no end.
    pub bounds: Vec<f64>,
    /// How many values are in each.
    pub buckets: Vec<u64>,
}

/// One of the values that were measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// The value.
    pub value: f64,
    /// When it was measured, in nanoseconds since 1970.
    pub time: u64,
    /// The trace and the span that it was measured in, in hexadecimal digits.
    pub span: Option<(String, String)>,
    /// What the series does not say of it.
    pub attributes: Attributes,
}

impl Metric {
    /// The points that have these attributes, and perhaps others: `metric.with(&json!({"http.route": "/slow"}))`.
    pub fn with(&self, attributes: &Value) -> Vec<&Point> {
        let asked = attributes.as_object().expect("attributes are an object");
        let has = |point: &&Point| asked.iter().all(|(name, value)| point.attributes.get(name) == Some(value));
        self.points.iter().filter(has).collect()
    }

    /// The one point that has these attributes, and perhaps others.
    ///
    /// # Panics
    /// Where there is none, or more than one.
    #[track_caller]
    pub fn point(&self, attributes: &Value) -> &Point {
        match self.with(attributes).as_slice() {
            [point] => point,
            points => panic!("one point of {} has {attributes}: {points:?}", self.name),
        }
    }

    pub(crate) fn what(&self) -> String {
        format!("metric {:?}", self.name)
    }

    pub(crate) fn read(
        metric: &proto::Metric,
        resource: &Arc<Attributes>,
        scope: &str,
        complaints: &mut Vec<String>,
    ) -> Option<Self> {
        let mut check = Check::of(format!("metric {:?}", metric.name));
        let read = match &metric.data {
            Some(Data::Gauge(gauge)) => Some((Shape::Gauge, None, read_numbers(&mut check, &gauge.data_points))),
            Some(Data::Sum(sum)) => {
                let temporality = read_temporality(&mut check, sum.aggregation_temporality);
                let shape = Shape::Sum { monotonic: sum.is_monotonic };
                Some((shape, temporality, read_numbers(&mut check, &sum.data_points)))
            }
            Some(Data::Histogram(histogram)) => {
                let temporality = read_temporality(&mut check, histogram.aggregation_temporality);
                Some((Shape::Histogram, temporality, read_histograms(&mut check, &histogram.data_points)))
            }
            Some(Data::ExponentialHistogram(_) | Data::Summary(_)) => {
                check.complain("it is of a shape that nothing here sends");
                None
            }
            None => {
                check.complain("it has no points");
                None
            }
        };
        complaints.append(&mut check.complaints);
        let (shape, temporality, points) = read?;
        Some(Metric {
            resource: Arc::clone(resource),
            scope: scope.to_owned(),
            name: metric.name.clone(),
            unit: metric.unit.clone(),
            description: metric.description.clone(),
            shape,
            temporality,
            points,
        })
    }
}

impl Point {
    /// The value of a sum or gauge of whole numbers.
    ///
    /// # Panics
    /// Where it is another.
    #[track_caller]
    pub fn int(&self) -> i64 {
        match self.value {
            Number::Int(value) => value,
            ref value => panic!("it is no whole number: {value:?}"),
        }
    }

    /// The value of a sum or gauge of fractions.
    ///
    /// # Panics
    /// Where it is another.
    #[track_caller]
    pub fn double(&self) -> f64 {
        match self.value {
            Number::Double(value) => value,
            ref value => panic!("it is no fraction: {value:?}"),
        }
    }

    /// The value of a histogram.
    ///
    /// # Panics
    /// Where it is another.
    #[track_caller]
    pub fn histogram(&self) -> &Histogram {
        match &self.value {
            Number::Histogram(value) => value,
            value => panic!("it is no histogram: {value:?}"),
        }
    }

    /// What tells its series from the metric's others.
    pub(crate) fn key(&self) -> String {
        serde_json::to_string(&self.attributes).expect("attributes are JSON")
    }
}

fn read_temporality(check: &mut Check, temporality: i32) -> Option<Temporality> {
    match proto::AggregationTemporality::try_from(temporality) {
        Ok(proto::AggregationTemporality::Delta) => Some(Temporality::Delta),
        Ok(proto::AggregationTemporality::Cumulative) => Some(Temporality::Cumulative),
        _ => {
            check.complain("it does not say since when it counts");
            None
        }
    }
}

fn read_numbers(check: &mut Check, points: &[proto::NumberDataPoint]) -> Vec<Point> {
    let mut read = Vec::new();
    for point in points {
        let value = match point.value {
            Some(number_data_point::Value::AsInt(value)) => Number::Int(value),
            Some(number_data_point::Value::AsDouble(value)) => Number::Double(value),
            None => {
                check.complain("a point has no value");
                continue;
            }
        };
        read.push(Point {
            attributes: attributes::read(check, &point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            value,
            exemplars: read_exemplars(check, &point.exemplars),
        });
    }
    read
}

fn read_histograms(check: &mut Check, points: &[proto::HistogramDataPoint]) -> Vec<Point> {
    let mut read = Vec::new();
    for point in points {
        check.require(point.sum.is_some(), "a histogram has no sum");
        read.push(Point {
            attributes: attributes::read(check, &point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            value: Number::Histogram(Histogram {
                count: point.count,
                sum: point.sum.unwrap_or_default(),
                min: point.min,
                max: point.max,
                bounds: point.explicit_bounds.clone(),
                buckets: point.bucket_counts.clone(),
            }),
            exemplars: read_exemplars(check, &point.exemplars),
        });
    }
    read
}

fn read_exemplars(check: &mut Check, exemplars: &[proto::Exemplar]) -> Vec<Exemplar> {
    let mut read = Vec::new();
    for exemplar in exemplars {
        let value = match exemplar.value {
            Some(proto::exemplar::Value::AsDouble(value)) => value,
            Some(proto::exemplar::Value::AsInt(value)) => value as f64,
            None => {
                check.complain("an exemplar has no value");
                continue;
            }
        };
        check.time("the time of an exemplar", exemplar.time_unix_nano);
        read.push(Exemplar {
            value,
            time: exemplar.time_unix_nano,
            span: identifiers::read_span(check, &exemplar.trace_id, &exemplar.span_id),
            attributes: attributes::read(check, &exemplar.filtered_attributes),
        });
    }
    read
}
