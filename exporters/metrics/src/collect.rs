//! How the numbers of all threads become metrics.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tachograph_core::{Handle, Sharded, Share, lock};

use crate::attributes::{Attributes, List};
use crate::bounds::AllBounds;
use crate::call::Calls;
use crate::collection::Collection;
use crate::exporter::{Inner, Shard};
use crate::histogram::{Bounds, Histogram};
use crate::names;
use crate::naming::Naming;
use crate::request::{Requests, SHARE};
use crate::series::{Add, Table};
use crate::snapshot::{Distribution, Number, Point};
use crate::totals::{Totals, merged};
use crate::{pool, process};

/// The series of a family, as they are shown.
type All<S> = [(Attributes, S)];

pub(crate) fn collect(inner: &Inner, handle: &Handle, naming: Naming) -> Collection {
    let mut out = Collection::new(naming);
    let (families, bounds, shards) = (&inner.families, &inner.bounds, &inner.shards);

    let all = sum(shards, |shard| &shard.requests);
    let tasks = sum(shards, |shard| &shard.tasks);
    let queries = sum(shards, |shard| &shard.queries);
    let external = sum(shards, |shard| &shard.external);
    let remote_procedures = sum(shards, |shard| &shard.remote_procedures);
    let cache_databases = sum(shards, |shard| &shard.cache_databases);
    let caches = sum(shards, |shard| &shard.caches);
    let waits = sum(shards, |shard| &shard.waits);
    out.overflowed(&names::DURATIONS, all.overflowed);
    out.overflowed(&names::TASKS, tasks.overflowed);
    out.overflowed(&names::QUERIES, queries.overflowed);
    out.overflowed(&names::EXTERNAL, external.overflowed);
    out.overflowed(&names::REMOTE_PROCEDURES, remote_procedures.overflowed);
    out.overflowed(&names::CACHE_DATABASES, cache_databases.overflowed);
    out.overflowed(&names::CACHES, caches.overflowed);
    out.overflowed(&names::CONNECTION_WAITS, waits.overflowed);

    let (all, tasks) = (all.shown(&families.requests, naming), tasks.shown(&families.tasks, naming));
    out.counter(&names::REQUESTS, counts(&all, |requests| requests.count).collect());
    inner.active.collect(handle, all.iter().map(|(attributes, _)| attributes), !tasks.is_empty(), &mut out);
    requests(bounds, &all, &mut out);

    let mut queries = queries.shown(&families.queries, naming);
    let mut external = external.shown(&families.external, naming);
    let mut remote_procedures = remote_procedures.shown(&families.remote_procedures, naming);
    let mut cache_databases = cache_databases.shown(&families.cache_databases, naming);
    let mut caches = caches.shown(&families.caches, naming);
    match naming {
        Naming::OpenTelemetry => join(&mut queries, &mut cache_databases),
        Naming::Plain => {
            join(&mut external, &mut remote_procedures);
            join(&mut caches, &mut cache_databases);
        }
    }
    let mut durations = |named, bounds, calls: &All<Calls>| {
        out.histogram(named, distributions(calls, bounds, |calls| &calls.durations).collect());
    };
    durations(&names::QUERIES, &bounds.database, &queries);
    durations(&names::EXTERNAL, &bounds.durations, &external);
    durations(&names::REMOTE_PROCEDURES, &bounds.durations, &remote_procedures);
    durations(&names::CACHES, &bounds.database, &caches);
    out.histogram(&names::TASKS, distributions(&tasks, &bounds.durations, |tasks| &tasks.durations).collect());
    let findings = tasks.iter().flat_map(|(attributes, tasks)| tasks.findings.points(attributes));
    out.counter(&names::TASK_FINDINGS, findings.collect());
    let waits = waits.shown(&families.waits, naming);
    out.histogram(
        &names::CONNECTION_WAITS,
        distributions(&waits, &bounds.durations, |waits| &waits.durations).collect(),
    );
    pool::collect(handle, &mut out);

    let theirs = inner.sources.collect(&mut out);
    out.counter_of_overflowed();
    own(handle, &mut out);
    process::collect(&mut out);
    theirs.into_iter().for_each(|metric| out.add(metric));
    out
}

/// Two families that are shown as one.
fn join(one: &mut Vec<(Attributes, Calls)>, other: &mut Vec<(Attributes, Calls)>) {
    one.append(other);
    *one = merged(std::mem::take(one));
}

/// One thread after the other.
fn sum<S: Add>(shards: &Sharded<Mutex<Shard>>, table: fn(&Shard) -> &Table<S>) -> Totals<S> {
    let mut totals = Totals::default();
    for shard in shards.iter() {
        totals.add(|add| add(table(&lock(shard))));
    }
    totals
}

fn counts<S>(all: &All<S>, count: fn(&S) -> u64) -> impl Iterator<Item = Point<Number>> {
    all.iter().map(move |(attributes, series)| Point::new(attributes.clone(), count(series)))
}

/// Those that are not empty.
fn distributions<S>(
    all: &All<S>,
    bounds: &Bounds,
    histogram: fn(&S) -> &Histogram,
) -> impl Iterator<Item = Point<Distribution>> {
    all.iter().filter_map(move |(attributes, series)| {
        Some(Point { attributes: attributes.clone(), value: histogram(series).shown(bounds)? })
    })
}

fn requests(bounds: &AllBounds, all: &All<Requests>, out: &mut Collection) {
    let durations = all.iter().filter_map(|(attributes, requests)| {
        let exemplar = requests.slowest.as_ref().map(|slowest| slowest.shown(&bounds.durations));
        let distribution = requests.durations.shown(&bounds.durations)?;
        Some(Point { attributes: attributes.clone(), value: Distribution { exemplar, ..distribution } })
    });
    out.histogram(&names::DURATIONS, durations.collect());
    // Those that a series has: most requests wait for nobody.
    let shares = all.iter().flat_map(|(attributes, requests)| {
        let shares = Share::ALL.into_iter().zip(requests.shares).filter(|(_, nanos)| *nanos > 0);
        shares.map(|(share, nanos)| Point::new(attributes.and(SHARE, share.name()), Number::Nanos(nanos)))
    });
    out.counter(&names::SHARES, shares.collect());
    let streams = counts(all, |requests| requests.streams).filter(|point| point.value != Number::Whole(0));
    out.counter(&names::STREAMS, streams.collect());
    let findings = all.iter().flat_map(|(attributes, requests)| requests.findings.points(attributes));
    out.counter(&names::FINDINGS, findings.collect());
    let mut histogram = |named, bounds, histogram| {
        out.histogram(named, distributions(all, bounds, histogram).collect());
    };
    histogram(&names::REQUEST_SIZES, &bounds.sizes, |requests| &requests.request_sizes);
    histogram(&names::RESPONSE_SIZES, &bounds.sizes, |requests| &requests.response_sizes);
    // A service without a database, or a route that does not ask it, needs no histogram of zeros.
    let queries = distributions(all, &bounds.queries, |requests| &requests.queries);
    out.histogram(&names::REQUEST_QUERIES, queries.filter(|point| point.value.sum != Number::Whole(0)).collect());
    let looked_up = |count: fn(&Requests) -> u64| {
        let asked = all.iter().filter(|(_, requests)| requests.cache_hits + requests.cache_misses > 0);
        asked.map(move |(attributes, requests)| Point::new(attributes.clone(), count(requests))).collect()
    };
    out.counter(&names::CACHE_HITS, looked_up(|requests| requests.cache_hits));
    out.counter(&names::CACHE_MISSES, looked_up(|requests| requests.cache_misses));
}

/// What tells the series of what the instance says of itself apart.
const BOUND: &str = "bound";
const EXPORTER: &str = "exporter";
const REASON: &str = "reason";

pub(crate) fn bound_attributes(_: Naming) -> Vec<&'static str> {
    vec![BOUND]
}

pub(crate) fn dropped_attributes(_: Naming) -> Vec<&'static str> {
    vec![EXPORTER, REASON]
}

/// What the instance has to say of itself.
fn own(handle: &Handle, out: &mut Collection) {
    let bounds = handle.counters();
    let bounds = bounds.iter().map(|(name, count)| Point::new([(BOUND, name)].into_iter().collect(), count));
    out.counter(&names::BOUNDS_HIT, bounds.collect());
    // Two exporters can have one name, and a series must not be there twice.
    let mut dropped: BTreeMap<Attributes, u64> = BTreeMap::new();
    for exporter in handle.exporters() {
        for (reason, count) in exporter.dropped() {
            let attributes = List::new().text(EXPORTER, exporter.name()).text(REASON, reason).done();
            *dropped.entry(attributes).or_default() += count;
        }
    }
    let dropped = dropped.into_iter().map(|(attributes, count)| Point::new(attributes, count));
    out.counter(&names::DROPPED, dropped.collect());
}
