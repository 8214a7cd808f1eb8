//! Histograms, in whole numbers: sums are exact whatever the order in which they were added.

use std::sync::Arc;

use crate::error::Error;
use crate::snapshot::{Distribution, Number};

/// More buckets than this make metrics that nobody wants to send or to keep.
pub(crate) const MOST_BUCKETS: usize = 100;

/// What is counted in a histogram, and so what its numbers are held in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Held in nanoseconds, shown in seconds.
    Seconds,
    /// Whole ones, shown as they are: bytes, queries.
    Whole,
}

/// The upper bounds of a histogram's buckets; the last bucket, without a bound, goes without saying.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    unit: Unit,
    /// In the unit in which numbers are held.
    held: Box<[u64]>,
    /// In the unit that is shown.
    shown: Arc<[f64]>,
}

impl Bounds {
    /// `setting` is where they come from, for the message.
    pub(crate) fn new(setting: &str, unit: Unit, shown: &[f64]) -> Result<Self, Error> {
        if shown.len() > MOST_BUCKETS {
            return Err(Error::new(format!("{setting} has {} buckets: use at most {MOST_BUCKETS}", shown.len())));
        }
        let factor = match unit {
            Unit::Seconds => 1e9,
            Unit::Whole => 1.0,
        };
        if let Some(wrong) = shown.iter().find(|bound| !bound.is_finite() || **bound < 0.0 || **bound * factor > 1e18) {
            return Err(Error::new(format!("{setting} has a bucket up to {wrong}: use a number from 0 up")));
        }
        let held: Box<[u64]> = shown.iter().map(|bound| (bound * factor).round() as u64).collect();
        if let Some(at) = held.windows(2).position(|pair| pair[0] >= pair[1]) {
            let (one, next) = (shown[at], shown[at + 1]);
            return Err(Error::new(format!("{setting} has {next} behind {one}: each bucket must be above the last")));
        }
        Ok(Bounds { unit, held, shown: shown.into() })
    }

    /// In the unit that is shown.
    #[cfg(feature = "recorder")]
    pub(crate) fn in_unit(&self) -> &Arc<[f64]> {
        &self.shown
    }

    /// A number that is held, as one that is shown.
    pub(crate) fn number(&self, held: u64) -> Number {
        match self.unit {
            Unit::Seconds => Number::Nanos(held),
            Unit::Whole => Number::Whole(held),
        }
    }

    /// The bucket into which this falls: the first whose bound is not below it.
    pub(crate) fn bucket(&self, value: u64) -> usize {
        self.held.iter().position(|bound| value <= *bound).unwrap_or(self.held.len())
    }
}

/// Takes no memory for its buckets before something is in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    /// Not cumulative; that they become when they are shown.
    buckets: Vec<u64>,
    sum: u64,
}

impl Histogram {
    pub(crate) fn observe(&mut self, value: u64, bounds: &Bounds) {
        self.observe_all(1, value, value, bounds);
    }

    /// Several whose sum is known, but of the single ones no more than that they are about `each`.
    pub(crate) fn observe_all(&mut self, count: u64, each: u64, sum: u64, bounds: &Bounds) {
        if count == 0 {
            return;
        }
        if self.buckets.is_empty() {
            self.buckets = vec![0; bounds.held.len() + 1];
        }
        self.buckets[bounds.bucket(each)] += count;
        self.sum = self.sum.saturating_add(sum);
    }

    pub(crate) fn add(&mut self, other: &Histogram) {
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else {
            self.buckets.iter_mut().zip(&other.buckets).for_each(|(to, from)| *to += from);
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// As it is shown; none where nothing is in it.
    pub(crate) fn shown(&self, bounds: &Bounds) -> Option<Distribution> {
        (!self.is_empty()).then(|| Distribution {
            bounds: Arc::clone(&bounds.shown),
            counts: self.buckets.clone(),
            sum: bounds.number(self.sum),
            exemplar: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(shown: &[f64]) -> Result<Bounds, String> {
        Bounds::new("duration_buckets", Unit::Seconds, shown).map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_falls_into_the_first_bucket_whose_bound_it_does_not_exceed() {
        let bounds = seconds(&[0.005, 0.01, 1.0]).unwrap();
        let buckets = [0, 5_000_000, 5_000_001, 10_000_000, 1_000_000_000, 1_000_000_001, u64::MAX];
        assert_eq!(buckets.map(|nanos| bounds.bucket(nanos)), [0, 0, 1, 1, 2, 3, 3]);
    }

    #[test]
    fn sums_of_histograms_are_those_of_what_is_in_them() {
        let bounds = Bounds::new("size_buckets", Unit::Whole, &[1.0, 10.0]).unwrap();
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.observe(1, &bounds);
        one.observe(11, &bounds);
        other.observe_all(3, 7, 20, &bounds);
        let mut sum = Histogram::default();
        for each in [&one, &other, &Histogram::default()] {
            sum.add(each);
        }
        let shown = sum.shown(&bounds).unwrap();
        assert_eq!((shown.count(), shown.sum, shown.counts), (5, Number::Whole(32), vec![1, 3, 1]));
        assert_eq!(Histogram::default().shown(&bounds), None);
    }

    #[test]
    fn bounds_that_are_none_are_refused_with_the_remedy() {
        for (wrong, message) in [
            (vec![0.1, f64::NAN], "duration_buckets has a bucket up to NaN: use a number from 0 up"),
            (vec![-1.0], "duration_buckets has a bucket up to -1: use a number from 0 up"),
            (vec![f64::INFINITY], "duration_buckets has a bucket up to inf: use a number from 0 up"),
            (vec![1e10], "duration_buckets has a bucket up to 10000000000: use a number from 0 up"),
            (vec![0.5, 0.1], "duration_buckets has 0.1 behind 0.5: each bucket must be above the last"),
            (vec![0.5, 0.5], "duration_buckets has 0.5 behind 0.5: each bucket must be above the last"),
        ] {
            assert_eq!(seconds(&wrong).unwrap_err(), message);
        }
        assert!(seconds(&vec![0.5; 101]).unwrap_err().contains("use at most 100"));
        assert!(seconds(&[]).is_ok());
    }
}
