//! Which lengths are counted together.

use std::iter;

use crate::key::Variant;

/// Buckets to a doubling: the middle of one is within 0.8 % of everything in it.
const BITS: u32 = 6;
const PER_OCTAVE: u64 = 1 << BITS;
/// Above 2^46 microseconds, two years, all is one.
const OCTAVES: u64 = 41;
const LAST: u64 = OCTAVES * PER_OCTAVE - 1;

/// How many there are: each edge of a band divides the bucket that it is in.
pub(crate) const BUCKETS: u16 = LAST as u16 + Variant::BANDS.len() as u16;

/// The bucket in which each band begins. Where the edges are those of buckets, what is left of a distribution by its bands
/// is exact.
const FIRST_OF_BAND: [u64; Variant::BANDS.len()] = {
    let mut first = [0; Variant::BANDS.len()];
    let mut band = 0;
    while band < first.len() {
        first[band] = by_octave(Variant::BANDS[band] * 1000) + band as u64;
        band += 1;
    }
    first
};

/// Sixty-four to a doubling. Below 64 each microsecond has its own.
const fn by_octave(micros: u64) -> u64 {
    let octave = (u64::BITS - (micros >> BITS).leading_zeros()) as u64;
    if octave >= OCTAVES {
        return LAST;
    }
    let shift = octave.saturating_sub(1);
    octave * PER_OCTAVE + ((micros >> shift) & (PER_OCTAVE - 1))
}

fn start_by_octave(bucket: u64) -> u64 {
    let (octave, place) = (bucket / PER_OCTAVE, bucket % PER_OCTAVE);
    if octave == 0 { place } else { (PER_OCTAVE + place) << (octave - 1) }
}

/// The bucket of a length.
#[inline]
pub(crate) fn of(micros: u64) -> u16 {
    // Neither of both falls where the other rises: together they are another number for each pair of them.
    by_octave(micros) as u16 + u16::from(Variant::band(micros))
}

/// The band that it is in.
pub(crate) fn band(bucket: u16) -> u8 {
    FIRST_OF_BAND[1..].iter().map(|first| u8::from(u64::from(bucket) >= *first)).sum()
}

/// From where to where a bucket goes, the end excluded.
pub(crate) fn bounds(bucket: u16) -> (u64, u64) {
    let band = usize::from(band(bucket));
    let by_octave = u64::from(bucket) - band as u64;
    let (from, to) = (start_by_octave(by_octave), start_by_octave(by_octave + 1));
    let edges = Variant::BANDS.map(|millis| millis * 1000);
    (from.max(edges[band]), edges.get(band + 1).map_or(to, |edge| to.min(*edge)))
}

/// The places of the bits that are set.
pub(crate) fn places(bits: u64) -> impl Iterator<Item = u16> {
    iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)))
        .take_while(|bits| *bits != 0)
        .map(|bits| bits.trailing_zeros() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        let mut end = 0;
        for bucket in 0..BUCKETS {
            let (from, to) = bounds(bucket);
            assert_eq!(from, end, "{bucket}");
            assert!(to > from, "{bucket}");
            assert_eq!((of(from), of(to - 1)), (bucket, bucket));
            assert!((to - 1 - from) as f64 <= from as f64 / 64.0, "{bucket}: {from} to {to}");
            end = to;
        }
        assert_eq!(of(u64::MAX), BUCKETS - 1);
        assert_eq!(of(1 << 46), BUCKETS - 1);
    }

    #[test]
    fn no_bucket_is_in_two_bands() {
        for bucket in 0..BUCKETS {
            let (from, to) = bounds(bucket);
            assert_eq!((Variant::band(from), Variant::band(to - 1)), (band(bucket), band(bucket)), "{bucket}");
        }
    }
}
