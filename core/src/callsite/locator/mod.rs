//! Finds the service's own code on the stack.
//!
//! A stack is a list of addresses. Of each there is to know whether it is of the service's own code, and then where that is
//! written; which takes milliseconds the first time, and is done by a [thread](background) of its own. What was looked up
//! is [kept](addresses), so that afterwards a place is found as soon as the walk up the stack comes to it.

mod addresses;
mod background;
#[cfg(test)]
mod library;
mod places;
mod resolve;
mod searches;
mod shown;
mod sources;
#[cfg(test)]
mod tests;
mod whose;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard, TryLockError};

use addresses::{Addresses, Spot};
use places::{PlaceId, Places};
use resolve::resolve;
use searches::{SearchId, Searches};

use super::{Callsite, Found};
use crate::counters::Counter;

/// Of addresses that are known. A place in the code has a few of its own, for generic code of libraries is compiled for each.
const MOST_ADDRESSES: usize = 4096;
/// Of places that are known.
const MOST_PLACES: usize = 1024;
/// Of searches that are remembered: their requests are closed soon.
const MOST_SEARCHES: usize = 1024;
/// Of frames that are walked.
const MOST_FRAMES: usize = 128;
/// A service that was compiled without line numbers would be searched for nothing for ever.
const MOST_IN_VAIN: u32 = 64;

/// There is one for the process, as its code is.
static LOCATOR: LazyLock<Locator> = LazyLock::new(Locator::default);

pub(super) fn here(at_once: bool, missed: &Counter) -> Option<Found> {
    if at_once { LOCATOR.here_at_once() } else { LOCATOR.here(background::send, missed) }
}

pub(super) fn callsite(found: Found) -> Option<Callsite> {
    LOCATOR.callsite(found)
}

#[cfg(test)]
pub(super) fn unnamed() -> Option<Found> {
    Found::search(SearchId(u32::MAX >> 3))
}

#[cfg(test)]
pub(super) fn named(file: &str, line: u32) -> Option<Found> {
    LOCATOR.places.intern(file, line).and_then(Found::place)
}

struct Locator {
    /// Who walks holds it for reading and who resolves for writing: `backtrace` lets only one do either, so somebody who
    /// does not get it at once would wait long.
    addresses: RwLock<Addresses>,
    places: Places,
    searches: Searches,
    /// Walks that found nothing, until the first that finds something.
    in_vain: AtomicU32,
    /// `backtrace` has panicked: whoever asks it again would.
    is_broken: AtomicBool,
}

/// Addresses to look up.
struct Search {
    id: SearchId,
    /// From the innermost.
    unknown: Vec<usize>,
    /// The place that was known already, behind all of these.
    behind: Option<PlaceId>,
}

/// What a walk has met.
#[derive(Default)]
struct Walk {
    unknown: Vec<usize>,
    end: Option<Spot>,
}

impl Default for Locator {
    fn default() -> Self {
        Locator::new(MOST_ADDRESSES, MOST_PLACES, MOST_SEARCHES)
    }
}

impl Locator {
    fn new(addresses: usize, places: usize, searches: usize) -> Self {
        Locator {
            addresses: RwLock::new(Addresses::new(addresses)),
            places: Places::new(places),
            searches: Searches::new(searches),
            in_vain: AtomicU32::new(0),
            is_broken: AtomicBool::new(false),
        }
    }

    /// Never waits: what is not known yet is sent to somebody who looks it up.
    fn here(&self, send: impl FnOnce(Search) -> bool, missed: &Counter) -> Option<Found> {
        if self.is_in_vain() {
            return None;
        }
        let addresses = self.try_read()?;
        let Walk { unknown, end } = self.walk(&addresses)?;
        let behind = match end {
            Some(Spot::Users(place)) => Some(place),
            _ => None,
        };
        if unknown.is_empty() {
            missed.one_if(end == Some(Spot::Crowded));
            if behind.is_none() {
                self.in_vain.fetch_add(1, Ordering::Relaxed);
            }
            return behind.and_then(Found::place);
        }
        let is_full = addresses.is_full();
        drop(addresses);
        let hash = hash(&unknown);
        if let Some(id) = self.searches.waiting(hash) {
            return Found::search(id);
        }
        let id = if is_full { None } else { self.searches.begin(hash) };
        let found = id.and_then(|id| {
            let sent = send(Search { id, unknown, behind });
            if !sent {
                self.searches.end(id, None);
            }
            sent.then_some(id).and_then(Found::search)
        });
        missed.one_if(found.is_none());
        found
    }

    fn here_at_once(&self) -> Option<Found> {
        let mut addresses = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        let Walk { unknown, end } = self.walk(&addresses)?;
        match self.first_of(&unknown, &mut addresses).or(end) {
            Some(Spot::Users(place)) => Found::place(place),
            _ => None,
        }
    }

    /// Looks up what a search is about.
    fn finish(&self, search: Search) {
        let mut addresses = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        let found = match self.first_of(&search.unknown, &mut addresses) {
            Some(Spot::Users(place)) => Some(place),
            Some(_) => None,
            None => search.behind,
        };
        if found.is_none() {
            self.in_vain.fetch_add(1, Ordering::Relaxed);
        }
        self.searches.end(search.id, found);
    }

    /// The first of these that ends a walk. What comes behind that one is not looked up.
    fn first_of(&self, unknown: &[usize], addresses: &mut Addresses) -> Option<Spot> {
        let look_up = |&address: &usize| {
            let spot = addresses.get(address).or_else(|| {
                let spot = self.unless_it_panics(|| resolve(address, &self.places))?;
                addresses.insert(address, spot);
                Some(spot)
            });
            spot.filter(|spot| *spot != Spot::Others)
        };
        unknown.iter().find_map(look_up)
    }

    /// What is read of it is kept for the next time by `backtrace`.
    fn forget_debug_information(&self) {
        let _nobody_walks = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        self.unless_it_panics(backtrace::clear_symbol_cache);
    }

    fn walk(&self, addresses: &Addresses) -> Option<Walk> {
        let mut walk = Walk::default();
        let mut frames = 0;
        self.unless_it_panics(|| {
            backtrace::trace(|frame| {
                let address = frame.ip() as usize;
                frames += 1;
                match addresses.get(address) {
                    Some(Spot::Others) => {}
                    Some(end) => walk.end = Some(end),
                    None if address == 0 => return false,
                    None => walk.unknown.push(address),
                }
                walk.end.is_none() && frames < MOST_FRAMES
            });
        })?;
        Some(walk)
    }

    fn callsite(&self, found: Found) -> Option<Callsite> {
        let place = match found.kind() {
            Kind::Place(place) => Some(place),
            Kind::Search(id) => self.searches.found(id),
        };
        self.places.get(place?)
    }

    fn try_read(&self) -> Option<RwLockReadGuard<'_, Addresses>> {
        match self.addresses.try_read() {
            Ok(addresses) => Some(addresses),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn is_in_vain(&self) -> bool {
        self.in_vain.load(Ordering::Relaxed) >= MOST_IN_VAIN && self.places.is_empty()
    }

    /// A lock inside of `backtrace` panics where somebody else's closure did while it was held.
    fn unless_it_panics<R>(&self, act: impl FnOnce() -> R) -> Option<R> {
        if self.is_broken.load(Ordering::Relaxed) {
            return None;
        }
        let result = catch_unwind(AssertUnwindSafe(act)).ok();
        if result.is_none() {
            self.is_broken.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// The same for the same addresses.
fn hash(addresses: &[usize]) -> u64 {
    // What runs a poll can be another for each.
    const INNERMOST: usize = 10;
    addresses
        .iter()
        .take(INNERMOST)
        .fold(0, |hash, address| (hash ^ *address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
}

/// What a [`Found`] is: which of the two is in its lowest bit.
enum Kind {
    Place(PlaceId),
    Search(SearchId),
}

impl Found {
    fn place(PlaceId(number): PlaceId) -> Option<Self> {
        (number << 1 | 1).try_into().ok().map(Found)
    }

    fn search(SearchId(number): SearchId) -> Option<Self> {
        (number << 1).try_into().ok().map(Found)
    }

    fn kind(self) -> Kind {
        let number = self.0.get() & !Self::AT_END;
        match (number >> 1, number & 1) {
            (number, 1) => Kind::Place(PlaceId(number)),
            (number, _) => Kind::Search(SearchId(number)),
        }
    }
}
