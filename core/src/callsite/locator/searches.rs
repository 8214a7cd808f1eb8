//! Searches whose result is not known yet, or was not when they began.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::places::PlaceId;

/// The number of a search: from 1, of 31 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SearchId(pub(super) u32);

const NUMBERS: u32 = u32::MAX >> 1;

/// The latest searches. Each has a slot, which a later one takes over when it comes round: in the high half of a slot is
/// whose it is, in the low half what was found.
pub(super) struct Searches {
    slots: Box<[AtomicU64]>,
    last: AtomicU32,
}

const WAITING: u32 = 0;
const NOTHING: u32 = 1;
const FIRST_PLACE: u32 = 2;

fn slot(id: SearchId, result: u32) -> u64 {
    u64::from(id.0) << 32 | u64::from(result)
}

impl Searches {
    pub(super) fn new(most: usize) -> Self {
        Searches { slots: (0..most).map(|_| AtomicU64::new(u64::from(NOTHING))).collect(), last: AtomicU32::new(0) }
    }

    /// A search begins. None where the one that has its slot is not over yet.
    pub(super) fn begin(&self) -> Option<SearchId> {
        let id = SearchId(self.last.fetch_add(1, Ordering::Relaxed) % NUMBERS + 1);
        let taken = self.slot(id).fetch_update(Ordering::Relaxed, Ordering::Relaxed, |before| {
            (before as u32 != WAITING).then(|| slot(id, WAITING))
        });
        taken.ok().map(|_| id)
    }

    /// It is over.
    pub(super) fn end(&self, id: SearchId, found: Option<PlaceId>) {
        let result = found.map_or(NOTHING, |place| place.0 + FIRST_PLACE);
        // What was found can be read by who reads this.
        let _ =
            self.slot(id).compare_exchange(slot(id, WAITING), slot(id, result), Ordering::Release, Ordering::Relaxed);
    }

    /// What it has found: nothing where it is not over, or where another has its slot by now.
    pub(super) fn found(&self, id: SearchId) -> Option<PlaceId> {
        let now = self.slot(id).load(Ordering::Acquire);
        let result = now as u32;
        ((now >> 32) as u32 == id.0 && result >= FIRST_PLACE).then(|| PlaceId(result - FIRST_PLACE))
    }

    fn slot(&self, id: SearchId) -> &AtomicU64 {
        &self.slots[id.0 as usize % self.slots.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_what_it_is_told_and_is_forgotten_when_its_slot_is_needed() {
        let searches = Searches::new(2);
        let [first, second] = [searches.begin().unwrap(), searches.begin().unwrap()];
        assert_eq!(searches.found(first), None);
        searches.end(first, Some(PlaceId(0)));
        searches.end(second, None);
        assert_eq!((searches.found(first), searches.found(second)), (Some(PlaceId(0)), None));

        let third = searches.begin().unwrap();
        assert_eq!((searches.found(first), searches.found(third)), (None, None), "what another has found is not its");
        searches.end(first, Some(PlaceId(7)));
        searches.end(third, Some(PlaceId(8)));
        assert_eq!((searches.found(first), searches.found(third)), (None, Some(PlaceId(8))));
    }

    #[test]
    fn no_more_wait_than_there_are_slots() {
        let searches = Searches::new(2);
        let waiting = [searches.begin().unwrap(), searches.begin().unwrap()];
        assert_eq!([searches.begin(), searches.begin()], [None, None]);
        searches.end(waiting[0], None);
        assert!([searches.begin(), searches.begin()].iter().flatten().count() == 1);
    }

    #[test]
    fn numbers_begin_again_at_the_end() {
        let searches = Searches::new(4);
        searches.last.store(NUMBERS - 1, Ordering::Relaxed);
        let ids = [searches.begin().unwrap(), searches.begin().unwrap()];
        assert_eq!(ids, [SearchId(NUMBERS), SearchId(1)]);
    }
}
