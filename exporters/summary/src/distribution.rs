//! How many durations there were of each length.

use crate::bucket::{self, places};
use crate::counts::Counts;
use crate::request::is_weight;

/// How many buckets one word of bits tells of.
const PER_WORD: u16 = u64::BITS as u16;

/// How many there were of each length, in microseconds. A percentile is within 1 % of the exact one.
///
/// It takes room only where there is something: 2 bytes for each length that occurs, 8 where that is more than 65535 times or
/// no whole number, and 16 for each doubling between the shortest and the longest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// Which buckets have something, from the first word that has.
    words: Vec<Word>,
    first: u16,
    /// Of those buckets, in their order.
    counts: Counts,
    count: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Word {
    bits: u64,
    /// Where the counts of its buckets begin.
    start: u16,
}

impl Distribution {
    /// One more that stands for so many, as of [`Request`](crate::Request).
    pub fn add(&mut self, micros: u64, weight: f64) {
        if is_weight(weight) {
            self.add_to(bucket::of(micros), weight);
        }
    }

    #[inline]
    pub(crate) fn add_to(&mut self, bucket: u16, weight: f64) {
        self.count += weight;
        let bit = 1 << (bucket % PER_WORD);
        let at = self.word(bucket / PER_WORD);
        let word = &mut self.words[at];
        let place = usize::from(word.start) + (word.bits & (bit - 1)).count_ones() as usize;
        if word.bits & bit != 0 {
            self.counts.add(place, weight);
            return;
        }
        word.bits |= bit;
        self.words[at + 1..].iter_mut().for_each(|later| later.start += 1);
        self.counts.insert(place, weight);
    }

    /// Where this word is among those that there are.
    #[inline]
    fn word(&mut self, word: u16) -> usize {
        if word < self.first || usize::from(word - self.first) >= self.words.len() {
            self.make_word(word);
        }
        usize::from(word - self.first)
    }

    #[cold]
    fn make_word(&mut self, word: u16) {
        if self.words.is_empty() {
            self.first = word;
        }
        let missing = usize::from(self.first.saturating_sub(word));
        let len = (self.words.len() + missing).max(usize::from(word.saturating_sub(self.first)) + 1);
        self.words.reserve_exact(len - self.words.len());
        self.words.splice(0..0, std::iter::repeat_n(Word::default(), missing));
        self.words.resize(len, Word { bits: 0, start: self.counts.len() as u16 });
        self.first = self.first.min(word);
    }

    /// With all of another.
    pub fn merge(&mut self, other: &Distribution) {
        other.by_bucket().for_each(|(bucket, count)| self.add_to(bucket, count));
    }

    /// How many there are.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The buckets that have something: from, to (excluded), how many.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, f64)> {
        self.by_bucket().map(|(bucket, count)| {
            let (from, to) = bucket::bounds(bucket);
            (from, to, count)
        })
    }

    pub(crate) fn by_bucket(&self) -> impl Iterator<Item = (u16, f64)> {
        let words = self.words.iter().zip(self.first..);
        let buckets = words.flat_map(|(word, at)| places(word.bits).map(move |place| at * PER_WORD + place));
        buckets.zip(self.counts.iter())
    }

    /// Only those of at least so long: exactly from each of [`Variant::BANDS`](crate::Variant::BANDS), otherwise to the
    /// bucket.
    pub fn at_least(&self, micros: u64) -> Distribution {
        let mut kept = Distribution::default();
        let enough = self.by_bucket().filter(|(bucket, _)| bucket::bounds(*bucket).0 >= micros);
        enough.for_each(|(bucket, count)| kept.add_to(bucket, count));
        kept
    }

    /// The length that this part, 0 to 1, is not longer than; by nearest rank. None where there is nothing.
    pub fn percentile(&self, part: f64) -> Option<u64> {
        let rank = self.count * part.clamp(0.0, 1.0);
        let mut seen = 0.0;
        let mut last = None;
        for (bucket, count) in self.by_bucket() {
            seen += count;
            last = Some(bucket);
            // Weights that are no whole numbers do not add up to the last digit.
            if seen >= rank - 1e-9 * self.count {
                break;
            }
        }
        let (from, to) = bucket::bounds(last?);
        Some((from + to) / 2)
    }

    /// The memory that it takes beyond itself, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.words.capacity() * size_of::<Word>() + self.counts.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variant;

    /// Durations of many shapes: a few values, one value, heavy tails, far apart, gaps.
    fn shapes(random: &mut fastrand::Rng) -> Vec<Vec<u64>> {
        let mut of = |count: usize, one: fn(&mut fastrand::Rng) -> u64| (0..count).map(|_| one(random)).collect();
        vec![
            of(1, |random| random.u64(0..1_000_000)),
            of(2, |random| random.u64(0..1000)),
            of(1000, |_| 12_345),
            of(500, |random| random.u64(0..70)),
            of(3000, |random| random.u64(0..200_000)),
            of(2000, |random| (500.0 / random.f64().max(1e-9).powf(1.0 / 1.2)) as u64),
            of(2000, |random| (random.f64() * 30.0).exp() as u64),
            of(1000, |random| if random.bool() { 1000 } else { random.u64(30_000_000..30_000_100) }),
            of(100, |random| Variant::BANDS[random.usize(0..9)] * 1000),
        ]
    }

    fn nearest_rank(sorted: &[(u64, f64)], part: f64) -> u64 {
        let rank = part * sorted.iter().map(|(_, weight)| weight).sum::<f64>();
        let mut seen = 0.0;
        for (micros, weight) in sorted {
            seen += weight;
            if seen >= rank * (1.0 - 1e-12) {
                return *micros;
            }
        }
        sorted.last().unwrap().0
    }

    const PARTS: [f64; 12] = [0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0];

    #[test]
    fn percentiles_are_within_one_percent_of_the_exact_ones() {
        for seed in 0..20 {
            let mut random = fastrand::Rng::with_seed(seed);
            for (shape, durations) in shapes(&mut random).into_iter().enumerate() {
                let weights: [fn(&mut fastrand::Rng) -> f64; 3] =
                    [|_| 1.0, |random| f64::from(random.u32(1..50)), |random| 1.0 + random.f64()];
                for weight in weights {
                    let mut exact: Vec<(u64, f64)> =
                        durations.iter().map(|micros| (*micros, weight(&mut random))).collect();
                    let mut counted = Distribution::default();
                    exact.iter().for_each(|(micros, weight)| counted.add(*micros, *weight));
                    exact.sort_by_key(|(micros, _)| *micros);
                    for part in PARTS {
                        let (exact, counted) = (nearest_rank(&exact, part), counted.percentile(part).unwrap());
                        let most = (exact as f64 * 0.01).floor();
                        assert!(counted.abs_diff(exact) as f64 <= most, "{seed} {shape} {part}: {counted} for {exact}");
                    }
                }
            }
        }
    }

    #[test]
    fn merged_in_any_order_it_is_the_same_as_added_one_by_one() {
        for seed in 0..50 {
            let mut random = fastrand::Rng::with_seed(seed);
            let durations: Vec<u64> = shapes(&mut random).concat();
            let mut parts = vec![Distribution::default(); 7];
            let mut whole = Distribution::default();
            for micros in durations {
                let weight = f64::from(random.u32(1..30_000));
                whole.add(micros, weight);
                random.choice(&mut parts).unwrap().add(micros, weight);
            }
            for _ in 0..3 {
                random.shuffle(&mut parts);
                let mut merged = Distribution::default();
                parts.iter().for_each(|part| merged.merge(part));
                assert_eq!(merged, whole);
            }
            assert_eq!(whole.buckets().map(|(_, _, count)| count).sum::<f64>(), whole.count());
            assert!(whole.buckets().zip(whole.buckets().skip(1)).all(|(one, next)| one.1 <= next.0));
        }
    }

    #[test]
    fn from_the_edge_of_a_band_it_is_exact() {
        let mut random = fastrand::Rng::with_seed(3);
        let edges = Variant::BANDS.into_iter().flat_map(|millis| [(millis * 1000).saturating_sub(1), millis * 1000]);
        let durations: Vec<u64> = edges.chain(shapes(&mut random).concat()).collect();
        let mut all = Distribution::default();
        durations.iter().for_each(|micros| all.add(*micros, 1.0));
        for millis in Variant::BANDS {
            let exact = durations.iter().filter(|micros| **micros >= millis * 1000).count();
            assert_eq!(all.at_least(millis * 1000).count(), exact as f64, "{millis}");
        }
    }

    #[test]
    fn what_stands_for_nothing_is_not_there() {
        let mut none = Distribution::default();
        for weight in [0.0, -1.0, 1.1e12, f64::NAN, f64::INFINITY] {
            none.add(1000, weight);
        }
        assert_eq!((none.percentile(0.5), none.count()), (None, 0.0));
        assert_eq!(none, Distribution::default());
        none.add(1000, 1.0);
        assert_eq!(none.percentile(f64::NAN), none.percentile(0.5));
    }
}
