//! Routes with thresholds of their own.

use std::collections::HashMap;

use crate::findings::Thresholds;
use crate::record::{Record, RecordKind};

/// Thresholds by route: `GET /experiments`, `/experiments` for every method, or the name of a task.
///
/// ```
/// use tachograph_core::{Routes, Thresholds};
///
/// let mut routes = Routes::default();
/// let mut thresholds = Thresholds::default();
/// thresholds.max_queries = 3;
/// routes.set("GET /experiments", thresholds);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes(HashMap<Box<str>, Thresholds>);

impl Routes {
    /// These are the thresholds of this route from now on. It is written as in records: `/experiments/{id}`.
    pub fn set(&mut self, route: &str, thresholds: Thresholds) {
        self.0.insert(route.into(), thresholds);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The routes that have some.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Thresholds)> {
        self.0.iter().map(|(route, thresholds)| (&**route, thresholds))
    }

    /// The thresholds of this record's route, or of its task; those of a method go before those of every method.
    pub(crate) fn of(&self, record: &Record) -> Option<&Thresholds> {
        if self.0.is_empty() {
            return None;
        }
        match record.kind() {
            RecordKind::Task => self.0.get(record.path()),
            RecordKind::Request => {
                let route = record.route()?;
                let exact = self.0.get(&*[record.method(), " ", route].concat());
                exact.or_else(|| self.0.get(route))
            }
        }
    }
}
