//! The series of requests and of tasks.

use std::borrow::Cow;

use tachograph_core::{Outcome, Record, Share};

use crate::attributes::List;
use crate::bounds::AllBounds;
use crate::findings::{FINDING, Findings};
use crate::histogram::Histogram;
use crate::naming::{ByNaming, Naming};
use crate::nanos::nanos;
use crate::series::{Add, FULL, Family, Key, Series, names, overflow};
use crate::slowest::Slowest;

/// The attribute that tells the shares of a series apart.
pub(crate) const SHARE: &str = "share";

/// What is counted of the requests of one series.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    pub(crate) count: u64,
    /// Those of them that were upgrades or event streams.
    pub(crate) streams: u64,
    pub(crate) findings: Findings,
    pub(crate) durations: Histogram,
    pub(crate) slowest: Option<Slowest>,
    /// What their durations consist of, in nanoseconds.
    pub(crate) shares: [u64; Share::ALL.len()],
    pub(crate) request_sizes: Histogram,
    pub(crate) response_sizes: Histogram,
    pub(crate) queries: Histogram,
    pub(crate) cache_hits: u64,
    pub(crate) cache_misses: u64,
}

impl Requests {
    pub(crate) fn record(&mut self, record: &Record, bounds: &AllBounds) {
        self.count += 1;
        let breakdown = record.breakdown();
        if record.is_streaming() {
            self.streams += 1;
        } else {
            let duration = nanos(record.duration());
            self.durations.observe(duration, &bounds.durations);
            Slowest::offer(&mut self.slowest, record, duration);
            for (sum, share) in self.shares.iter_mut().zip(Share::ALL) {
                *sum = sum.saturating_add(nanos(breakdown.share(share)));
            }
        }
        self.findings.record(record);
        if let Some(bytes) = record.request_bytes() {
            self.request_sizes.observe(bytes, &bounds.sizes);
        }
        self.response_sizes.observe(record.response_bytes(), &bounds.sizes);
        self.queries.observe(record.database().count().into(), &bounds.queries);
        self.cache_hits += u64::from(record.cache().hits());
        self.cache_misses += u64::from(record.cache().misses());
    }
}

impl Add for Requests {
    fn add(&mut self, other: &Self) {
        // Every field is named, so that none is forgotten that will be added.
        let Requests {
            count,
            streams,
            findings,
            durations,
            slowest,
            shares,
            request_sizes,
            response_sizes,
            queries,
            cache_hits,
            cache_misses,
        } = other;
        self.count += count;
        self.streams += streams;
        self.findings.add(findings);
        self.durations.add(durations);
        Slowest::merge(&mut self.slowest, slowest);
        self.shares.iter_mut().zip(shares).for_each(|(sum, share)| *sum = sum.saturating_add(*share));
        self.request_sizes.add(request_sizes);
        self.response_sizes.add(response_sizes);
        self.queries.add(queries);
        self.cache_hits += cache_hits;
        self.cache_misses += cache_misses;
    }
}

/// The family of all requests.
pub(crate) fn family(most: usize) -> Family {
    Family::new(most, overflow(["method", "path", "status"]), series)
}

/// The Host header is in no attribute, nor the path as it came: whoever asks would decide how many series there are.
fn series(key: &Key<'_>) -> Series {
    let [method, route, scheme, version, error] = key.parts;
    ByNaming {
        opentelemetry: Some(
            List::new()
                .text("error.type", error)
                .text("http.request.method", method)
                .number("http.response.status_code", key.status)
                .text("http.route", route)
                .text("network.protocol.version", version)
                .text("url.scheme", scheme)
                .done(),
        ),
        plain: key.plain_status.map(|status| {
            let path = if route.is_empty() { "_unmatched" } else { route };
            List::new().text("method", method).text("path", path).number("status", status).done()
        }),
    }
}

/// The attributes of all series of requests.
pub(crate) fn attributes(naming: Naming) -> Vec<&'static str> {
    names(&[series(&FULL)], naming)
}

pub(crate) fn attributes_and_share(naming: Naming) -> Vec<&'static str> {
    [attributes(naming), vec![SHARE]].concat()
}

pub(crate) fn attributes_and_finding(naming: Naming) -> Vec<&'static str> {
    [attributes(naming), vec![FINDING]].concat()
}

/// Finds out which series a request belongs to.
pub(crate) fn with_key<R>(record: &Record, found: impl FnOnce(&Key<'_>) -> R) -> R {
    let error = record.error_type().unwrap_or(Cow::Borrowed(""));
    let route = record.route().unwrap_or("");
    found(&Key {
        parts: [record.known_method(), route, record.scheme(), record.protocol_version(), &error],
        status: record.status_code().unwrap_or(0),
        plain_status: Some(plain_status(record)),
    })
}

/// The status of a request by plain names, which is there even where no answer was given: 499 where the client left, 503 where
/// it was open at the shutdown, else 500.
pub fn plain_status(record: &Record) -> u16 {
    record.status_code().unwrap_or(match record.outcome() {
        Outcome::ClientDisconnected => 499,
        Outcome::OpenAtShutdown => 503,
        _ => 500,
    })
}
