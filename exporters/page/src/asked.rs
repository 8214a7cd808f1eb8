//! What requests asked of others, added up by thing and place, as fast as a call can be told from another.
//!
//! An operation is made once and then shared, so that to find one again takes no look at its text.

use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use tachograph_core::{Call, Callsite, Operation, micros};
use tachograph_summary::{Call as Added, Summary};

use crate::room::{Room, bytes_of_operation};

/// What the requests of a slot asked.
#[derive(Debug, Default)]
pub(crate) struct AskedTable {
    entries: HashTable<Entry>,
    /// What was taken for them of the room that there is.
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    endpoint: u32,
    callsite: Option<Callsite>,
    operation: Arc<Operation>,
    /// The request whose calls were added last, and what these took together, in nanoseconds.
    request: u64,
    open: u64,
    requests: u64,
    count: u64,
    errors: u64,
    /// In microseconds, rounded by request, as lines are.
    total: u64,
    /// In nanoseconds.
    slowest: u64,
}

/// Whose calls are added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) endpoint: u32,
    /// No other request has this number.
    pub(crate) request: u64,
    pub(crate) hasher: &'a DefaultHashBuilder,
    pub(crate) room: &'a Room,
}

impl AskedTable {
    /// Adds a call that was made there; false where there is no room for a thing that is new.
    pub(crate) fn add(&mut self, call: &Call, callsite: Option<Callsite>, asker: Asker<'_>) -> bool {
        let operation = call.shared_operation();
        let hash_of = |endpoint: u32, operation: &Operation, callsite: Option<Callsite>| {
            asker.hasher.hash_one((endpoint, operation.hash(), callsite.map_or(0, |callsite| callsite.line())))
        };
        let hash = hash_of(asker.endpoint, operation, callsite);
        let is_it = |entry: &Entry| {
            entry.endpoint == asker.endpoint
                && (Arc::ptr_eq(&entry.operation, operation) || entry.operation == *operation)
                && entry.callsite == callsite
        };
        let entry = match self.entries.find_mut(hash, is_it) {
            Some(entry) => entry,
            None => {
                let bytes = size_of::<Entry>() * 2 + bytes_of_operation(operation);
                if !asker.room.take(bytes) {
                    return false;
                }
                self.bytes += bytes;
                let entry = Entry::new(asker.endpoint, callsite, Arc::clone(operation));
                let rehash = |entry: &Entry| hash_of(entry.endpoint, &entry.operation, entry.callsite);
                self.entries.insert_unique(hash, entry, rehash).into_mut()
            }
        };
        if entry.request != asker.request {
            entry.close();
            entry.request = asker.request;
            entry.requests += 1;
        }
        let nanos = call.duration().as_nanos() as u64;
        entry.open += nanos;
        entry.count += 1;
        entry.errors += u64::from(call.is_error());
        entry.slowest = entry.slowest.max(nanos);
        true
    }

    /// Adds all of it to a summary. `endpoints` are those by whose number it was added.
    pub(crate) fn move_into<'a>(
        self,
        summary: &mut Summary,
        endpoints: impl Fn(u32) -> Option<(&'a str, &'a str)>,
        version: &str,
        room: &Room,
    ) {
        let mut place = String::new();
        for mut entry in self.entries {
            entry.close();
            let Some((method, route)) = endpoints(entry.endpoint) else { continue };
            let operation = &entry.operation;
            write_place(entry.callsite, &mut place);
            let added = Added {
                kind: operation.kind().as_str(),
                target: operation.target(),
                summary: operation.summary(),
                statement: operation.statement().map_or("", |statement| statement.text()),
                callsite: &place,
                ..Added::default()
            };
            let endpoint = summary.endpoint(version, method, route);
            // So many requests, and then what they asked, which is no further request.
            endpoint.add_call(&Added { weight: entry.requests as f64, ..added });
            endpoint.add_call(&Added {
                weight: 1.0,
                count: entry.count,
                errors: entry.errors,
                total: entry.total,
                slowest: (entry.slowest + 500) / 1000,
                again: true,
                ..added
            });
        }
        room.give_back(self.bytes);
    }
}

impl Entry {
    fn new(endpoint: u32, callsite: Option<Callsite>, operation: Arc<Operation>) -> Self {
        Entry {
            endpoint,
            callsite,
            operation,
            request: u64::MAX,
            open: 0,
            requests: 0,
            count: 0,
            errors: 0,
            total: 0,
            slowest: 0,
        }
    }

    /// The calls of a request are all there.
    fn close(&mut self) {
        self.total += micros(std::time::Duration::from_nanos(std::mem::take(&mut self.open)));
    }
}

/// `src/orders.rs:88`; empty where it is not known.
pub(crate) fn write_place(callsite: Option<Callsite>, text: &mut String) {
    text.clear();
    if let Some(callsite) = callsite {
        // Writing to a string cannot fail.
        let _ = write!(text, "{callsite}");
    }
}
