//! A hundred numbers that stand for many.

/// How many values a metric of a line can have.
pub(super) const HUNDRED: usize = 100;

/// Of these percentiles, the number is the one that percentile is; those between give way for the sake of the mean.
const PERCENTILES: [usize; 5] = [50, 75, 90, 95, 99];

/// Numbers of which so many are there, rising; in all there are at least a hundred. Chosen are a hundred with the same mean, the
/// k-th of which lies between the percentiles k-1 and k.
///
/// Each hundredth of the numbers gives way to one of them. Its mean would do for the mean of all, but is below the percentile
/// at its end. So the percentiles that people ask for are taken as they are, and the others give up what that adds, each
/// in proportion to how far it is from the percentile before it. Where they have not enough, what is missing is missing
/// at the 99th first: there is a large step just before it, as there can be where it is one of the two largest numbers.
pub(super) fn hundred(weighted: impl Iterator<Item = (f64, u64)>) -> [f64; HUNDRED] {
    let hundredths = hundredths(weighted);
    let mut chosen = hundredths.map(|hundredth| hundredth.mean);
    let is_kept = |place: usize| PERCENTILES.contains(&(place + 1));
    let others = hundredths.iter().enumerate().filter(|(place, _)| !is_kept(*place));
    let room: f64 = others.map(|(_, hundredth)| hundredth.mean - hundredth.before).sum();
    let mut left = room;
    for percentile in PERCENTILES {
        let Hundredth { mean, last, .. } = hundredths[percentile - 1];
        let added = f64::min(last - mean, left);
        chosen[percentile - 1] += added;
        left -= added;
    }
    let given = if room > 0.0 { (room - left) / room } else { 0.0 };
    for (place, Hundredth { mean, before, .. }) in hundredths.into_iter().enumerate() {
        if !is_kept(place) {
            chosen[place] -= given * (mean - before);
        }
    }
    chosen
}

/// A hundredth of the numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Hundredth {
    mean: f64,
    /// The last number of the hundredth before; of the first, its first.
    before: f64,
    last: f64,
}

/// A number on the border of two hundredths is in both, in parts: all in hundredths of a number, as whole ones.
fn hundredths(weighted: impl Iterator<Item = (f64, u64)>) -> [Hundredth; HUNDRED] {
    let weighted: Vec<(f64, u64)> = weighted.map(|(value, count)| (value, count * HUNDRED as u64)).collect();
    let all: u64 = weighted.iter().map(|(_, count)| count / HUNDRED as u64).sum();
    let mut rest = weighted.into_iter();
    let (mut value, mut left) = rest.next().unwrap_or_default();
    let mut before = value;
    std::array::from_fn(|_| {
        let (mut sum, mut missing) = (0.0, all);
        while missing > 0 {
            if left == 0 {
                (value, left) = rest.next().unwrap_or((value, missing));
            }
            let taken = left.min(missing);
            sum += value * taken as f64;
            left -= taken;
            missing -= taken;
        }
        let mean = (sum / all.max(1) as f64).clamp(before.min(value), value);
        let hundredth = Hundredth { mean, before, last: value };
        before = value;
        hundredth
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same numbers on each run, between 0 and 1.
    fn numbers(count: usize) -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    fn of(mut numbers: Vec<f64>) -> ([f64; HUNDRED], Vec<f64>) {
        numbers.sort_by(f64::total_cmp);
        (hundred(numbers.iter().map(|number| (*number, 1))), numbers)
    }

    fn mean(numbers: &[f64]) -> f64 {
        numbers.iter().sum::<f64>() / numbers.len() as f64
    }

    /// The smallest number that so many percent do not exceed.
    fn percentile(sorted: &[f64], percent: usize) -> f64 {
        sorted[(sorted.len() * percent).div_ceil(100) - 1]
    }

    /// As others reckon them: between two numbers.
    fn between(sorted: &[f64], percent: f64) -> f64 {
        let at = (sorted.len() - 1) as f64 * percent / 100.0;
        let (below, part) = (sorted[at as usize], at.fract());
        below + part * (sorted[(at as usize + 1).min(sorted.len() - 1)] - below)
    }

    fn is_near(one: f64, other: f64, part: f64) -> bool {
        (one - other).abs() <= part * other.abs()
    }

    #[test]
    fn mean_and_percentiles_of_common_distributions_are_kept() {
        type Quantile = fn(f64) -> f64;
        let shapes: [(&str, Quantile); 6] = [
            ("all the same", |_| 7.0),
            ("even", |number| 10.0 + 100.0 * number),
            ("exponential", |number| -50.0 * (1.0 - number).ln()),
            ("heavy tail", |number| 5.0 / (1.0 - number).powf(0.5)),
            ("very heavy tail", |number| 5.0 / (1.0 - number).powf(0.9)),
            ("two modes", |number| if number < 0.7 { 2.0 + number } else { 900.0 + 50.0 * number }),
        ];
        for count in [101, 120, 300, 500, 1000, 12_345, 100_000] {
            for (shape, quantile) in shapes {
                let (chosen, all) = of(numbers(count).into_iter().map(quantile).collect());
                assert!(chosen.is_sorted(), "{shape} of {count}: {chosen:?}");
                assert!(is_near(mean(&chosen), mean(&all), 1e-12), "{shape} of {count}");
                for percent in PERCENTILES {
                    let (chosen, all) = (percentile(&chosen, percent), percentile(&all, percent));
                    assert!(is_near(chosen, all, 1e-9), "{shape} of {count}: {percent} % is {chosen} for {all}");
                }
            }
        }
    }

    #[test]
    fn percentiles_between_two_numbers_are_near_too() {
        let lognormal = |pair: &[f64]| {
            let normal = (-2.0 * (1.0 - pair[0]).ln()).sqrt() * (std::f64::consts::TAU * pair[1]).cos();
            20.0 * normal.exp()
        };
        for count in [1000, 100_000] {
            let (chosen, all) = of(numbers(2 * count).chunks(2).map(lognormal).collect());
            for percent in [50.0, 90.0, 95.0, 99.0] {
                let (chosen, all) = (between(&chosen, percent), between(&all, percent));
                assert!(is_near(chosen, all, 0.02), "{percent} % of {count} is {chosen} for {all}");
            }
        }
    }

    #[test]
    fn a_step_just_before_a_percentile_costs_the_last_one_and_not_the_mean() {
        // The 99th percentile is where the slow ones begin, and alone among fast ones in its hundredth.
        let (chosen, all) = of((0..10_000).map(|number| if number < 9899 { 1.0 } else { 1000.0 }).collect());
        assert!(is_near(mean(&chosen), mean(&all), 1e-12));
        assert!([50, 75, 90, 95].iter().all(|percent| percentile(&chosen, *percent) == 1.0));
        assert_eq!((percentile(&all, 99), chosen.is_sorted()), (1000.0, true));
        let (chosen, all) = of(numbers(199).into_iter().map(|number| 5.0 / (1.0 - number)).collect());
        assert!([50, 75, 90, 95].iter().all(|percent| is_near(
            percentile(&chosen, *percent),
            percentile(&all, *percent),
            1e-9
        )));
        assert!(all[196] <= percentile(&chosen, 99) && percentile(&chosen, 99) <= all[197]);
        assert!(is_near(mean(&chosen), mean(&all), 1e-12));
    }

    proptest! {
        #[test]
        fn each_is_between_two_percentiles(numbers in prop::collection::vec(0.0..1e9f64, 100..500)) {
            let (chosen, all) = of(numbers);
            prop_assert!(is_near(mean(&chosen), mean(&all), 1e-9));
            for (place, number) in chosen.iter().enumerate() {
                let from = if place == 0 { all[0] } else { percentile(&all, place) };
                let to = percentile(&all, place + 1);
                prop_assert!(from - 1e-3 <= *number && *number <= to + 1e-3, "{} is {number}, not {from} to {to}", place + 1);
            }
        }

        #[test]
        fn weights_are_as_good_as_numbers(weighted in prop::collection::vec((0u32..100_000, 1..40u64), 1..60)) {
            let mut weighted: Vec<(f64, u64)> = weighted.into_iter().map(|(value, count)| (f64::from(value), count + 99)).collect();
            weighted.sort_by(|one, other| one.0.total_cmp(&other.0));
            let all = weighted.iter().flat_map(|(value, count)| std::iter::repeat_n(*value, *count as usize)).collect();
            let (expected, _) = of(all);
            let found = hundred(weighted.into_iter());
            for (found, expected) in found.into_iter().zip(expected) {
                prop_assert!((found - expected).abs() <= 1e-6 * expected.abs() + 1e-9, "{found} for {expected}");
            }
        }
    }
}
