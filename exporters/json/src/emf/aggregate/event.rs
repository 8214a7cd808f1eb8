//! The event of a series.

use std::time::SystemTime;

use tachograph_core::RecordKind;

use super::numbers::{Measured, Numbers, Value};
use crate::emf::dimensions::Dimension;
use crate::emf::metric::Number;
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
        for measured in &numbers.metrics {
            write_values(measured, &mut line);
        }
        let sets = sets.iter().map(String::as_str);
        shape.members.write(
            time,
            sets,
            |definitions| numbers.metrics.iter().for_each(|measured| definitions.metric(measured.metric)),
            line.out,
        );
        line.end_object();
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
