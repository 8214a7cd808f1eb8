//! Requests and tasks counted together, and told of by an event for each series.
//!
//! Each thread counts for itself, by the dimensions of any set; the sets are made of these when the events are written, so
//! that a request costs the same however many sets there are.

mod event;
mod hundred;
mod numbers;
mod series;
mod sketch;
mod values;

use std::sync::Arc;

use tachograph_core::{Record, RecordKind};
use tachograph_metrics::{Groups, Taken};

use super::Shape;
use super::dimensions::Dimension;
use super::samples::each_sample;
use numbers::Numbers;
pub(super) use series::Events;

/// What stands for the values of all series that had no room of their own.
const OVERFLOW: &str = "_overflow";

/// The dimensions that tell records of one kind apart, at their places in a key.
const PLACES: [Dimension; 5] =
    [Dimension::Method, Dimension::Route, Dimension::Name, Dimension::Outcome, Dimension::StatusClass];

/// What was counted since the last events.
#[derive(Debug)]
pub(crate) struct Aggregate {
    shape: Arc<Shape>,
    max_series: usize,
    requests: Groups<Numbers>,
    tasks: Groups<Numbers>,
}

impl Aggregate {
    /// At most so many series of requests, and as many of tasks; beyond these, one more takes the rest.
    pub(crate) fn new(shape: Arc<Shape>, max_series: usize) -> Self {
        Aggregate { shape, max_series, requests: Groups::new(max_series), tasks: Groups::new(max_series) }
    }

    /// A request or task has ended.
    pub(crate) fn record(&self, record: &Record) {
        let groups = self.groups(record.kind());
        let used = self.shape.sets.of_records();
        let key = PLACES.map(|dimension| match used.contains(&dimension) {
            true => dimension.of(record).unwrap_or(""),
            false => "",
        });
        groups.change(key, |numbers| {
            let mut observed = numbers.observe();
            each_sample(record, self.shape.naming, |metric, number| observed.sample(metric, number));
        });
    }

    fn groups(&self, kind: RecordKind) -> &Groups<Numbers> {
        match kind {
            RecordKind::Request => &self.requests,
            RecordKind::Task => &self.tasks,
        }
    }

    fn take(&self, kind: RecordKind) -> Taken<Numbers> {
        self.groups(kind).take()
    }
}

/// The values of these dimensions in a key; none where one is missing.
fn project(dimensions: &[Dimension], kind: RecordKind, key: [&str; 5]) -> Option<Vec<Box<str>>> {
    let value = |dimension: &Dimension| match dimension {
        Dimension::Event => Some(kind.as_str()),
        other => {
            let place = PLACES.iter().position(|place| place == other)?;
            Some(key[place]).filter(|value| !value.is_empty())
        }
    };
    dimensions.iter().map(|dimension| value(dimension).map(Box::from)).collect()
}

/// The key of what had no room. What a kind of record never has, it has not here.
fn overflow(kind: RecordKind) -> [&'static str; 5] {
    PLACES.map(|dimension| match (dimension, kind) {
        (Dimension::Name, RecordKind::Request) => "",
        (Dimension::Method | Dimension::Route | Dimension::StatusClass, RecordKind::Task) => "",
        _ => OVERFLOW,
    })
}
