//! What the endpoints of a summary have in common: limits, names, and how much of both is used.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::limits::Limits;
use crate::names::Names;

#[derive(Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) limits: Limits,
    pub(crate) names: Names,
    entries: AtomicUsize,
}

impl Bounds {
    pub(crate) fn new(limits: Limits, names: Names) -> Self {
        Bounds { limits, names, entries: AtomicUsize::new(0) }
    }

    /// Whether there is no room for anything new.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        // Only who has the summary to himself changes it: nothing else depends on when this is seen.
        self.entries.load(Ordering::Relaxed) >= self.limits.entries || self.names.is_full()
    }

    pub(crate) fn one_more(&self) {
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn clear(&self) {
        self.entries.store(0, Ordering::Relaxed);
    }
}

impl Clone for Bounds {
    fn clone(&self) -> Self {
        let entries = AtomicUsize::new(self.entries.load(Ordering::Relaxed));
        Bounds { limits: self.limits.clone(), names: self.names.clone(), entries }
    }
}
