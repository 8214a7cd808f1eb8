//! The series of tasks.

use tachograph_core::Record;

use crate::attributes::List;
use crate::histogram::Histogram;
use crate::naming::ByNaming;
use crate::series::{Add, Family, Key, overflow};

/// What is counted of the tasks of one series.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    pub(crate) durations: Histogram,
}

impl Add for Tasks {
    fn add(&mut self, other: &Self) {
        self.durations.add(&other.durations);
    }
}

/// The family of all tasks.
pub(crate) fn family(most: usize) -> Family {
    Family::new(most, overflow(["task"]), |key| {
        let [name, error, ..] = key.parts;
        let attributes = Some(List::new().text("error.type", error).text("task", name).done());
        let plain = Some(List::new().text("error_type", error).text("task", name).done());
        ByNaming { opentelemetry: attributes, plain }
    })
}

/// Finds out which series a task belongs to.
pub(crate) fn with_key<R>(record: &Record, found: impl FnOnce(&Key<'_>) -> R) -> R {
    let error = record.error_type();
    let parts = [record.path(), error.as_deref().unwrap_or(""), "", "", ""];
    found(&Key { parts, status: 0, plain_status: Some(0) })
}
