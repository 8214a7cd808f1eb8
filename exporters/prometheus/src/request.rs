//! The series of requests and of tasks.

use std::borrow::Cow;

use tachograph_core::{Outcome, Record, Share};

use crate::bounds::AllBounds;
use crate::exemplar::Exemplar;
use crate::histogram::Histogram;
use crate::labels::Labels;
use crate::nanos::nanos;
use crate::series::{Add, Family, Key};
use crate::settings::Naming;

/// What is counted of the requests of one series.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    pub(crate) count: u64,
    /// Those of them that were upgrades or event streams.
    pub(crate) streams: u64,
    pub(crate) durations: Histogram,
    pub(crate) exemplar: Option<Exemplar>,
    /// What their durations consist of, in nanoseconds.
    pub(crate) shares: [u64; Share::ALL.len()],
    pub(crate) request_sizes: Histogram,
    pub(crate) response_sizes: Histogram,
    pub(crate) queries: Histogram,
    pub(crate) connection_waits: Histogram,
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
            Exemplar::offer(&mut self.exemplar, record, duration);
            for (sum, share) in self.shares.iter_mut().zip(Share::ALL) {
                *sum = sum.saturating_add(nanos(breakdown.share(share)));
            }
        }
        if let Some(bytes) = record.request_bytes() {
            self.request_sizes.observe(bytes, &bounds.sizes);
        }
        self.response_sizes.observe(record.response_bytes(), &bounds.sizes);
        self.queries.observe(record.database().count().into(), &bounds.queries);
        let waits = u64::from(record.database().connection_waits());
        if waits > 0 {
            let waited = nanos(breakdown.share(Share::ConnectionWait));
            self.connection_waits.observe_all(waits, waited / waits, waited, &bounds.durations);
        }
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
            durations,
            exemplar,
            shares,
            request_sizes,
            response_sizes,
            queries,
            connection_waits,
            cache_hits,
            cache_misses,
        } = other;
        self.count += count;
        self.streams += streams;
        self.durations.add(durations);
        Exemplar::merge(&mut self.exemplar, exemplar);
        self.shares.iter_mut().zip(shares).for_each(|(sum, share)| *sum = sum.saturating_add(*share));
        self.request_sizes.add(request_sizes);
        self.response_sizes.add(response_sizes);
        self.queries.add(queries);
        self.connection_waits.add(connection_waits);
        self.cache_hits += cache_hits;
        self.cache_misses += cache_misses;
    }
}

/// The family of all requests. The Host header is in no label, nor the path as it came: whoever asks would decide how
/// many series there are.
pub(crate) fn family(naming: Naming, most: usize) -> Family {
    match naming {
        Naming::OpenTelemetry => Family::new(most, r#"otel_metric_overflow="true""#, |key| {
            let [method, route, scheme, version, error] = key.parts;
            Labels::new()
                .with("error_type", error)
                .with("http_request_method", method)
                .with_number("http_response_status_code", key.status)
                .with("http_route", route)
                .with("network_protocol_version", version)
                .with("url_scheme", scheme)
                .into_string()
        }),
        Naming::Plain => Family::new(most, r#"method="_overflow",path="_overflow",status="_overflow""#, |key| {
            let [method, route, ..] = key.parts;
            Labels::new().with("method", method).with("path", route).with_number("status", key.status).into_string()
        }),
    }
}

/// Finds out which series a request belongs to.
pub(crate) fn with_key<R>(record: &Record, naming: Naming, found: impl FnOnce(&Key<'_>) -> R) -> R {
    let (method, route) = (record.known_method(), record.route());
    match naming {
        Naming::OpenTelemetry => {
            let error = record.error_type().unwrap_or(Cow::Borrowed(""));
            let parts = [method, route.unwrap_or(""), record.scheme(), record.protocol_version(), &error];
            found(&Key { parts, status: record.status_code().unwrap_or(0) })
        }
        Naming::Plain => {
            let status = record.status_code().unwrap_or(match record.outcome() {
                Outcome::ClientDisconnected => 499,
                Outcome::OpenAtShutdown => 503,
                _ => 500,
            });
            found(&Key { parts: [method, route.unwrap_or("_unmatched"), "", "", ""], status })
        }
    }
}

/// What is counted of the tasks of one series.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    pub(crate) durations: Histogram,
}

impl Add for Tasks {
    fn add(&mut self, other: &Self) {
        self.durations.add(&other.durations);
    }
}

/// The family of all tasks.
pub(crate) fn tasks(naming: Naming, most: usize) -> Family {
    let overflow = match naming {
        Naming::OpenTelemetry => r#"otel_metric_overflow="true""#,
        Naming::Plain => r#"task="_overflow""#,
    };
    Family::new(most, overflow, |key| {
        Labels::new().with("error_type", key.parts[1]).with("task", key.parts[0]).into_string()
    })
}
