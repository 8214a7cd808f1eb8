//! The numbers of one series, which any thread adds to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ::metrics::atomics::AtomicU64;
use ::metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn};

use crate::snapshot::{Distribution, Number};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Numbers of any kind: each uses what it needs of it, and only a histogram needs much.
#[derive(Debug)]
pub(super) struct Cell {
    /// The value: whole of a counter, the bits of a float of a gauge and of a histogram's sum.
    value: AtomicU64,
    bounds: Arc<[f64]>,
    counts: Box<[AtomicU64]>,
    /// What takes part in it for want of room for a series of its own, or of a right to one, is counted.
    strays: Option<Arc<AtomicU64>>,
}

impl Cell {
    /// `bounds` of a histogram; others have none.
    pub(super) fn new(bounds: Option<Arc<[f64]>>, strays: Option<Arc<AtomicU64>>) -> Self {
        let buckets = bounds.as_ref().map_or(0, |bounds| bounds.len() + 1);
        Cell {
            value: AtomicU64::new(0),
            bounds: bounds.unwrap_or_default(),
            counts: (0..buckets).map(|_| AtomicU64::new(0)).collect(),
            strays,
        }
    }

    fn stray(&self, count: u64) {
        if let Some(strays) = &self.strays {
            strays.fetch_add(count, Ordering::Relaxed);
        }
    }

    pub(super) fn count(&self) -> Number {
        Number::Whole(self.value.load(Ordering::Relaxed))
    }

    pub(super) fn level(&self) -> Number {
        Number::Float(f64::from_bits(self.value.load(Ordering::Relaxed)))
    }

    /// None where nothing is in it.
    pub(super) fn distribution(&self) -> Option<Distribution> {
        let counts: Vec<u64> = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let is_used = counts.iter().any(|count| *count > 0);
        is_used.then(|| Distribution { bounds: Arc::clone(&self.bounds), counts, sum: self.level(), exemplar: None })
    }
}

impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        CounterFn::increment(&self.value, value);
        self.stray(1);
    }

    fn absolute(&self, value: u64) {
        self.value.absolute(value);
        self.stray(1);
    }
}

impl GaugeFn for Cell {
    fn increment(&self, value: f64) {
        GaugeFn::increment(&self.value, value);
        self.stray(1);
    }

    fn decrement(&self, value: f64) {
        self.value.decrement(value);
        self.stray(1);
    }

    fn set(&self, value: f64) {
        self.value.store(value.to_bits(), Ordering::Relaxed);
        self.stray(1);
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        if value.is_nan() || count == 0 {
            return;
        }
        // A cell that stands for none has no buckets.
        let bucket = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        if let Some(bucket) = self.counts.get(bucket) {
            bucket.fetch_add(count as u64, Ordering::Relaxed);
            GaugeFn::increment(&self.value, value * count as f64);
        }
        self.stray(count as u64);
    }
}

/// What the macros get.
pub(super) struct Handle(pub(super) Arc<Cell>);

impl From<Handle> for Counter {
    fn from(handle: Handle) -> Self {
        Counter::from_arc(handle.0)
    }
}

impl From<Handle> for Gauge {
    fn from(handle: Handle) -> Self {
        Gauge::from_arc(handle.0)
    }
}

impl From<Handle> for Histogram {
    fn from(handle: Handle) -> Self {
        Histogram::from_arc(handle.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_what_is_a_number() {
        let cell = Cell::new(Some(Arc::new([1.0, 2.0])), None);
        assert_eq!(cell.distribution(), None);
        [0.5, 1.0, 1.5, 7.0, f64::NAN].into_iter().for_each(|value| cell.record(value));
        cell.record_many(2.0, 3);
        let shown = cell.distribution().unwrap();
        assert_eq!((shown.counts, shown.sum), (vec![2, 4, 1], Number::Float(16.0)));
    }

    #[test]
    fn threads_lose_nothing() {
        let (histogram, counter) = (Cell::new(Some(Arc::new([0.0])), None), Cell::new(None, None));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        histogram.record(0.5);
                        CounterFn::increment(&counter, 2);
                    }
                });
            }
        });
        let shown = histogram.distribution().unwrap();
        assert_eq!((shown.counts, shown.sum), (vec![0, 4000], Number::Float(2000.0)));
        assert_eq!(counter.count(), Number::Whole(8000));
    }
}
