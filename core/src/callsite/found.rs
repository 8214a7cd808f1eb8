//! Where on the stack the service's own code made a call.

use std::num::NonZeroU32;

use super::Callsite;
use crate::counters::Counter;

#[cfg(feature = "callsites")]
use super::locator;

/// A place that the stack was asked for. What the place is called may be found out only later.
///
/// Two that are not equal can be of one place: they are to be compared by what they are called, as soon as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Found(pub(super) NonZeroU32);

impl Found {
    pub(super) const AT_END: u32 = 1 << 31;

    /// The place at which a call ended, which need not be that at which it was made.
    pub(crate) fn at_end(self) -> Self {
        Found(self.0 | Self::AT_END)
    }

    pub(crate) fn is_at_end(self) -> bool {
        self.0.get() & Self::AT_END != 0
    }
}

/// Who looks must not wait for debug information to be read, which takes milliseconds; tests want to know it all.
#[cfg(feature = "callsites")]
impl Found {
    /// The innermost place of the service's own code on the stack of the running poll. `at_once`: its name is looked up now,
    /// which can take milliseconds and is for tests; else somebody else looks it up meanwhile. What there is no room for is
    /// `missed`.
    pub(crate) fn here(at_once: bool, missed: &Counter) -> Option<Self> {
        locator::here(at_once, missed)
    }

    /// What the place is called, where that is known by now.
    pub(crate) fn callsite(self) -> Option<Callsite> {
        locator::callsite(self)
    }

    /// A place whose name is not known.
    #[cfg(test)]
    pub(crate) fn unnamed() -> Option<Self> {
        locator::unnamed()
    }

    /// A place of a test's choice.
    #[cfg(test)]
    pub(crate) fn named(file: &str, line: u32) -> Option<Self> {
        locator::named(file, line)
    }
}

/// Without what reads a stack, nothing is found.
#[cfg(not(feature = "callsites"))]
impl Found {
    pub(crate) fn here(_at_once: bool, _missed: &Counter) -> Option<Self> {
        None
    }

    pub(crate) fn callsite(self) -> Option<Callsite> {
        None
    }
}
