//! What the durations consist of.

use std::ops::AddAssign;

pub use tachograph_core::Share;

/// How many shares a duration has.
pub const SHARES: usize = Share::ALL.len();

/// Time by what it was spent on, in microseconds; together the duration.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Shares([f64; SHARES]);

impl Shares {
    /// In the order of [`Share::ALL`]; what is no time counts as none.
    pub fn new(micros: [f64; SHARES]) -> Self {
        Shares(micros.map(|micros| if micros > 0.0 { micros.min(f64::MAX) } else { 0.0 }))
    }

    /// One of them, in microseconds.
    pub fn of(&self, share: Share) -> f64 {
        self.0[share as usize]
    }

    /// All together, in microseconds.
    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }

    /// The largest; none where there is no time at all.
    pub fn largest(&self) -> Option<Share> {
        let largest = Share::ALL.into_iter().rev().max_by(|one, other| self.of(*one).total_cmp(&self.of(*other)))?;
        (self.of(largest) > 0.0).then_some(largest)
    }

    /// Adds those of a request that stands for so many.
    pub fn add(&mut self, other: &Shares, weight: f64) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, micros)| *sum += micros * weight);
    }
}

impl AddAssign<&Shares> for Shares {
    fn add_assign(&mut self, other: &Shares) {
        self.add(other, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_time_counts_as_none() {
        let shares = Shares::new([f64::NAN, -5.0, 0.0, 3.0, f64::NEG_INFINITY, 4.0, 0.5]);
        assert_eq!((shares.sum(), shares.of(Share::Cache), shares.largest()), (7.5, 3.0, Some(Share::Body)));
        assert!(Shares::new([f64::INFINITY, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]).sum().is_finite());
        assert_eq!(Shares::new([-1.0; SHARES]).largest(), None);
    }

    #[test]
    fn of_two_that_are_the_same_the_first_is_the_largest() {
        assert_eq!(Shares::new([2.0; SHARES]).largest(), Some(Share::Database));
    }
}
