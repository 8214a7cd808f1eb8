//! What was counted of the requests of one thread in one slot.
//!
//! A summary could take them one by one, but looks at every text that names something. Here an endpoint, and what it asks, has a
//! place that is found again without; the page's own thread makes a summary of it.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use tachograph_core::{CallKind, Callsite, Operation, Record, Share, micros};
use tachograph_summary::{Call, Endpoint, Finding, Request, SHARES, Shares, Summary};

use crate::asked::{AskedTable, Asker, write_place};
use crate::kept::{endpoint_of, is_error};
use crate::shard::Common;

/// What was counted in one slot.
#[derive(Debug)]
pub(crate) struct Counted {
    /// Where it begins, in seconds since 1970.
    pub(crate) slot: u64,
    /// Where in the list an endpoint is.
    places: HashTable<u32>,
    endpoints: Vec<OfEndpoint>,
    asked: AskedTable,
    /// What has no place of its own, and findings, which most requests have none of.
    others: Summary,
    /// What was taken of the room that there is.
    bytes: usize,
}

#[derive(Debug)]
struct OfEndpoint {
    method: &'static str,
    route: Box<str>,
    requests: Endpoint,
    /// In nanoseconds.
    slowest: u64,
}

/// An endpoint with a few statuses, and durations of a few lengths.
const ENDPOINT: usize = 2048;

/// Of so many calls it is seen at once whether they are simple.
const MOST_SIMPLE: usize = 32;

impl Counted {
    pub(crate) fn new(slot: u64, common: &Common) -> Self {
        Counted {
            slot,
            places: HashTable::new(),
            endpoints: Vec::new(),
            asked: AskedTable::default(),
            others: Summary::with_names(common.limits.clone(), &common.names),
            bytes: 0,
        }
    }

    /// Counts a record, the one of this number. Whether it is the slowest of its endpoint so far.
    pub(crate) fn add(&mut self, record: &Record, number: u64, common: &Common) -> bool {
        let (method, route) = endpoint_of(record);
        let place = self.place(method, route, common);
        let request = request(record);
        let is_slowest = match place {
            Some(place) => {
                let endpoint = &mut self.endpoints[place as usize];
                endpoint.requests.add(&request);
                let nanos = record.duration().as_nanos() as u64;
                let is_slowest = nanos > endpoint.slowest;
                endpoint.slowest = endpoint.slowest.max(nanos);
                is_slowest
            }
            None => {
                self.others.endpoint(&common.version, method, route).add(&request);
                false
            }
        };
        if !record.calls().is_empty() {
            self.add_calls(record, place, number, common);
        }
        if !record.findings().is_empty() {
            add_findings(record, self.others.endpoint(&common.version, method, route));
        }
        is_slowest
    }

    /// None where there is no room for another endpoint.
    fn place(&mut self, method: &'static str, route: &str, common: &Common) -> Option<u32> {
        let hash_of = |method: &str, route: &str| common.hasher.hash_one((method, route));
        let endpoints = &mut self.endpoints;
        let is_it = |place: &u32| {
            let known = &endpoints[*place as usize];
            *known.route == *route && known.method == method
        };
        let hash = hash_of(method, route);
        if let Some(place) = self.places.find(hash, is_it) {
            return Some(*place);
        }
        let bytes = ENDPOINT + route.len();
        if !common.room.take(bytes) {
            return None;
        }
        self.bytes += bytes;
        let place = endpoints.len() as u32;
        endpoints.push(OfEndpoint { method, route: route.into(), requests: Endpoint::default(), slowest: 0 });
        let rehash = |place: &u32| hash_of(endpoints[*place as usize].method, &endpoints[*place as usize].route);
        self.places.insert_unique(hash, place, rehash);
        Some(place)
    }

    fn add_calls(&mut self, record: &Record, place: Option<u32>, number: u64, common: &Common) {
        let (method, route) = endpoint_of(record);
        let mut callsites = [None; MOST_SIMPLE];
        let Some((endpoint, callsites)) = place.zip(simple(record, &mut callsites)) else {
            let endpoint = self.others.endpoint(&common.version, method, route);
            let mut text = String::new();
            for group in record.call_groups() {
                let (total, slowest) = (micros(group.total()), micros(group.slowest()));
                let call = Call {
                    count: group.count().into(),
                    errors: group.errors().into(),
                    total,
                    slowest,
                    ..Call::default()
                };
                add_call(group.operation(), group.callsite(), call, endpoint, &mut text);
            }
            return;
        };
        let asker = Asker { endpoint, request: number, hasher: &common.hasher, room: &common.room };
        for (at, (call, callsite)) in record.calls().iter().zip(callsites).enumerate() {
            if self.asked.add(call, *callsite, asker) {
                continue;
            }
            let operation = call.operation();
            let is_same = |before: &tachograph_core::Call| before.operation() == operation;
            let added = Call {
                count: 1,
                errors: call.is_error().into(),
                total: micros(call.duration()),
                slowest: micros(call.duration()),
                again: record.calls()[..at].iter().any(is_same),
                ..Call::default()
            };
            let endpoint = self.others.endpoint(&common.version, method, route);
            add_call(operation, *callsite, added, endpoint, &mut String::new());
        }
    }

    /// Makes a summary of it.
    pub(crate) fn into_summary(self, common: &Common) -> Summary {
        let Counted { endpoints, asked, others: mut summary, bytes, .. } = self;
        for endpoint in &endpoints {
            summary.endpoint(&common.version, endpoint.method, &endpoint.route).merge(&endpoint.requests);
        }
        let name = |place: u32| endpoints.get(place as usize).map(|endpoint| (endpoint.method, &*endpoint.route));
        asked.move_into(&mut summary, name, &common.version, &common.room);
        common.room.give_back(bytes);
        summary
    }
}

/// Where each call was made, if that is known of all of them or of none. Otherwise it takes more to say which belong together.
fn simple<'a>(record: &Record, callsites: &'a mut [Option<Callsite>; MOST_SIMPLE]) -> Option<&'a [Option<Callsite>]> {
    let calls = record.calls();
    if calls.len() > MOST_SIMPLE || !record.calls_grouped().is_empty() {
        return None;
    }
    let mut known = 0;
    for (callsite, call) in callsites.iter_mut().zip(calls) {
        if call.kind() == CallKind::Other {
            return None;
        }
        *callsite = call.callsite();
        known += usize::from(callsite.is_some());
    }
    (known == 0 || known == calls.len()).then(|| &callsites[..calls.len()])
}

fn add_call(
    operation: &Operation,
    callsite: Option<Callsite>,
    call: Call<'_>,
    endpoint: &mut Endpoint,
    text: &mut String,
) {
    if operation.kind() == CallKind::Other {
        return;
    }
    write_place(callsite, text);
    endpoint.add_call(&Call {
        kind: operation.kind().as_str(),
        target: operation.target(),
        summary: operation.summary(),
        statement: operation.statement().map_or("", |statement| statement.text()),
        callsite: text,
        weight: 1.0,
        ..call
    });
}

fn add_findings(record: &Record, endpoint: &mut Endpoint) {
    let mut text = String::new();
    for finding in record.findings() {
        let operation = finding.operation();
        let (summary, target) = operation.map_or(("", ""), |operation| (operation.summary(), operation.target()));
        write_place(finding.callsite(), &mut text);
        endpoint.add_finding(&Finding {
            kind: finding.kind().as_str(),
            summary,
            target: finding.pool().map_or(target, |pool| pool.as_str()),
            callsite: &text,
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
    }
}
