//! The middle of many samples, and how far they spread.

/// The quartiles of a set of samples: half of them lie between `p25` and `p75`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// A quarter of the samples lie below.
    pub p25: f64,
    /// Half of the samples lie below.
    pub median: f64,
    /// Three quarters of the samples lie below.
    pub p75: f64,
}

impl Quartiles {
    /// The quartiles of `samples`, interpolated between neighbours; all zero where there are no samples.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self { p25: quantile(&sorted, 0.25), median: quantile(&sorted, 0.5), p75: quantile(&sorted, 0.75) }
    }
}

fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let position = fraction * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::Quartiles;

    #[test]
    fn the_median_is_the_middle_whatever_the_order_and_the_outlier() {
        let quartiles = Quartiles::of([5.0, 1.0, 1_000_000.0, 2.0, 3.0]);
        assert_eq!(quartiles, Quartiles { p25: 2.0, median: 3.0, p75: 5.0 });
    }

    #[test]
    fn an_even_number_of_samples_meets_between_the_two_in_the_middle() {
        let quartiles = Quartiles::of([4.0, 1.0, 2.0, 3.0]);
        assert_eq!(quartiles, Quartiles { p25: 1.75, median: 2.5, p75: 3.25 });
    }

    #[test]
    fn one_sample_is_every_quartile_and_none_is_zero() {
        assert_eq!(Quartiles::of([7.0]), Quartiles { p25: 7.0, median: 7.0, p75: 7.0 });
        assert_eq!(Quartiles::of([]), Quartiles { p25: 0.0, median: 0.0, p75: 0.0 });
    }
}
