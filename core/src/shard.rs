//! What an instance keeps for each thread: the requests that were opened there and are still open.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::recording::Recording;

#[derive(Debug, Default)]
pub(crate) struct Shard {
    opened: AtomicU64,
    closed: AtomicU64,
    open: Mutex<Open>,
}

/// Places of open requests, used again when they are free.
#[derive(Debug, Default)]
struct Open {
    places: Vec<Option<Arc<Recording>>>,
    free: Vec<u32>,
}

impl Shard {
    /// Keeps the recording that `make` makes for its place.
    pub(crate) fn open(&self, make: impl FnOnce(u32) -> Arc<Recording>) -> Arc<Recording> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let mut open = lock(&self.open);
        let place = open.free.pop().unwrap_or_else(|| {
            open.places.push(None);
            open.places.len() as u32 - 1
        });
        let recording = make(place);
        open.places[place as usize] = Some(Arc::clone(&recording));
        recording
    }

    pub(crate) fn close(&self, place: u32) {
        self.closed.fetch_add(1, Ordering::Relaxed);
        let mut open = lock(&self.open);
        let recording = open.places.get_mut(place as usize).and_then(Option::take);
        if recording.is_some() {
            open.free.push(place);
        }
        // Whatever the last reference lets go is let go outside the lock.
        drop(open);
    }

    pub(crate) fn all_open(&self) -> Vec<Arc<Recording>> {
        lock(&self.open).places.iter().flatten().cloned().collect()
    }

    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    pub(crate) fn closed(&self) -> u64 {
        self.closed.load(Ordering::Relaxed)
    }
}
