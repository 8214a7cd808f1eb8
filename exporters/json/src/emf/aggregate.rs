//! Requests counted together, and told of by an event for each series.

use std::sync::Arc;

use tachograph_core::Record;

use super::Shape;

/// What was counted since the last events.
#[derive(Debug)]
pub(crate) struct Aggregate {
    shape: Arc<Shape>,
}

impl Aggregate {
    pub(crate) fn new(shape: Arc<Shape>) -> Self {
        Aggregate { shape }
    }

    /// A request or task has ended.
    pub(crate) fn record(&self, record: &Record) {
        let _ = (&self.shape, record);
    }
}
