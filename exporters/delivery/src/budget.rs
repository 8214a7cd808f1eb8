//! One bound for all buffers together.

use crate::shared_bytes::SharedBytes;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes, or the items, that may wait, handed out to the buffers in portions.
///
/// A bound for each buffer would either be too small for the one thread that has much to say, or, times the hundreds of
/// buffers of a large machine, be no bound at all. Portions keep the shared number out of most writes.
pub(crate) struct Budget {
    limit: usize,
    portion: usize,
    used: AtomicUsize,
    /// Where there is more when the limit is reached.
    beyond: Option<SharedBytes>,
}

/// What a buffer may hold, or what its items hold of the budgets until they are sent or dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) bytes: usize,
    pub(crate) items: usize,
}

impl Granted {
    /// Takes so much out, or as much as there is.
    pub(crate) fn split(&mut self, bytes: usize, items: usize) -> Granted {
        let taken = Granted { bytes: bytes.min(self.bytes), items: items.min(self.items) };
        self.bytes -= taken.bytes;
        self.items -= taken.items;
        taken
    }
}

impl AddAssign for Granted {
    fn add_assign(&mut self, more: Granted) {
        self.bytes += more.bytes;
        self.items += more.items;
    }
}

/// What came of asking for some.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    Granted(usize),
    /// Granted, and with this claim half of the budget is used: time to empty the buffers. Once each time it fills.
    GrantedPastHalf(usize),
    Refused,
}

impl Claim {
    /// How many, and whether it is time to empty the buffers.
    pub(crate) fn granted(self) -> Option<(usize, bool)> {
        match self {
            Claim::Granted(granted) => Some((granted, false)),
            Claim::GrantedPastHalf(granted) => Some((granted, true)),
            Claim::Refused => None,
        }
    }
}

impl Budget {
    /// So many for this many buffers.
    pub(crate) fn new(limit: usize, buffers: usize) -> Self {
        // All buffers holding an unused portion must leave most of the budget to those that need more.
        let portion = (limit / buffers.max(1) / 4).min(64 << 10);
        Budget { limit, portion, used: AtomicUsize::new(0), beyond: None }
    }

    /// What is used beyond the limit is taken from what others use, too.
    pub(crate) fn sharing(self, beyond: Option<SharedBytes>) -> Self {
        Budget { beyond, ..self }
    }

    /// Asks for at least this many.
    pub(crate) fn claim(&self, needed: usize) -> Claim {
        let mut used = self.used.load(Ordering::Relaxed);
        let granted = loop {
            let granted = needed.max(self.portion.min(self.limit.saturating_sub(used)));
            let shared = self.beyond_limit(used + granted) - self.beyond_limit(used);
            if shared > 0 && !self.beyond.as_ref().is_some_and(|beyond| beyond.take(shared)) {
                return Claim::Refused;
            }
            match self.used.compare_exchange_weak(used, used + granted, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break granted,
                Err(now) => {
                    self.give_back(shared);
                    used = now;
                }
            }
        };
        match used < self.limit / 2 && used + granted >= self.limit / 2 {
            true => Claim::GrantedPastHalf(granted),
            false => Claim::Granted(granted),
        }
    }

    /// Gives back what was granted.
    pub(crate) fn release(&self, granted: usize) {
        let used = self.used.fetch_sub(granted, Ordering::Relaxed);
        self.give_back(self.beyond_limit(used) - self.beyond_limit(used - granted));
    }

    fn beyond_limit(&self, used: usize) -> usize {
        used.saturating_sub(self.limit)
    }

    fn give_back(&self, shared: usize) {
        if let (1.., Some(beyond)) = (shared, &self.beyond) {
            beyond.give_back(shared);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_portions_while_there_is_room_and_then_what_is_needed() {
        let budget = Budget::new(1000, 5);
        assert_eq!(budget.claim(10), Claim::Granted(50));
        assert_eq!(budget.claim(910), Claim::GrantedPastHalf(910));
        assert_eq!(budget.claim(41), Claim::Refused);
        assert_eq!(budget.claim(10), Claim::Granted(40));
        assert_eq!(budget.claim(1), Claim::Refused);
        budget.release(910);
        assert_eq!(budget.claim(500), Claim::GrantedPastHalf(500));
    }

    #[test]
    fn nothing_is_granted_from_nothing() {
        assert_eq!(Budget::new(0, 16).claim(1), Claim::Refused);
    }

    #[test]
    fn what_two_share_goes_to_the_one_that_needs_it_and_comes_back() {
        let shared = SharedBytes::new(100);
        let [one, other] = [0, 1].map(|_| Budget::new(10, 1).sharing(Some(shared.clone())));
        assert_eq!(one.claim(60), Claim::GrantedPastHalf(60));
        assert_eq!(other.claim(61), Claim::Refused, "50 of 100 are left, and 10 of its own");
        assert_eq!(other.claim(60), Claim::GrantedPastHalf(60));
        assert_eq!(one.claim(1), Claim::Refused);
        one.release(55);
        assert_eq!(other.claim(50), Claim::Granted(50));
        assert_eq!(one.claim(6), Claim::Refused);
        assert_eq!(one.claim(5), Claim::Granted(5), "what is its own is kept for it");
        other.release(110);
        one.release(10);
        assert_eq!(one.claim(110), Claim::GrantedPastHalf(110));
    }

    #[test]
    fn threads_that_share_leave_nothing_behind() {
        let shared = SharedBytes::new(1000);
        let budgets = [0, 1].map(|_| Budget::new(100, 4).sharing(Some(shared.clone())));
        std::thread::scope(|threads| {
            for budget in budgets.iter().cycle().take(8) {
                threads.spawn(|| {
                    for needed in (1..400).cycle().take(20_000) {
                        if let Some((granted, _)) = budget.claim(needed).granted() {
                            budget.release(granted);
                        }
                    }
                });
            }
        });
        assert!(shared.take(1000) && !shared.take(1), "all is free again, and no more than there was");
    }
}
