//! What a request waited for connections, by pool.

use std::time::Duration;

use crate::limits::Limits;
use crate::pool_name::PoolName;

/// A wait for a connection of a pool, or several that are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolWaits {
    pool: PoolName,
    count: u32,
    total: u64,
}

impl PoolWaits {
    /// The pool.
    pub fn pool(&self) -> PoolName {
        self.pool
    }

    /// How many waits: one, but for those beyond [`Limits::calls`].
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How long they took together.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.total)
    }

    /// Keeps a wait by the bounds that calls have: the first ones one by one, further ones by pool. False where there is no
    /// room for another pool.
    pub(crate) fn keep(kept: &mut Vec<PoolWaits>, pool: PoolName, nanos: u64, limits: &Limits) -> bool {
        if kept.len() >= limits.calls {
            if let Some(group) = kept[limits.calls..].iter_mut().find(|group| group.pool == pool) {
                group.count = group.count.saturating_add(1);
                group.total = group.total.saturating_add(nanos);
                return true;
            }
            if kept.len() >= limits.calls.saturating_add(limits.groups) {
                return false;
            }
        }
        kept.push(PoolWaits { pool, count: 1, total: nanos });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_beyond_the_bound_are_taken_together_by_pool() {
        let limits = Limits { calls: 2, groups: 1, ..Limits::default() };
        let (main, other) = (PoolName::new("main"), PoolName::new("other"));
        let mut kept = Vec::new();
        let is_kept = [(main, 1), (other, 2), (main, 4), (main, 8), (other, 16)]
            .map(|(pool, nanos)| PoolWaits::keep(&mut kept, pool, nanos, &limits));
        assert_eq!(is_kept, [true, true, true, true, false]);
        let waits: Vec<_> = kept.iter().map(|waits| (waits.pool, waits.count, waits.total)).collect();
        assert_eq!(waits, [(main, 1, 1), (other, 1, 2), (main, 2, 12)]);
    }
}
