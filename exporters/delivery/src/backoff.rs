//! How long to wait before trying again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Waits that double with each failure, each shortened by a random part.
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
    jitter: Jitter,
}

/// Gives numbers from 0 up to 1.
pub(crate) type Jitter = Box<dyn FnMut() -> f64 + Send>;

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration, jitter: Jitter) -> Self {
        Backoff { first, longest, failures: 0, jitter }
    }

    /// The wait after one more failure.
    pub(crate) fn next(&mut self) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        let half = doubled / 2;
        half + half.mul_f64((self.jitter)().clamp(0.0, 1.0))
    }

    /// The sink accepted: the next failure is a first one.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A generator of its own for each delivery (splitmix64), seeded as the standard library seeds its maps.
pub(crate) fn random_jitter() -> Jitter {
    let mut state = RandomState::new().hash_one(0_u8);
    Box::new(move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(jitter: f64, count: usize) -> Vec<u128> {
        let second = Duration::from_secs(1);
        let mut backoff = Backoff::new(Duration::from_millis(100), second, Box::new(move || jitter));
        (0..count).map(|_| backoff.next().as_millis()).collect()
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        assert_eq!(waits(1.0, 6), [100, 200, 400, 800, 1000, 1000]);
    }

    #[test]
    fn jitter_takes_away_half_at_most() {
        assert_eq!(waits(0.0, 6), [50, 100, 200, 400, 500, 500]);
        assert_eq!(waits(0.5, 2), [75, 150]);
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        assert_eq!(waits(1.0, 1000).last(), Some(&1000));
    }

    #[test]
    fn it_starts_again_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1), Box::new(|| 1.0));
        backoff.next();
        backoff.next();
        backoff.reset();
        assert_eq!(backoff.next(), Duration::from_millis(100));
    }

    #[test]
    fn random_numbers_differ_and_stay_in_range() {
        let mut jitter = random_jitter();
        let drawn: Vec<f64> = (0..1000).map(|_| jitter()).collect();
        assert!(drawn.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(drawn.iter().any(|number| *number < 0.25) && drawn.iter().any(|number| *number > 0.75));
    }
}
