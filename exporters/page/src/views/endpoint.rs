//! `endpoint.json`: one endpoint, with all that is known of it.

use std::collections::BTreeMap;

use tachograph_core::{CallKind, FindingKind};
use tachograph_summary::{CallKey, Calls, Distribution, Endpoint};

use super::endpoints::write_head;
use super::period::Period;
use super::totals::Totals;
use super::{Seen, View, read_with, row};
use crate::filter::Filter;
use crate::json::{self, Object};
use crate::kept::Kept;
use crate::query::Unusable;

/// So many things that were asked, and findings, are listed: the dearest.
const MOST_LISTED: usize = 100;

/// Pieces of a doubling, in a table of durations.
const FINE: u32 = 3;
const COARSE: u32 = 2;

pub(super) fn read(text: &str) -> Result<View, Unusable> {
    let (query, filter) = read_with(text, &[])?;
    let method = query.value("method").filter(|method| !method.is_empty() && !method.contains(','));
    let method =
        method.ok_or_else(|| Unusable::new("method", "the method of one endpoint, as endpoints.json has it"))?;
    let route = query.value("route");
    let route = route.ok_or_else(|| {
        Unusable::new("route", "the route of one endpoint, as endpoints.json has it; empty where no route matched")
    })?;
    Ok(View::Endpoint(filter.of_endpoint(method, route), method.to_owned(), route.to_owned()))
}

pub(super) fn answer(filter: &Filter, method: &str, route: &str, seen: Seen<'_>) -> Vec<u8> {
    let period = Period::of(filter, seen);
    let (mut whole, mut totals) = (Endpoint::default(), Totals::default());
    let mut versions: BTreeMap<&str, Totals<'_>> = BTreeMap::new();
    let mut all = 0.0;
    for slot in seen.store.slots.within(filter.window, seen.now / 1000) {
        for (key, endpoint) in slot.summary.endpoints() {
            all += endpoint.sums(|_| true).duration;
            if filter.takes_endpoint(key) {
                whole.merge(endpoint);
                totals.add(endpoint, filter);
                versions.entry(&key.version).or_default().add(endpoint, filter);
            }
        }
    }
    let examples = Examples::of(filter, &totals, period, seen);
    json::object(|object| {
        write_head(filter, period, seen, object);
        object.object("endpoint", |object| {
            row::write_key(method, route, object);
            row::write(&totals, period.seconds(), all, object);
        });
        write_timeline(filter, seen, object);
        object.array("distribution", |list| {
            each_piece(&totals.durations, FINE, |from, to, count| {
                list.object(|object| {
                    object.millis("from_ms", from);
                    object.millis("to_ms", to);
                    object.number("count", count);
                });
            });
        });
        write_statuses(&whole, object);
        examples.write(object);
        for (name, kind) in
            [("statements", CallKind::Database), ("hosts", CallKind::External), ("caches", CallKind::Cache)]
        {
            write_calls(name, kind, &whole, object);
        }
        write_findings(&whole, object);
        object.array("versions", |list| {
            for (version, totals) in &versions {
                list.object(|object| {
                    object.text("version", version);
                    row::write_key(method, route, object);
                    row::write(totals, period.seconds(), all, object);
                });
            }
        });
    })
}

/// How it went, slot by slot.
fn write_timeline(filter: &Filter, seen: Seen<'_>, object: &mut Object<'_>) {
    object.array("timeline", |list| {
        for slot in seen.store.slots.within(filter.window, seen.now / 1000) {
            let mut totals = Totals::default();
            let wanted = slot.summary.endpoints().filter(|(key, _)| filter.takes_endpoint(key));
            wanted.for_each(|(_, endpoint)| totals.add(endpoint, filter));
            if totals.all() == 0.0 {
                continue;
            }
            list.object(|object| {
                object.integer("at", slot.start * 1000);
                object.integer("seconds", slot.seconds);
                object.number("requests", totals.all());
                object.number("errors", totals.sums.errors);
                for (name, part) in [("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)] {
                    let value = totals.durations.percentile(part);
                    object.millis_or_null(name, value.map(|micros| micros.min(totals.sums.slowest)));
                }
                object.array("buckets", |list| {
                    each_piece(&totals.durations, COARSE, |from, to, count| {
                        list.array(|list| {
                            list.millis(from);
                            list.millis(to);
                            list.number(count);
                        });
                    });
                });
            });
        }
    });
}

/// The durations in pieces, of which there are a power of two to each doubling: from, to, how many.
fn each_piece(durations: &Distribution, bits: u32, mut write: impl FnMut(u64, u64, f64)) {
    let mut open: Option<(u64, u64, f64)> = None;
    for (start, _, count) in durations.buckets() {
        let (from, to) = piece(start, bits);
        match &mut open {
            Some((known, _, sum)) if *known == from => *sum += count,
            _ => {
                if let Some((from, to, count)) = open.replace((from, to, count)) {
                    write(from, to, count);
                }
            }
        }
    }
    if let Some((from, to, count)) = open {
        write(from, to, count);
    }
}

/// The piece that so many microseconds are in.
fn piece(micros: u64, bits: u32) -> (u64, u64) {
    let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(bits + 1);
    let from = micros >> shift << shift;
    (from, from.saturating_add(1 << shift))
}

fn write_statuses(whole: &Endpoint, object: &mut Object<'_>) {
    let mut statuses: BTreeMap<Option<u16>, f64> = BTreeMap::new();
    for (variant, sums) in whole.variants() {
        *statuses.entry(variant.status).or_default() += sums.requests + sums.streams;
    }
    object.array("statuses", |list| {
        for (status, requests) in statuses {
            list.object(|object| {
                object.integer_or_null("status", status.map(u64::from));
                object.number("requests", requests);
            });
        }
    });
}

/// Requests to be looked at side by side.
struct Examples<'a> {
    typical: Option<&'a Kept>,
    worst: Option<&'a Kept>,
}

impl<'a> Examples<'a> {
    fn of(filter: &Filter, totals: &Totals<'_>, period: Period, seen: Seen<'a>) -> Self {
        let median = totals.durations.percentile(0.5).unwrap_or_default();
        let kept = || {
            let all = seen.store.remembered.iter().filter(|kept| kept.has_detail() && !kept.is_streaming);
            all.filter(|kept| seen.takes(filter, kept, period))
        };
        Examples {
            typical: kept().min_by_key(|kept| (kept.duration.abs_diff(median), std::cmp::Reverse(kept.number))),
            worst: kept().max_by_key(|kept| (kept.duration, kept.number)),
        }
    }

    fn write(&self, object: &mut Object<'_>) {
        for (name, kept) in [("typical", self.typical), ("worst", self.worst)] {
            match kept {
                Some(kept) => object.object(name, |object| kept.write_all(object)),
                None => object.null(name),
            }
        }
    }
}

fn write_calls(name: &str, kind: CallKind, whole: &Endpoint, object: &mut Object<'_>) {
    let mut calls: Vec<(&CallKey, &Calls)> = whole.calls().filter(|(key, _)| *key.kind == *kind.as_str()).collect();
    calls.sort_by(|one, other| other.1.total.total_cmp(&one.1.total).then_with(|| one.0.cmp(other.0)));
    object.array(name, |list| {
        for (key, calls) in calls.into_iter().take(MOST_LISTED) {
            list.object(|object| {
                object.text("kind", &key.kind);
                object.text("target", &key.target);
                object.text("summary", &key.summary);
                for (name, text) in [("statement", &key.statement), ("callsite", &key.callsite)] {
                    object.text_or_null(name, Some(&**text).filter(|text| !text.is_empty()));
                }
                object.number("requests", calls.requests);
                object.number("count", calls.count);
                object.number("errors", calls.errors);
                object.millis_of_sum("total_ms", calls.total);
                object.millis("slowest_ms", calls.slowest);
            });
        }
    });
}

fn write_findings(whole: &Endpoint, object: &mut Object<'_>) {
    let mut findings: Vec<_> = whole.findings().collect();
    findings.sort_by(|one, other| other.1.cost.total_cmp(&one.1.cost).then_with(|| one.0.cmp(other.0)));
    object.array("findings", |list| {
        for (key, findings) in findings.into_iter().take(MOST_LISTED) {
            list.object(|object| {
                object.text("finding", &key.kind);
                for (name, text) in [("summary", &key.summary), ("target", &key.target), ("callsite", &key.callsite)] {
                    object.text_or_null(name, Some(&**text).filter(|text| !text.is_empty()));
                }
                object.number("requests", findings.requests);
                object.number("count", findings.count);
                object.millis_of_sum("cost_ms", findings.cost);
                object.millis("dearest_ms", findings.dearest);
                object.text_or_null("hint", FindingKind::of(&key.kind).map(FindingKind::hint));
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_meet_and_take_all() {
        for bits in [COARSE, FINE] {
            let mut next = 0;
            while next < 10_000_000 {
                let (from, to) = piece(next, bits);
                assert_eq!(from, next);
                assert_eq!(piece(to - 1, bits), (from, to));
                next = to;
            }
        }
        assert_eq!(piece(1000, COARSE), (896, 1024));
        let mut durations = Distribution::default();
        [0, 1, 900, 1000, 1023, 1024].into_iter().for_each(|micros| durations.add(micros, 1.0));
        let mut pieces = Vec::new();
        each_piece(&durations, COARSE, |from, to, count| pieces.push((from, to, count)));
        assert_eq!(pieces, [(0, 1, 1.0), (1, 2, 1.0), (896, 1024, 3.0), (1024, 1280, 1.0)]);
    }
}
