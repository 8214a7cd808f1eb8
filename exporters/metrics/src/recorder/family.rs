//! All series of one name.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

use ::metrics::atomics::AtomicU64;

use crate::attributes::Attributes;
use crate::recorder::cell::{Cell, Kind};
use crate::snapshot::{Metric, Point, Points};

#[derive(Debug)]
pub(super) struct Family {
    pub(super) kind: Kind,
    /// Of a histogram.
    bounds: Option<Arc<[f64]>>,
    most: usize,
    series: RwLock<BTreeMap<Attributes, Arc<Cell>>>,
    /// Takes what has no room.
    overflow: Arc<Cell>,
    overflowed: Arc<AtomicU64>,
}

impl Family {
    pub(super) fn new(kind: Kind, bounds: Option<Arc<[f64]>>, most: usize) -> Self {
        let overflowed = Arc::new(AtomicU64::new(0));
        let overflow = Arc::new(Cell::new(bounds.clone(), Some(Arc::clone(&overflowed))));
        Family { kind, bounds, most, series: RwLock::default(), overflow, overflowed }
    }

    /// The series with these attributes; where there is no room for it, the one that takes such.
    pub(super) fn cell(&self, attributes: Attributes) -> Found {
        {
            let series = self.series.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(cell) = series.get(&attributes) {
                return Found::Own(Arc::clone(cell));
            }
            if series.len() >= self.most {
                return Found::Overflow(Arc::clone(&self.overflow));
            }
        }
        let mut series = self.series.write().unwrap_or_else(PoisonError::into_inner);
        if series.len() >= self.most && !series.contains_key(&attributes) {
            return Found::Overflow(Arc::clone(&self.overflow));
        }
        let new = || Arc::new(Cell::new(self.bounds.clone(), None));
        Found::Own(Arc::clone(series.entry(attributes).or_insert_with(new)))
    }

    pub(super) fn metric(&self, name: &str) -> Metric {
        let overflowed = self.overflowed.load(Ordering::Relaxed);
        let mut series: Vec<(Attributes, Arc<Cell>)> = {
            let series = self.series.read().unwrap_or_else(PoisonError::into_inner);
            series.iter().map(|(attributes, cell)| (attributes.clone(), Arc::clone(cell))).collect()
        };
        if overflowed > 0 {
            let attributes = [("otel.metric.overflow", true)].into_iter().collect();
            series.push((attributes, Arc::clone(&self.overflow)));
        }
        let series = series.into_iter();
        let points = match self.kind {
            Kind::Counter => Points::Counter(series.map(|(of, cell)| Point::new(of, cell.count())).collect()),
            Kind::Gauge => Points::Gauge(series.map(|(of, cell)| Point::new(of, cell.level())).collect()),
            Kind::Histogram => {
                let used = series.filter_map(|(of, cell)| Some(Point { attributes: of, value: cell.distribution()? }));
                Points::Histogram(used.collect())
            }
        };
        Metric { overflowed, ..Metric::new(name.to_owned(), points) }
    }
}

/// Where values go.
#[derive(Debug)]
pub(super) enum Found {
    Own(Arc<Cell>),
    Overflow(Arc<Cell>),
}
