//! So many a second.

/// What was used up in the second that is running.
#[derive(Debug, Default)]
pub(crate) struct Second {
    second: u64,
    used: u64,
}

const NANOS: u64 = 1_000_000_000;

impl Second {
    /// Whether one more fits into the second of `now`, which is used up then. One who comes late, because another thread was
    /// faster with a later `now`, counts into the later second: going back would fill it again.
    pub(crate) fn take(&mut self, now: u64, limit: u64) -> bool {
        let second = now / NANOS;
        if second > self.second {
            *self = Second { second, used: 0 };
        }
        let fits = self.used < limit;
        self.used += u64::from(fits);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_so_many_and_no_more() {
        let mut second = Second::default();
        let taken = |second: &mut Second, now| (0..10).filter(|_| second.take(now, 3)).count();
        assert_eq!(taken(&mut second, 5 * NANOS), 3);
        assert_eq!(taken(&mut second, 6 * NANOS - 1), 0);
        assert_eq!(taken(&mut second, 6 * NANOS), 3);
        assert_eq!(taken(&mut second, 6 * NANOS - 1), 0, "a late one");
        assert_eq!(taken(&mut second, 6 * NANOS + 1), 0);
        assert_eq!(taken(&mut second, 60 * NANOS), 3);
    }

    #[test]
    fn a_limit_that_grows_leaves_the_difference() {
        let mut second = Second::default();
        assert!(second.take(0, 1) && !second.take(0, 1));
        assert!(second.take(0, 2) && !second.take(0, 2));
        assert!(!second.take(0, 0));
    }
}
