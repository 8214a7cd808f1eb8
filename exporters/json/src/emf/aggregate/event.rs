//! The event of a series.

use std::time::SystemTime;

use tachograph_core::RecordKind;
use tachograph_metrics::Naming;

use super::numbers::{Measured, Numbers, Value};
use crate::emf::dimensions::Dimension;
use crate::emf::metric::{Metric, Number, metric};
use crate::emf::{LOGGER, Shape};
use crate::line::{Line, key};
use crate::number;

/// What was counted of a series.
pub(super) struct Event<'a, D> {
    pub(super) kind: RecordKind,
    pub(super) numbers: &'a Numbers,
    pub(super) dimensions: D,
    /// The sets of dimensions, as they are written.
    pub(super) sets: &'a [String],
}

impl<'a, D: Iterator<Item = (Dimension, &'a str)>> Event<'a, D> {
    /// Appends the line. There is room for all of it, as dimensions and values are bounded.
    pub(super) fn write(self, shape: &Shape, time: SystemTime, out: &mut Vec<u8>) {
        let Event { kind, numbers, dimensions, sets } = self;
        let mut line = Line::object(out, time);
        line.raw(",\"level\":\"info\"");
        line.text(key!("logger"), LOGGER);
        line.integer(",\"message\":\"", numbers.count);
        line.raw(match (kind, numbers.count) {
            (RecordKind::Request, 1) => " request\"",
            (RecordKind::Request, _) => " requests\"",
            (RecordKind::Task, 1) => " task\"",
            (RecordKind::Task, _) => " tasks\"",
        });
        line.raw(shape.service.as_str());
        for (dimension, value) in dimensions {
            line.raw(",\"");
            line.raw(dimension.name());
            line.text("\":", value);
        }
        let count = count(kind, shape.naming);
        if let Some(count) = count {
            line.integer(count.json_key, numbers.count);
        }
        for measured in &numbers.metrics {
            write_values(measured, &mut line);
        }
        let sets = sets.iter().map(String::as_str);
        shape.members.write(
            time,
            sets,
            |definitions| {
                count.into_iter().for_each(|count| definitions.metric(count));
                numbers.metrics.iter().for_each(|measured| definitions.metric(measured.metric));
            },
            line.out,
        );
        line.end_object();
    }
}

/// How many there were, which no number of values says: of many, a hundred are told. Plain names have such a metric of
/// requests anyhow.
fn count(kind: RecordKind, naming: Naming) -> Option<&'static Metric> {
    match (kind, naming) {
        (RecordKind::Request, Naming::OpenTelemetry) => Some(metric!("requests", "Count")),
        (RecordKind::Request, Naming::Plain) => None,
        (RecordKind::Task, Naming::OpenTelemetry) => Some(metric!("tasks", "Count")),
        (RecordKind::Task, Naming::Plain) => Some(metric!("tasks_total", "Count")),
    }
}

fn write_values(measured: &Measured, line: &mut Line<'_>) {
    line.raw(measured.metric.json_key);
    match &measured.value {
        Value::Sum(sum) => number::integer(*sum, line.out),
        Value::Values(values) => {
            // Values are in thousandths of what numbers are held in.
            let places = match (measured.kind)(0) {
                Number::Whole(_) => 3,
                Number::Millis(_) => 6,
                Number::Seconds(_) => 9,
            };
            line.raw("[");
            for (place, value) in values.shown().into_iter().enumerate() {
                line.raw(if place == 0 { "" } else { "," });
                number::decimal(value, places, line.out);
            }
            line.raw("]");
        }
    }
}
