//! The places that were found so far, each once.

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock};

use crate::callsite::Callsite;
use crate::lock::lock;

/// A place, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlaceId(pub(super) u32);

/// They are read while requests are closed, so reading takes no lock.
pub(super) struct Places {
    all: Box<[OnceLock<Callsite>]>,
    /// Held by who adds one. The names of files live as long as the process, so each is kept once.
    files: Mutex<HashSet<&'static str>>,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Places { all: (0..most).map(|_| OnceLock::new()).collect(), files: Mutex::default() }
    }

    /// The number of a place. None where there is no room for another.
    pub(super) fn intern(&self, file: &str, line: u32) -> Option<PlaceId> {
        let mut files = lock(&self.files);
        for (at, slot) in self.all.iter().enumerate() {
            let id = PlaceId(u32::try_from(at).ok()?);
            match slot.get() {
                Some(place) if place.line() == line && place.file() == file => return Some(id),
                Some(_) => {}
                None => {
                    let file = files.get(file).copied().unwrap_or_else(|| {
                        let kept: &'static str = String::from(file).leak();
                        files.insert(kept);
                        kept
                    });
                    let _ = slot.set(Callsite::found(file, line));
                    return Some(id);
                }
            }
        }
        None
    }

    pub(super) fn get(&self, id: PlaceId) -> Option<Callsite> {
        self.all.get(id.0 as usize)?.get().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.get(PlaceId(0)).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_kept_once_and_no_more_than_there_is_room_for() {
        let places = Places::new(2);
        assert!(places.is_empty());
        let one = places.intern("src/one.rs", 1).unwrap();
        let two = places.intern("src/one.rs", 2).unwrap();
        assert_ne!(one, two);
        assert_eq!(places.intern(&String::from("src/one.rs"), 1), Some(one));
        assert_eq!(places.intern("src/two.rs", 1), None);
        assert_eq!(places.get(one), Some(Callsite::found("src/one.rs", 1)));
        assert_eq!(places.get(two), Some(Callsite::found("src/one.rs", 2)));
        assert_eq!(places.get(PlaceId(2)), None);
        let files = [one, two].map(|id| places.get(id).unwrap().file().as_ptr());
        assert_eq!(files[0], files[1], "the name of a file is kept once");
        assert!(!places.is_empty());
    }
}
