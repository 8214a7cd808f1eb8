//! Searches whose result is not known yet, or was not when they began.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::places::PlaceId;

/// The number of a search: from 1, of 30 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SearchId(pub(super) u32);

const NUMBERS: u32 = u32::MAX >> 2;

/// The latest searches. Each has a slot, which a later one takes over when it comes round: in the high half of a slot is
/// whose it is, in the low half what was found.
pub(super) struct Searches {
    slots: Box<[AtomicU64]>,
    /// What the search of each slot looks for.
    marks: Box<[AtomicU64]>,
    last: AtomicU32,
}

/// As many of the latest are looked through for one that looks for the same.
const LOOKED_THROUGH: u32 = 8;

const WAITING: u32 = 0;
const NOTHING: u32 = 1;
const FIRST_PLACE: u32 = 2;

fn slot(id: SearchId, result: u32) -> u64 {
    u64::from(id.0) << 32 | u64::from(result)
}

/// Another for each search, so that what an earlier one has left in its slot is not taken for its own.
fn mark(id: SearchId, hash: u64) -> u64 {
    hash ^ u64::from(id.0).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Searches {
    pub(super) fn new(most: usize) -> Self {
        Searches {
            slots: (0..most).map(|_| AtomicU64::new(u64::from(NOTHING))).collect(),
            marks: (0..most).map(|_| AtomicU64::new(0)).collect(),
            last: AtomicU32::new(0),
        }
    }

    /// The search that is under way for what has this hash. The calls of one loop are looked for while it runs, and have to
    /// be known for calls of one place before the place has a name.
    pub(super) fn waiting(&self, hash: u64) -> Option<SearchId> {
        let last = self.last.load(Ordering::Relaxed);
        let latest = (0..LOOKED_THROUGH).map(|back| SearchId(last.wrapping_sub(back + 1) % NUMBERS + 1));
        latest.into_iter().find(|id| {
            self.slot(*id).load(Ordering::Relaxed) == slot(*id, WAITING)
                && self.mark(*id).load(Ordering::Relaxed) == mark(*id, hash)
        })
    }

    /// A search for what has this hash begins. None where the one that has its slot is not over yet.
    pub(super) fn begin(&self, hash: u64) -> Option<SearchId> {
        let id = SearchId(self.last.fetch_add(1, Ordering::Relaxed) % NUMBERS + 1);
        let taken = self.slot(id).fetch_update(Ordering::Relaxed, Ordering::Relaxed, |before| {
            (before as u32 != WAITING).then(|| slot(id, WAITING))
        });
        taken.ok().map(|_| {
            self.mark(id).store(mark(id, hash), Ordering::Relaxed);
            id
        })
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

    fn mark(&self, id: SearchId) -> &AtomicU64 {
        &self.marks[id.0 as usize % self.marks.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_what_it_is_told_and_is_forgotten_when_its_slot_is_needed() {
        let searches = Searches::new(2);
        let [first, second] = [searches.begin(0).unwrap(), searches.begin(0).unwrap()];
        assert_eq!(searches.found(first), None);
        searches.end(first, Some(PlaceId(0)));
        searches.end(second, None);
        assert_eq!((searches.found(first), searches.found(second)), (Some(PlaceId(0)), None));

        let third = searches.begin(0).unwrap();
        assert_eq!((searches.found(first), searches.found(third)), (None, None), "what another has found is not its");
        searches.end(first, Some(PlaceId(7)));
        searches.end(third, Some(PlaceId(8)));
        assert_eq!((searches.found(first), searches.found(third)), (None, Some(PlaceId(8))));
    }

    #[test]
    fn what_is_looked_for_already_is_not_looked_for_again() {
        let searches = Searches::new(4);
        assert_eq!(searches.waiting(7), None);
        let id = searches.begin(7).unwrap();
        let other = searches.begin(8).unwrap();
        assert_eq!((searches.waiting(7), searches.waiting(8), searches.waiting(9)), (Some(id), Some(other), None));
        searches.end(id, None);
        assert_eq!(searches.waiting(7), None, "the place is known now, or there is none");
        for _ in 0..4 {
            let _ = searches.begin(9);
        }
        assert_eq!((searches.waiting(7), searches.waiting(8)), (None, Some(other)));
    }

    #[test]
    fn no_more_wait_than_there_are_slots() {
        let searches = Searches::new(2);
        let waiting = [searches.begin(0).unwrap(), searches.begin(0).unwrap()];
        assert_eq!([searches.begin(0), searches.begin(0)], [None, None]);
        searches.end(waiting[0], None);
        assert!([searches.begin(0), searches.begin(0)].iter().flatten().count() == 1);
    }

    #[test]
    fn numbers_begin_again_at_the_end() {
        let searches = Searches::new(4);
        searches.last.store(NUMBERS - 1, Ordering::Relaxed);
        let ids = [searches.begin(0).unwrap(), searches.begin(0).unwrap()];
        assert_eq!(ids, [SearchId(NUMBERS), SearchId(1)]);
    }
}
