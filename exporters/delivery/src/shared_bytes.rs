//! Room for items that several deliveries have together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Room for items beyond what each of several deliveries has for itself, for whichever needs it: one that has much to keep
/// while its sink is gone can use what the others leave, and cannot take what is their own.
#[derive(Clone, Debug)]
pub struct SharedBytes(Arc<Room>);

#[derive(Debug)]
struct Room {
    limit: usize,
    used: AtomicUsize,
}

impl SharedBytes {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        SharedBytes(Arc::new(Room { limit: bytes, used: AtomicUsize::new(0) }))
    }

    /// Takes so many, if there are.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let Room { limit, used } = &*self.0;
        let taken = |used: usize| used.checked_add(bytes).filter(|used| used <= limit);
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    pub(crate) fn give_back(&self, bytes: usize) {
        self.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}
