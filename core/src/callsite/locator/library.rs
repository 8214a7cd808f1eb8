//! Stands for a library between a test and what is tested: its module is none of tests.

use super::{Callsite, Found, LazyLock, Locator, Search, here};
use crate::counters::{Counter, LiveCounters};

static LOCATOR: LazyLock<Locator> = LazyLock::new(Locator::default);

#[inline(never)]
pub(super) fn at_once() -> Option<Callsite> {
    at_once_by(&LOCATOR)
}

#[inline(never)]
pub(super) fn at_once_by(locator: &Locator) -> Option<Callsite> {
    locator.callsite(locator.here_at_once()?)
}

#[inline(never)]
pub(super) fn deep(calls: usize, locator: &Locator) -> Option<Callsite> {
    let found = if calls == 0 { at_once_by(locator) } else { deep(calls - 1, locator) };
    // So that it is no loop to the compiler.
    std::hint::black_box(found)
}

#[inline(never)]
pub(super) fn in_background(missed: &Counter) -> Option<Found> {
    here(false, missed)
}

/// A locator whose searches are made only when the test says so.
#[derive(Default)]
pub(super) struct ByAndBy {
    pub(super) locator: Locator,
    pub(super) waiting: Vec<Search>,
    pub(super) counters: LiveCounters,
    pub(super) is_full: bool,
}

impl ByAndBy {
    #[inline(never)]
    pub(super) fn here(&mut self) -> Option<Found> {
        let keep = |search| {
            if !self.is_full {
                self.waiting.push(search);
            }
            !self.is_full
        };
        self.locator.here(keep, &self.counters.callsites_missed)
    }

    #[inline(never)]
    pub(super) fn here_by_another_way(&mut self) -> Option<Found> {
        std::hint::black_box(self.here())
    }

    pub(super) fn finish(&mut self) {
        self.waiting.drain(..).for_each(|search| self.locator.finish(search));
    }

    pub(super) fn callsite(&self, found: Option<Found>) -> Option<Callsite> {
        self.locator.callsite(found?)
    }

    pub(super) fn missed(&self) -> u64 {
        self.counters.read().callsites_missed
    }
}

/// The same, as a function that is none of the test's.
pub(super) fn asked_by(by_and_by: &mut ByAndBy) -> impl FnOnce() -> Option<Found> {
    || by_and_by.here()
}
