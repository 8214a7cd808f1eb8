//! A histogram as numbers: of the application's, no more is known than how many are in each bucket, and their sum.

use tachograph_metrics::Distribution;

/// How many values a metric of a line can have.
const MOST: u64 = 100;

/// At most a hundred numbers that lie in the buckets as those do that were counted, and have the same mean. Of more than a
/// hundred, each stands for a hundredth. Where in its bucket a number is, nobody knows: they are spread evenly, and then moved
/// towards one end of their buckets by the part of the way that makes the mean right. The last bucket has no end.
pub(super) fn values(distribution: &Distribution) -> Vec<f64> {
    let all = distribution.count();
    let shown = all.min(MOST);
    let mut places = Vec::with_capacity(shown as usize);
    let mut buckets = buckets(distribution).peekable();
    // Everything is counted in parts of a number, of which each has `2 * shown`: the middle of a hundredth is a whole one.
    let mut before = 0;
    for number in 0..shown {
        let middle = (2 * number + 1) * all;
        while let Some(bucket) = buckets.next_if(|bucket| before + 2 * shown * bucket.count <= middle) {
            before += 2 * shown * bucket.count;
        }
        let Some(bucket) = buckets.peek() else { break };
        let part = (middle - before) as f64 / (2 * shown * bucket.count) as f64;
        places.push(Place { from: bucket.from, to: bucket.to, at: bucket.at(part) });
    }
    let mean = distribution.sum.as_f64() / all as f64;
    if mean.is_finite() {
        move_to(mean, &mut places);
    }
    places.into_iter().map(|place| place.at).collect()
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    count: u64,
    from: f64,
    /// Infinite of the last.
    to: f64,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    from: f64,
    to: f64,
    at: f64,
}

impl Bucket {
    fn at(self, part: f64) -> f64 {
        if self.to.is_finite() { self.from + part * (self.to - self.from) } else { self.from }
    }
}

/// Those that are not empty. The first one begins at 0, or where it ends if that is below.
fn buckets(distribution: &Distribution) -> impl Iterator<Item = Bucket> {
    let Distribution { bounds, counts, .. } = distribution;
    let of = |(at, count): (usize, &u64)| {
        let to = bounds.get(at).copied().unwrap_or(f64::INFINITY);
        let from = match at.checked_sub(1) {
            Some(before) => bounds.get(before).copied().unwrap_or(0.0),
            None => to.min(0.0),
        };
        Bucket { count: *count, from, to }
    };
    counts.iter().enumerate().map(of).filter(|bucket| bucket.count > 0)
}

/// Gives the numbers this mean.
fn move_to(mean: f64, places: &mut [Place]) {
    let goal = mean * places.len() as f64;
    let missing = |places: &[Place]| goal - places.iter().map(|place| place.at).sum::<f64>();
    // What is above all bounds can be as large as it has to.
    let last = places.partition_point(|place| place.to.is_finite());
    if last < places.len() && missing(places) > 0.0 {
        let each = missing(places) / (places.len() - last) as f64;
        return places[last..].iter_mut().for_each(|place| place.at += each);
    }
    let lack = missing(places);
    let end = |place: &Place| if lack < 0.0 { place.from } else { place.to };
    let room: f64 = places.iter().map(|place| end(place) - place.at).sum();
    if room != 0.0 {
        let part = f64::min(lack / room, 1.0);
        places.iter_mut().for_each(|place| place.at += part * (end(place) - place.at));
    }
    // A hundredth of a bucket more or less is in it than there should be: that can be more than all room.
    let each = missing(places) / places.len().max(1) as f64;
    places.iter_mut().for_each(|place| place.at += each);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tachograph_metrics::Number;

    fn distribution(bounds: &[f64], counts: &[u64], sum: f64) -> Distribution {
        Distribution { bounds: bounds.into(), counts: counts.to_vec(), sum: Number::Float(sum), exemplar: None }
    }

    fn is_near(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-9 * other.abs().max(1.0)
    }

    #[test]
    fn few_numbers_are_in_their_buckets_with_their_sum() {
        let shown = values(&distribution(&[1.0, 2.0, 4.0], &[1, 2, 1, 1], 0.75 + 1.1 + 1.3 + 3.0 + 50.0));
        assert_eq!((shown.len(), shown[0], shown[3]), (5, 0.5, 3.0));
        assert!(shown[1] > 1.0 && shown[2] <= 2.0);
        assert!(is_near(shown.iter().sum(), 56.15), "the last bucket takes what is missing: {shown:?}");
        let shown = values(&distribution(&[1.0, 2.0, 4.0], &[0, 4, 0, 0], 4.4));
        assert!(is_near(shown.iter().sum(), 4.4) && shown.iter().all(|value| (1.0..2.0).contains(value)), "{shown:?}");
        let shown = values(&distribution(&[1.0, 2.0, 4.0], &[0, 4, 0, 0], 8.0));
        assert_eq!(shown, [2.0; 4]);
    }

    #[test]
    fn numbers_below_nothing_have_no_lower_end() {
        let shown = values(&distribution(&[-5.0, 0.0], &[2, 0, 0], -30.0));
        assert!(is_near(shown.iter().sum(), -30.0), "{shown:?}");
        let shown = values(&distribution(&[], &[3], -3.0));
        assert_eq!(shown, [-1.0; 3]);
    }

    #[test]
    fn a_sum_that_is_no_number_leaves_the_buckets() {
        assert_eq!(values(&distribution(&[1.0, 2.0], &[0, 2, 0], f64::INFINITY)), [1.25, 1.75]);
        assert!(values(&distribution(&[1.0], &[0, 0], 0.0)).is_empty());
    }

    proptest! {
        #[test]
        fn the_mean_is_right_and_percentiles_are_in_their_buckets(
            numbers in prop::collection::vec(0.0..20_000.0f64, 1..2000),
        ) {
            let bounds = [5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10_000.0];
            let mut counts = vec![0; bounds.len() + 1];
            let bucket = |number: f64| bounds.iter().position(|bound| number <= *bound).unwrap_or(bounds.len());
            numbers.iter().for_each(|number| counts[bucket(*number)] += 1);
            let shown = values(&distribution(&bounds, &counts, numbers.iter().sum()));
            prop_assert_eq!(shown.len(), numbers.len().min(100));
            let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
            prop_assert!(is_near(mean(&shown), mean(&numbers)));
            let mut sorted = numbers.clone();
            sorted.sort_by(f64::total_cmp);
            if numbers.len() <= 100 {
                for (shown, number) in shown.iter().zip(&sorted) {
                    let at = bucket(*number);
                    let from = if at == 0 { 0.0 } else { bounds[at - 1] };
                    let to = bounds.get(at).copied().unwrap_or(f64::INFINITY);
                    prop_assert!(from - 1e-6 <= *shown && *shown <= to + 1e-6, "{} for {}", shown, number);
                }
            }
        }
    }
}
