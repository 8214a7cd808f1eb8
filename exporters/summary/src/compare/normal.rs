//! The normal distribution, and that of Student where there are few.

use std::f64::consts::TAU;

/// Farther than this from its mean nothing is told apart.
pub(crate) const FARTHEST: f64 = 10.0;

/// The probability of being at least so many standard deviations from the mean, on either side.
///
/// Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: to 1.5e-7.
pub(crate) fn two_sided(deviations: f64) -> f64 {
    let z = deviations.abs();
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let [a, b, c, d, e] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = t * (a + t * (b + t * (c + t * (d + t * e))));
    2.0 * sum * (-z * z / 2.0).exp() / TAU.sqrt()
}

/// The standard deviations from the mean beyond which, on both sides, lies so much.
pub(crate) fn deviations(two_sided_probability: f64) -> f64 {
    last(|z| two_sided(z) >= two_sided_probability)
}

/// The largest number from 0 to [`FARTHEST`] of which this holds, where it holds of none behind one of which it does not.
pub(crate) fn last(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut from, mut to) = (0.0, FARTHEST);
    for _ in 0..40 {
        let middle = (from + to) / 2.0;
        if holds(middle) { from = middle } else { to = middle }
    }
    from
}

/// What so many standard deviations of the normal distribution are in that of Student with so many degrees of freedom.
///
/// Wallace, Bounds on normal approximations to Student's and the chi-square distributions, Annals of Mathematical
/// Statistics 30 (1959).
pub(crate) fn to_student(z: f64, freedom: f64) -> f64 {
    let z = z * (8.0 * freedom + 3.0) / (8.0 * freedom + 1.0);
    (freedom * (z * z / freedom).exp_m1()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_values_of_the_tables() {
        for (z, probability) in
            [(0.0, 1.0), (1.0, 0.317_310_5), (1.959_964, 0.05), (2.575_829, 0.01), (3.290_527, 0.001)]
        {
            assert!((two_sided(z) - probability).abs() < 2e-7, "{z}: {}", two_sided(z));
            assert!((deviations(probability) - z).abs() < 1e-4, "{probability}: {}", deviations(probability));
        }
        // The 97.5 % of Student's distribution.
        for (freedom, t) in [(10.0, 2.228_14), (30.0, 2.042_27), (100.0, 1.983_97), (1000.0, 1.962_34)] {
            assert!(
                (to_student(1.959_964, freedom) - t).abs() < 0.003,
                "{freedom}: {}",
                to_student(1.959_964, freedom)
            );
        }
    }
}
