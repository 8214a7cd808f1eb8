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
