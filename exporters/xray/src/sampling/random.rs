//! The dice.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where numbers come from that nobody can foresee, or a test can.
pub(crate) trait Random: fmt::Debug + Send + Sync {
    /// A number from 0 up to 1.
    fn fraction(&self) -> f64;
}

/// splitmix64, for which a counter is enough: threads that draw at once draw different numbers and wait for nothing. It is
/// seeded as the standard library seeds its maps.
#[derive(Debug)]
pub(crate) struct Dice {
    drawn: AtomicU64,
}

impl Dice {
    pub(crate) fn new() -> Self {
        Dice { drawn: AtomicU64::new(RandomState::new().hash_one(0_u8)) }
    }

    pub(crate) fn number(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut mixed = self.drawn.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Random for Dice {
    fn fraction(&self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// One number, again and again.
    #[derive(Debug)]
    pub(crate) struct Always(pub(crate) f64);

    impl Random for Always {
        fn fraction(&self) -> f64 {
            self.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_evenly_from_0_up_to_1() {
        let dice = Dice::new();
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let drawn = dice.fraction();
            assert!((0.0..1.0).contains(&drawn));
            tenths[(drawn * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| (800..1200).contains(count)), "{tenths:?}");
        assert_ne!(Dice::new().number(), Dice::new().number());
    }
}
