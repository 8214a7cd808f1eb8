//! Of which time something is told.

use super::Seen;
use crate::filter::Filter;
use crate::json::Object;

/// Of which time something is told, in milliseconds since 1970. It begins where a slot does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Period {
    pub(crate) fn of(filter: &Filter, seen: Seen<'_>) -> Self {
        let from = seen.store.slots.from(filter.window, seen.now / 1000);
        Period { from: from.max(seen.store.slots.complete_from()).min(seen.now), to: seen.now }
    }

    /// Of what is a rate by time, a second is the least: a service that has just begun has no thousand requests a second.
    pub(crate) fn seconds(self) -> f64 {
        ((self.to - self.from) as f64 / 1000.0).max(1.0)
    }

    pub(crate) fn write(self, object: &mut Object<'_>) {
        object.integer("now", self.to);
        object.integer("from", self.from);
        object.number("window_s", (self.to - self.from) as f64 / 1000.0);
    }
}
