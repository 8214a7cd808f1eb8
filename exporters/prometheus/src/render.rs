//! The order of the page.

use std::collections::BTreeMap;

use tachograph_core::{Handle, Share};

use crate::call::Calls;
use crate::histogram::{Bounds, Histogram};
use crate::labels::Labels;
use crate::page::{Metric, Page};
use crate::process;
use crate::prometheus::{AllTotals, Inner};
use crate::request::Requests;
use crate::series::Totals;

/// Returns the names of what others count and what is on the page already as ours.
pub(crate) fn page(inner: &Inner, totals: &AllTotals, handle: &Handle, page: &mut Page) -> Vec<String> {
    page.info(Metric { name: "target", help: "The service that is measured." }, &inner.target);
    page.info(Metric { name: "build", help: "The versions that are running." }, &inner.build);
    requests(inner, &totals.requests, handle, page);
    let (names, bounds) = (inner.names, &inner.bounds);
    calls(names.queries, &bounds.database, &totals.queries, page);
    calls(names.external, &bounds.durations, &totals.external, page);
    calls(names.remote_procedures, &bounds.durations, &totals.remote_procedures, page);
    calls(names.caches, &bounds.database, &totals.caches, page);
    let tasks = totals.tasks.iter().map(|(labels, tasks)| (labels, &tasks.durations, None));
    page.histogram(names.tasks, &bounds.durations, tasks);
    inner.pools.write(names, page);
    own(inner, totals, handle, page);
    process::write(page);
    inner.sources.write(page)
}

fn requests(inner: &Inner, totals: &Totals<Requests>, handle: &Handle, page: &mut Page) {
    let (names, bounds) = (inner.names, &inner.bounds);
    let counts = |count: fn(&Requests) -> u64| totals.iter().map(move |(labels, requests)| (labels, count(requests)));
    let used = |count: fn(&Requests) -> u64| counts(count).filter(|(_, count)| *count > 0);
    let histograms = |histogram: fn(&Requests) -> &Histogram| {
        totals.iter().map(move |(labels, requests)| (labels, histogram(requests), None))
    };
    page.counter(names.requests, counts(|requests| requests.count));
    page.gauge(names.in_flight, [("", handle.in_flight())]);
    let durations = totals.iter().map(|(labels, all)| (labels, &all.durations, all.exemplar.as_ref()));
    page.histogram(names.durations, &bounds.durations, durations);
    page.seconds_counter(names.shares, totals.iter().flat_map(|(labels, requests)| shares(labels, requests)));
    page.counter(names.streams, used(|requests| requests.streams));
    page.histogram(names.request_sizes, &bounds.sizes, histograms(|requests| &requests.request_sizes));
    page.histogram(names.response_sizes, &bounds.sizes, histograms(|requests| &requests.response_sizes));
    // A service without a database, or a route that does not ask it, needs no histogram of zeros.
    let queries = histograms(|requests| &requests.queries).filter(|(_, queries, _)| queries.sum() > 0);
    page.histogram(names.request_queries, &bounds.queries, queries);
    page.histogram(names.connection_waits, &bounds.durations, histograms(|requests| &requests.connection_waits));
    let looked_up = || totals.iter().filter(|(_, requests)| requests.cache_hits + requests.cache_misses > 0);
    page.counter(names.cache_hits, looked_up().map(|(labels, requests)| (labels, requests.cache_hits)));
    page.counter(names.cache_misses, looked_up().map(|(labels, requests)| (labels, requests.cache_misses)));
}

/// Those that a series has: most requests wait for nobody.
fn shares<'a>(labels: &'a str, requests: &'a Requests) -> impl Iterator<Item = (String, u64)> {
    let shares = Share::ALL.into_iter().zip(requests.shares).filter(|(_, nanos)| *nanos > 0);
    shares.map(move |(share, nanos)| (format!("{labels},share=\"{}\"", share.name()), nanos))
}

fn calls(metric: Metric<'_>, bounds: &Bounds, totals: &Totals<Calls>, page: &mut Page) {
    page.histogram(metric, bounds, totals.iter().map(|(labels, calls)| (labels, &calls.durations, None)));
}

/// What tachograph has to say of itself.
fn own(inner: &Inner, totals: &AllTotals, handle: &Handle, page: &mut Page) {
    let overflowed = totals.overflowed(inner.names).map(|(name, count)| (label("metric", name), count));
    let help = "What was counted in an overflow series, for want of room for another one.";
    page.counter(Metric { name: "tachograph_series_overflowed", help }, overflowed);
    let bounds = handle.counters();
    let bounds = bounds.iter().map(|(name, count)| (label("bound", name), count));
    page.counter(Metric { name: "tachograph_bounds_hit", help: "How often each bound of a record was hit." }, bounds);
    // Two exporters can have one name, and a series must not be there twice.
    let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
    for exporter in handle.exporters() {
        for (reason, count) in exporter.dropped() {
            let labels = Labels::new().with("exporter", exporter.name()).with("reason", reason).into_string();
            *dropped.entry(labels).or_default() += count;
        }
    }
    page.counter(Metric { name: "tachograph_dropped", help: "What exporters have lost." }, dropped);
}

fn label(name: &str, value: &str) -> String {
    Labels::new().with(name, value).into_string()
}
