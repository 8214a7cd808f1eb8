//! Sums over the calls of one kind: exact however many calls there were.

use std::time::Duration;

use crate::call::{Call, CallOutcome, Yield};

/// Sums over the calls of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallTotals {
    count: u32,
    errors: u32,
    unknown: u32,
    total: u64,
    slowest: u64,
    amount: u64,
}

impl CallTotals {
    pub(crate) fn add(&mut self, call: &Call) {
        let nanos = call.end - call.start;
        self.count = self.count.saturating_add(u32::from(!call.operation.is_transaction_control()));
        self.errors = self.errors.saturating_add(u32::from(call.is_error()));
        self.unknown = self.unknown.saturating_add(u32::from(call.outcome == CallOutcome::Unknown));
        self.total = self.total.saturating_add(nanos);
        self.slowest = self.slowest.max(nanos);
        if let Yield::Rows(amount) | Yield::Bytes(amount) = call.brought {
            self.amount = self.amount.saturating_add(amount);
        }
    }

    /// How many calls.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many of them failed, or were answered with a status of 400 or more.
    pub fn errors(&self) -> u32 {
        self.errors
    }

    /// How many of which nobody knows how they ended: who only watches a client's log or spans is not told.
    pub fn unknown(&self) -> u32 {
        self.unknown
    }

    /// The sum of their durations; more than their share of the request where they overlap.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.total)
    }

    /// The longest of them.
    pub fn slowest(&self) -> Duration {
        Duration::from_nanos(self.slowest)
    }

    /// Rows of queries, bytes of external calls.
    pub fn amount(&self) -> u64 {
        self.amount
    }
}

/// Sums over the calls to caches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheTotals {
    calls: CallTotals,
    hits: u32,
    misses: u32,
}

impl CacheTotals {
    pub(crate) fn add(&mut self, call: &Call) {
        self.calls.add(call);
        if let Yield::Lookups { hits, misses } = call.brought {
            self.hits = self.hits.saturating_add(hits);
            self.misses = self.misses.saturating_add(misses);
        }
    }

    /// Counts, errors and times of the calls.
    pub fn calls(&self) -> &CallTotals {
        &self.calls
    }

    /// Keys found.
    pub fn hits(&self) -> u32 {
        self.hits
    }

    /// Keys not found.
    pub fn misses(&self) -> u32 {
        self.misses
    }
}
