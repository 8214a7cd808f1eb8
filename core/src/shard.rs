//! What an instance keeps for each thread: the requests that were opened there and are still open.

use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::recording::{Recording, State};

#[derive(Debug, Default)]
pub(crate) struct Shard(Mutex<Open>);

/// Places of open requests, used again when they are free.
#[derive(Debug, Default)]
struct Open {
    places: Vec<Option<Arc<Recording>>>,
    free: Vec<u32>,
    /// What closed requests have left for the next ones.
    #[expect(clippy::vec_box, reason = "it goes from request to request without being moved")]
    spare: Vec<Box<State>>,
}

/// As many as a thread has open at a time, usually; some 2 kB each.
const MOST_SPARE: usize = 64;

impl Shard {
    /// Keeps the recording that `make` makes for its place.
    pub(crate) fn open(&self, make: impl FnOnce(u32, Option<Box<State>>) -> Arc<Recording>) -> Arc<Recording> {
        let mut open = lock(&self.0);
        let place = open.free.pop().unwrap_or_else(|| {
            open.places.push(None);
            open.places.len() as u32 - 1
        });
        let spare = open.spare.pop();
        let recording = make(place, spare);
        open.places[place as usize] = Some(Arc::clone(&recording));
        recording
    }

    /// Lets go of the recording at this place, and keeps its state for another. The caller has a reference of its own,
    /// so no recording is dropped here.
    pub(crate) fn close(&self, place: u32, state: Box<State>) {
        let mut open = lock(&self.0);
        if open.places.get_mut(place as usize).and_then(Option::take).is_some() {
            open.free.push(place);
        }
        if open.spare.len() < MOST_SPARE {
            open.spare.push(state);
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
