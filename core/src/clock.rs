//! Where times come from: the machine, or a test.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A source of time. Durations are differences of [`monotonic`](Clock::monotonic); only timestamps come from
/// [`wall`](Clock::wall), so a wall clock that is set back bends no duration.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Nanoseconds since an origin of the clock's own. Never goes back.
    fn monotonic(&self) -> u64;

    /// The time of day.
    fn wall(&self) -> SystemTime;

    /// The time of day at a moment just past, for one who has read [`monotonic`](Clock::monotonic) already.
    fn wall_at(&self, monotonic: u64) -> SystemTime {
        let _ = monotonic;
        self.wall()
    }
}

/// The machine's clocks. The default.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// An [`Instant`] cannot be turned into a number, so every reading is a difference from this one.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    fn monotonic(&self) -> u64 {
        // The origin is fetched first: were it made after the reading, the first difference would be negative.
        let origin = *ORIGIN;
        nanos(Instant::now().saturating_duration_since(origin))
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    /// The wall clock is read ten times a second by each thread; in between, what has passed since is added.
    fn wall_at(&self, monotonic: u64) -> SystemTime {
        let read = |(at, wall): (u64, SystemTime)| {
            let passed = monotonic.checked_sub(at).filter(|passed| *passed < WALL_HOLDS)?;
            Some(wall + Duration::from_nanos(passed))
        };
        let known = WALL.try_with(Cell::get).ok().flatten();
        known.and_then(read).unwrap_or_else(|| {
            let wall = SystemTime::now();
            let _ = WALL.try_with(|known| known.set(Some((monotonic, wall))));
            wall
        })
    }
}

/// 100 ms: in that time no clock is slewed by as much as is written of a timestamp.
const WALL_HOLDS: u64 = 100_000_000;

thread_local! {
    static WALL: Cell<Option<(u64, SystemTime)>> = const { Cell::new(None) };
}

/// A clock that a test moves by hand. Clones share one time.
///
/// ```
/// use std::time::Duration;
/// use tachograph_core::{Clock, ManualClock};
///
/// let clock = ManualClock::new();
/// let before = clock.monotonic();
/// clock.advance(Duration::from_millis(5));
/// assert_eq!(clock.monotonic() - before, 5_000_000);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    elapsed: Arc<AtomicU64>,
}

impl ManualClock {
    /// What [`wall`](Clock::wall) shows before the first [`advance`](Self::advance), in seconds since 1970:
    /// 2026-01-01T00:00:00Z.
    pub const EPOCH_SECONDS: u64 = 1_767_225_600;

    /// A clock that stands at [`EPOCH_SECONDS`](Self::EPOCH_SECONDS).
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves both the monotonic and the wall time on.
    pub fn advance(&self, by: Duration) {
        self.elapsed.fetch_add(nanos(by), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn monotonic(&self) -> u64 {
        self.elapsed.load(Ordering::SeqCst)
    }

    fn wall(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(Self::EPOCH_SECONDS) + Duration::from_nanos(self.monotonic())
    }
}

/// Whole nanoseconds; 584 years are enough for everyone, and more is held at that.
pub(crate) fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(duration.subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_readings_of_the_wall_clock_it_goes_on_with_the_monotonic_one() {
        let start = SystemClock.monotonic();
        let first = SystemClock.wall_at(start);
        assert_eq!(SystemClock.wall_at(start + WALL_HOLDS - 1), first + Duration::from_nanos(WALL_HOLDS - 1));
        // Were it not read again, this would be ten days ahead.
        let later = SystemClock.wall_at(start + 864_000_000_000_000);
        assert!(later < first + Duration::from_secs(3600));
        assert_eq!(SystemClock.wall_at(start + 864_000_000_000_001), later + Duration::from_nanos(1));
    }
}
