//! How often to look whether there are items.

use std::time::Duration;

const LONGEST: Duration = Duration::from_millis(100);

/// The usual interval while items come in, longer and longer ones while none do.
pub(crate) struct Pace {
    usual: Duration,
    current: Duration,
}

impl Pace {
    pub(crate) fn new(usual: Duration) -> Self {
        // An interval of nothing would keep a core busy.
        let usual = usual.max(Duration::from_millis(1));
        Pace { usual, current: usual }
    }

    pub(crate) fn interval(&self) -> Duration {
        self.current
    }

    pub(crate) fn looked(&mut self, found: bool) {
        self.current = if found { self.usual } else { (self.current * 2).min(LONGEST.max(self.usual)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(usual: u64, rounds: usize) -> Vec<u128> {
        let mut pace = Pace::new(Duration::from_millis(usual));
        (0..rounds)
            .map(|_| {
                pace.looked(false);
                pace.interval().as_millis()
            })
            .collect()
    }

    #[test]
    fn an_idle_delivery_looks_less_often_but_never_waits_beyond_100_ms() {
        assert_eq!(idle(20, 5), [40, 80, 100, 100, 100]);
    }

    #[test]
    fn an_interval_that_is_longer_stays_as_it_is() {
        assert_eq!(idle(250, 2), [250, 250]);
    }

    #[test]
    fn an_item_brings_the_usual_interval_back() {
        let mut pace = Pace::new(Duration::from_millis(20));
        pace.looked(false);
        pace.looked(true);
        assert_eq!(pace.interval(), Duration::from_millis(20));
    }
}
