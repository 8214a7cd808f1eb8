//! A record, as it is counted.

use std::fmt::Write as _;
use std::time::Duration;

use tachograph_core::{CallGroup, CallKind, Callsite, Operation, Record, Share, micros};
use tachograph_summary::{Call, Endpoint, Finding, Request, SHARES, Shares};

use crate::kept::is_error;

/// So many different things are told apart without asking for memory; few requests ask more.
const MOST_IN_PLACE: usize = 16;

/// Adds a record to its endpoint. `text` is room that is used again.
pub(crate) fn count(record: &Record, endpoint: &mut Endpoint, text: &mut String) {
    endpoint.add(&request(record));
    if !record.calls().is_empty() {
        match Asked::of(record) {
            Some(asked) => asked.each(|asked| asked.add(endpoint, text)),
            None => record.call_groups().iter().for_each(|group| AskedOnce::group(group).add(endpoint, text)),
        }
    }
    for finding in record.findings() {
        let operation = finding.operation();
        let (summary, target) = operation.map_or(("", ""), |operation| (operation.summary(), operation.target()));
        endpoint.add_finding(&Finding {
            kind: finding.kind().as_str(),
            summary,
            target: finding.pool().map_or(target, |pool| pool.as_str()),
            callsite: place(finding.callsite(), text),
            weight: 1.0,
            count: finding.count().into(),
            cost: micros(finding.cost()),
        });
    }
}

fn request(record: &Record) -> Request {
    let rounded = record.breakdown().rounded_micros();
    let mut shares = [0.0; SHARES];
    Share::ALL.into_iter().for_each(|share| shares[share as usize] = rounded[share as usize] as f64);
    let (database, cache) = (record.database(), record.cache());
    Request {
        weight: 1.0,
        status: record.status_code(),
        is_error: is_error(record),
        is_streaming: record.is_streaming(),
        duration: micros(record.duration()),
        shares: Shares::new(shares),
        response_bytes: record.response_bytes(),
        queries: database.count(),
        query_errors: database.errors(),
        rows: database.rows(),
        external_calls: record.external().count(),
        cache_hits: cache.hits(),
        cache_misses: cache.misses(),
        ..Request::default()
    }
}

/// The calls of a record by what they asked, where that is simple: each thing from one place.
struct Asked<'a> {
    known: [Option<AskedOnce<'a>>; MOST_IN_PLACE],
    different: usize,
}

#[derive(Clone, Copy)]
struct AskedOnce<'a> {
    operation: &'a Operation,
    callsite: Option<Callsite>,
    count: u32,
    errors: u32,
    total: Duration,
    slowest: Duration,
}

impl<'a> Asked<'a> {
    /// None where it takes more to say which calls belong together.
    fn of(record: &'a Record) -> Option<Self> {
        if !record.calls_grouped().is_empty() {
            return None;
        }
        let mut asked = Asked { known: [None; MOST_IN_PLACE], different: 0 };
        for call in record.calls() {
            let operation = call.operation();
            let known = asked.known[..asked.different].iter_mut().flatten();
            let mut same = known.filter(|known| is_same(known.operation, operation));
            if let Some(same) = same.next() {
                if same.callsite != call.callsite() {
                    return None;
                }
                same.count += 1;
                same.errors += u32::from(call.is_error());
                same.total += call.duration();
                same.slowest = same.slowest.max(call.duration());
                continue;
            }
            *asked.known.get_mut(asked.different)? = Some(AskedOnce {
                operation,
                callsite: call.callsite(),
                count: 1,
                errors: call.is_error().into(),
                total: call.duration(),
                slowest: call.duration(),
            });
            asked.different += 1;
        }
        Some(asked)
    }

    fn each(&self, add: impl FnMut(&AskedOnce<'a>)) {
        self.known[..self.different].iter().flatten().for_each(add);
    }
}

/// Each thread has one of each, mostly.
fn is_same(one: &Operation, other: &Operation) -> bool {
    std::ptr::eq(one, other) || one == other
}

impl<'a> AskedOnce<'a> {
    fn group(group: &'a CallGroup) -> Self {
        AskedOnce {
            operation: group.operation(),
            callsite: group.callsite(),
            count: group.count(),
            errors: group.errors(),
            total: group.total(),
            slowest: group.slowest(),
        }
    }

    fn add(&self, endpoint: &mut Endpoint, text: &mut String) {
        let operation = self.operation;
        if operation.kind() == CallKind::Other {
            return;
        }
        endpoint.add_call(&Call {
            kind: operation.kind().as_str(),
            target: operation.target(),
            summary: operation.summary(),
            statement: operation.statement().map_or("", |statement| statement.text()),
            callsite: place(self.callsite, text),
            weight: 1.0,
            count: self.count.into(),
            errors: self.errors.into(),
            total: micros(self.total),
            slowest: micros(self.slowest),
            ..Call::default()
        });
    }
}

/// `src/orders.rs:88`; empty where it is not known.
fn place(callsite: Option<Callsite>, text: &mut String) -> &str {
    text.clear();
    if let Some(callsite) = callsite {
        // Writing to a string cannot fail.
        let _ = write!(text, "{callsite}");
    }
    text
}
