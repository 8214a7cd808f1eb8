//! The values of one metric of a series.

use super::hundred::{HUNDRED, hundred};
use super::sketch::Sketch;

/// A thousandth of what values are held in: what is no whole number is written to that.
pub(super) const PARTS: f64 = 1000.0;

/// Each value, while there are at most a hundred; beyond that, how they are distributed.
#[derive(Debug, Default)]
pub(super) struct Values {
    few: Vec<u64>,
    /// Where there are more than a hundred, all are here.
    many: Option<Box<Sketch>>,
    sum: u64,
    count: u64,
}

impl Values {
    #[inline]
    pub(super) fn observe(&mut self, value: u64) {
        self.sum = self.sum.saturating_add(value);
        self.count += 1;
        match &mut self.many {
            None if self.few.len() < HUNDRED => self.few.push(value),
            None => self.spread().observe(value),
            Some(many) => many.observe(value),
        }
    }

    pub(super) fn add(&mut self, other: &Values) {
        self.sum = self.sum.saturating_add(other.sum);
        self.count += other.count;
        if self.many.is_none() && self.count <= HUNDRED as u64 {
            return self.few.extend_from_slice(&other.few);
        }
        let many = self.spread();
        other.few.iter().for_each(|value| many.observe(*value));
        if let Some(other) = &other.many {
            many.add(other);
        }
    }

    #[cold]
    fn spread(&mut self) -> &mut Sketch {
        let many = self.many.get_or_insert_default();
        std::mem::take(&mut self.few).into_iter().for_each(|value| many.observe(value));
        many
    }

    /// The values in thousandths, at most a hundred: as they are, or a hundred with the same mean.
    pub(super) fn shown(&self) -> Vec<u64> {
        let Some(many) = &self.many else {
            return self.few.iter().map(|value| value.saturating_mul(PARTS as u64)).collect();
        };
        let chosen = hundred(many.weighted());
        let mean = self.sum as f64 / self.count as f64;
        // What a bucket's middle is off by is at most a 128th, and so is the mean of many.
        let off = chosen.iter().sum::<f64>() / HUNDRED as f64;
        let factor = if off > 0.0 { mean / off } else { 1.0 };
        rounded(chosen.into_iter().map(|value| value * factor * PARTS))
    }
}

/// Whole numbers whose sum is the one of these: what one loses by rounding is added to the next one.
fn rounded(numbers: impl Iterator<Item = f64>) -> Vec<u64> {
    let mut owed = 0.0;
    let round = |number: f64| {
        let exact = number + owed;
        let whole = exact.round().max(0.0);
        owed = exact - whole;
        whole as u64
    };
    numbers.map(round).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(numbers: impl Iterator<Item = u64>) -> Values {
        let mut values = Values::default();
        numbers.for_each(|number| values.observe(number));
        values
    }

    fn mean(shown: &[u64]) -> f64 {
        shown.iter().sum::<u64>() as f64 / shown.len() as f64 / PARTS
    }

    #[test]
    fn a_hundred_values_are_what_they_are() {
        let shown = values((0..100).map(|number| number * 7919)).shown();
        assert_eq!(shown, (0..100).map(|number| number * 7_919_000).collect::<Vec<u64>>());
        assert!(Values::default().shown().is_empty());
    }

    #[test]
    fn the_mean_of_many_is_exact_and_percentiles_nearly() {
        for count in [101_u64, 1000, 50_000] {
            // A cube spreads them over six powers of ten.
            let numbers: Vec<u64> =
                (0..count).map(|number| 13 + (number * 1_000_000 / count).pow(3) / 1_000_000_000_000).collect();
            let shown = values(numbers.iter().copied()).shown();
            assert_eq!(shown.len(), 100);
            let exact = numbers.iter().sum::<u64>() as f64 / count as f64;
            assert!((mean(&shown) - exact).abs() < 1e-5, "{} for {exact}", mean(&shown));
            for percent in [50, 75, 90, 95, 99] {
                let exact = numbers[(numbers.len() * percent).div_ceil(100) - 1] as f64;
                let found = shown[percent - 1] as f64 / PARTS;
                assert!((found / exact - 1.0).abs() <= 1.0 / 64.0, "{percent} % of {count} is {found} for {exact}");
            }
        }
    }

    #[test]
    fn small_counts_keep_their_mean() {
        let shown = values((0..1000).map(|number| u64::from(number % 10 == 0) * 3)).shown();
        assert!((mean(&shown) - 0.3).abs() < 1e-5, "{shown:?}");
        assert_eq!((shown[49], shown[94], shown[98]), (0, 3000, 3000));
        assert!(values((0..1000).map(|_| 0)).shown().iter().all(|value| *value == 0));
    }

    #[test]
    fn parts_are_added_as_if_they_had_been_one() {
        let parts = |sizes: &[u64]| {
            let mut all = Values::default();
            for (part, size) in sizes.iter().enumerate() {
                all.add(&values((0..*size).map(|number| 1000 * number + part as u64)));
            }
            all
        };
        for (sizes, shown) in [(&[60, 40, 0][..], 100), (&[1], 1), (&[60, 41], 100), (&[200, 1], 100), (&[1, 200], 100)]
        {
            let all = parts(sizes);
            let count: u64 = sizes.iter().sum();
            let sum: u64 =
                sizes.iter().zip(0..).map(|(size, part)| 1000 * (size * size - size) / 2 + size * part).sum();
            assert_eq!((all.count, all.sum, all.many.is_some()), (count, sum, count > 100), "{sizes:?}");
            assert_eq!(all.shown().len(), shown);
            assert_eq!(all.many.map_or(count, |many| many.weighted().map(|(_, count)| count).sum()), count);
        }
    }
}
