//! How many streams an instance has at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Far more than people look at one service, and few enough that they take no listener's connections from others.
pub(super) const MOST_STREAMS: usize = 16;

/// Those that are taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(Arc<AtomicUsize>);

impl Places {
    /// One more, unless all are taken.
    pub(super) fn take(&self) -> Option<Place> {
        let more = |taken| (taken < MOST_STREAMS).then_some(taken + 1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Place(self.clone()))
    }
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place(Places);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
