//! What an instance keeps for each thread: the requests that were opened there and are still open.

use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::recording::Recording;

#[derive(Debug, Default)]
pub(crate) struct Shard(Mutex<Open>);

/// Places of open requests, used again when they are free.
#[derive(Debug, Default)]
struct Open {
    places: Vec<Option<Arc<Recording>>>,
    free: Vec<u32>,
}

impl Shard {
    /// Keeps the recording that `make` makes for its place.
    pub(crate) fn open(&self, make: impl FnOnce(u32) -> Arc<Recording>) -> Arc<Recording> {
        let mut open = lock(&self.0);
        let place = open.free.pop().unwrap_or_else(|| {
            open.places.push(None);
            open.places.len() as u32 - 1
        });
        let recording = make(place);
        open.places[place as usize] = Some(Arc::clone(&recording));
        recording
    }

    /// Lets go of the recording at this place. The caller has a reference of its own, so nothing is dropped here.
    pub(crate) fn close(&self, place: u32) {
        let mut open = lock(&self.0);
        if open.places.get_mut(place as usize).and_then(Option::take).is_some() {
            open.free.push(place);
        }
    }

    pub(crate) fn all_open(&self) -> Vec<Arc<Recording>> {
        lock(&self.0).places.iter().flatten().cloned().collect()
    }

    /// How many are open.
    pub(crate) fn count(&self) -> u64 {
        let open = lock(&self.0);
        (open.places.len() - open.free.len()) as u64
    }
}
