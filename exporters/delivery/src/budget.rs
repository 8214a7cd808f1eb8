//! One bound for all buffers together.

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
        Budget { limit, portion, used: AtomicUsize::new(0) }
    }

    /// Asks for at least this many.
    pub(crate) fn claim(&self, needed: usize) -> Claim {
        let mut granted = 0;
        let claimed = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            let free = self.limit.saturating_sub(used);
            granted = needed.max(self.portion.min(free));
            (granted <= free).then(|| used + granted)
        });
        match claimed {
            Ok(used) if used < self.limit / 2 && used + granted >= self.limit / 2 => Claim::GrantedPastHalf(granted),
            Ok(_) => Claim::Granted(granted),
            Err(_) => Claim::Refused,
        }
    }

    /// Gives back what was granted.
    pub(crate) fn release(&self, granted: usize) {
        self.used.fetch_sub(granted, Ordering::Relaxed);
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
}
