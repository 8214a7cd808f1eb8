//! Queries in a loop: N+1, where the one before them is another.

use std::time::Duration;

use tachograph_core::{Call, CallGroup, Callsite, Operation, Record, Statement, micros};

use super::call::{place, query};
use super::events::Events;
use super::span::nanos;

const MANY_REPEATS: u32 = 5;

/// Appends an event for each.
pub(super) fn of(record: &Record, events: &mut Events<'_, '_, '_>) {
    if record.database().repeats() < MANY_REPEATS {
        return;
    }
    let (calls, groups) = (record.calls(), record.calls_grouped());
    let ended = events.trace.duration();
    let mut room = [0; MOST_CALLS];
    let mut more = Vec::new();
    let keys = keys(calls, &mut room, &mut more);
    for (at, call) in calls.iter().enumerate() {
        // Numbers say at once that nothing repeats. What is in groups may have more of the same.
        let same = keys[at..].iter().filter(|key| **key == keys[at]).count();
        if keys[at] == NO_QUERY || (same < MANY_REPEATS as usize && groups.is_empty()) {
            continue;
        }
        let mut found = Loop::of(call.operation(), call.callsite());
        // Each is told of at its first call.
        if calls[..at].iter().any(|earlier| found.takes(earlier.operation(), earlier.callsite())) {
            continue;
        }
        calls[at..].iter().for_each(|call| found.add_call(call));
        groups.iter().for_each(|group| found.add_group(group, ended));
        found.tell(events);
    }
    for group in groups {
        let mut found = Loop::of(group.operation(), group.callsite());
        if group.operation().is_query() && !calls.iter().any(|call| found.takes(call.operation(), call.callsite())) {
            found.add_group(group, ended);
            found.tell(events);
        }
    }
}

/// As many calls as a record keeps one by one where nobody says otherwise, and some more.
const MOST_CALLS: usize = 128;

const NO_QUERY: u64 = 0;

/// A number for each call: the same where statement and callsite are, and hardly ever elsewhere.
fn keys<'k>(calls: &[Call], room: &'k mut [u64; MOST_CALLS], more: &'k mut Vec<u64>) -> &'k [u64] {
    let keys = match room.get_mut(..calls.len()) {
        Some(keys) => keys,
        None => {
            more.resize(calls.len(), 0);
            &mut more[..]
        }
    };
    for (key, call) in keys.iter_mut().zip(calls).filter(|(_, call)| call.operation().is_query()) {
        let place = call.callsite().map_or(0, |callsite| u64::from(callsite.line()) + 1);
        let hash = call.operation().statement().map_or(0, Statement::hash);
        *key = (hash ^ place.rotate_left(40)).max(NO_QUERY + 1);
    }
    keys
}

/// What one statement from one place added up to.
struct Loop<'r> {
    operation: &'r Operation,
    callsite: Option<Callsite>,
    count: u32,
    total: Duration,
    slowest: Duration,
    /// When the last of them ended, in nanoseconds since the record began.
    ended: u64,
}

impl<'r> Loop<'r> {
    fn of(operation: &'r Operation, callsite: Option<Callsite>) -> Self {
        Loop { operation, callsite, count: 0, total: Duration::ZERO, slowest: Duration::ZERO, ended: 0 }
    }

    /// Threads keep operations of their own, so that two that are the same can be in two places.
    fn takes(&self, operation: &Operation, callsite: Option<Callsite>) -> bool {
        let hash = |operation: &Operation| operation.statement().map(Statement::hash);
        std::ptr::eq(self.operation, operation) && self.callsite == callsite
            || hash(self.operation) == hash(operation) && self.callsite == callsite && self.operation == operation
    }

    fn add_call(&mut self, call: &Call) {
        if self.takes(call.operation(), call.callsite()) {
            self.add(1, call.duration(), call.duration(), nanos(call.end()));
        }
    }

    fn add_group(&mut self, group: &CallGroup, ended: u64) {
        if self.takes(group.operation(), group.callsite()) {
            self.add(group.count(), group.total(), group.slowest(), ended);
        }
    }

    fn add(&mut self, count: u32, total: Duration, slowest: Duration, ended: u64) {
        self.count = self.count.saturating_add(count);
        self.total = self.total.saturating_add(total);
        self.slowest = self.slowest.max(slowest);
        self.ended = self.ended.max(ended);
    }

    fn tell(&self, events: &mut Events<'_, '_, '_>) {
        if self.count < MANY_REPEATS {
            return;
        }
        events.add(self.ended, "tachograph.query_loop", |attributes| {
            query(self.operation, attributes);
            if let Some(callsite) = self.callsite {
                place(callsite, attributes);
            }
            attributes.integer("tachograph.count", self.count);
            attributes.millis("tachograph.total_ms", micros(self.total));
            attributes.millis("tachograph.slowest_ms", micros(self.slowest));
        });
    }
}
