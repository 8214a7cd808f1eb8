//! The series of tasks.

use tachograph_core::Record;

use crate::attributes::List;
use crate::findings::{FINDING, Findings};
use crate::histogram::{Bounds, Histogram};
use crate::naming::{ByNaming, Naming};
use crate::nanos::nanos;
use crate::series::{Add, FULL, Family, Key, Series, names, overflow};

/// What is counted of the tasks of one series.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    pub(crate) durations: Histogram,
    pub(crate) findings: Findings,
}

impl Tasks {
    pub(crate) fn record(&mut self, record: &Record, durations: &Bounds) {
        self.durations.observe(nanos(record.duration()), durations);
        self.findings.record(record);
    }
}

impl Add for Tasks {
    fn add(&mut self, other: &Self) {
        // Every field is named, so that none is forgotten that will be added.
        let Tasks { durations, findings } = other;
        self.durations.add(durations);
        self.findings.add(findings);
    }
}

/// The family of all tasks.
pub(crate) fn family(most: usize) -> Family {
    Family::new(most, overflow(["task"]), series)
}

fn series(key: &Key<'_>) -> Series {
    let [name, error, ..] = key.parts;
    let attributes = Some(List::new().text("error.type", error).text("task", name).done());
    let plain = Some(List::new().text("error_type", error).text("task", name).done());
    ByNaming { opentelemetry: attributes, plain }
}

/// The attributes of all series of tasks.
pub(crate) fn attributes(naming: Naming) -> Vec<&'static str> {
    names(&[series(&FULL)], naming)
}

pub(crate) fn attributes_and_finding(naming: Naming) -> Vec<&'static str> {
    [attributes(naming), vec![FINDING]].concat()
}

/// Finds out which series a task belongs to.
pub(crate) fn with_key<R>(record: &Record, found: impl FnOnce(&Key<'_>) -> R) -> R {
    let error = record.error_type();
    let parts = [record.path(), error.as_deref().unwrap_or(""), "", "", ""];
    found(&Key { parts, status: 0, plain_status: Some(0) })
}
