//! How many durations there were of each length.

use std::array;

/// Buckets to a doubling: the middle of one is within 0.8 % of everything in it.
const BITS: u32 = 6;
const PER_OCTAVE: usize = 1 << BITS;
/// Above 2^46 microseconds, two years, all is one.
const OCTAVES: usize = 41;

/// How many there were of each length, in microseconds. A percentile is within 1 % of the exact one.
///
/// It takes room only where there is something: 512 bytes for each doubling of the time.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    octaves: [Option<Box<[f64; PER_OCTAVE]>>; OCTAVES],
    count: f64,
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution { octaves: array::from_fn(|_| None), count: 0.0 }
    }
}

/// The octave and the bucket in it. Below 64 each microsecond has its own.
fn place(micros: u64) -> (usize, usize) {
    let octave = (u64::BITS - (micros >> BITS).leading_zeros()) as usize;
    if octave >= OCTAVES {
        return (OCTAVES - 1, PER_OCTAVE - 1);
    }
    let shift = octave.saturating_sub(1);
    (octave, (micros >> shift) as usize & (PER_OCTAVE - 1))
}

/// From where to where a bucket goes, the end excluded.
fn bounds(octave: usize, bucket: usize) -> (u64, u64) {
    if octave == 0 {
        return (bucket as u64, bucket as u64 + 1);
    }
    let shift = octave - 1;
    let start = ((PER_OCTAVE + bucket) as u64) << shift;
    (start, start + (1 << shift))
}

impl Distribution {
    /// One more that stands for so many.
    pub fn add(&mut self, micros: u64, weight: f64) {
        let (octave, bucket) = place(micros);
        self.octaves[octave].get_or_insert_with(|| Box::new([0.0; PER_OCTAVE]))[bucket] += weight;
        self.count += weight;
    }

    /// With all of another.
    pub fn merge(&mut self, other: &Distribution) {
        for (own, other) in self.octaves.iter_mut().zip(&other.octaves) {
            let Some(other) = other else { continue };
            match own {
                Some(own) => own.iter_mut().zip(other.iter()).for_each(|(own, other)| *own += other),
                None => *own = Some(other.clone()),
            }
        }
        self.count += other.count;
    }

    /// How many there are.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The buckets that have something: from, to (excluded), how many.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, f64)> {
        self.octaves.iter().enumerate().flat_map(|(octave, buckets)| {
            let buckets = buckets.iter().flat_map(|buckets| buckets.iter().enumerate());
            buckets.filter(|(_, count)| **count > 0.0).map(move |(bucket, count)| {
                let (from, to) = bounds(octave, bucket);
                (from, to, *count)
            })
        })
    }

    /// Only those of at least so long, to the bucket.
    pub fn at_least(&self, micros: u64) -> Distribution {
        let mut kept = Distribution::default();
        self.buckets().filter(|(from, _, _)| *from >= micros).for_each(|(from, _, count)| kept.add(from, count));
        kept
    }

    /// The length that this part, 0 to 1, is not longer than; by nearest rank. None where there is nothing.
    pub fn percentile(&self, part: f64) -> Option<u64> {
        let rank = (self.count * part).max(f64::MIN_POSITIVE);
        let mut seen = 0.0;
        let mut last = None;
        for (from, to, count) in self.buckets() {
            seen += count;
            last = Some((from + to) / 2);
            if seen >= rank - 1e-9 * self.count {
                break;
            }
        }
        last
    }
}
