//! How many durations there were of each length.

use crate::bucket::{self, places};

/// How many buckets one word of bits tells of.
const PER_WORD: u16 = u64::BITS as u16;

/// How many there were of each length, in microseconds. A percentile is within 1 % of the exact one.
///
/// It takes room only where there is something: 8 bytes for each length that occurs, and 16 for each doubling between the
/// shortest and the longest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// Which buckets have something, from the first word that has.
    words: Vec<Word>,
    first: u16,
    /// Of those buckets, in their order.
    counts: Vec<f64>,
    count: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Word {
    bits: u64,
    /// Where the counts of its buckets begin.
    start: u16,
}

impl Distribution {
    /// One more that stands for so many; nothing where that is no number above zero.
    pub fn add(&mut self, micros: u64, weight: f64) {
        if weight > 0.0 && weight.is_finite() {
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
            self.counts[place] += weight;
            return;
        }
        word.bits |= bit;
        self.words[at + 1..].iter_mut().for_each(|later| later.start += 1);
        if self.counts.len() == self.counts.capacity() {
            // A page has thousands of these: none of them keeps twice the room that it needs.
            self.counts.reserve_exact((self.counts.len() / 4).max(4));
        }
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
        buckets.zip(self.counts.iter().copied())
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
        self.words.capacity() * size_of::<Word>() + self.counts.capacity() * size_of::<f64>()
    }
}
