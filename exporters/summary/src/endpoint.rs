//! What the requests of one endpoint come to.

use hashbrown::HashMap;

use crate::call::{Call, CallKey, Calls, Finding, FindingKey, Findings};
use crate::distribution::Distribution;
use crate::key::Variant;
use crate::request::Request;
use crate::shares::Shares;

/// Sums over requests.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Requests, without streams.
    pub requests: f64,
    /// Upgrades and event streams.
    pub streams: f64,
    /// Requests and streams that are errors.
    pub errors: f64,
    /// Durations, in microseconds.
    pub duration: f64,
    /// Their squares, for how much they vary.
    pub duration_squared: f64,
    /// What the durations consist of.
    pub shares: Shares,
    /// Bytes of answers.
    pub response_bytes: f64,
    /// Queries.
    pub queries: f64,
    /// Queries that failed.
    pub query_errors: f64,
    /// Rows that queries brought.
    pub rows: f64,
    /// Calls to other services.
    pub external_calls: f64,
    /// Keys that caches had.
    pub cache_hits: f64,
    /// Keys that caches had not.
    pub cache_misses: f64,
    /// The longest, in microseconds.
    pub slowest: u64,
}

/// What the requests of one endpoint come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Endpoint {
    variants: HashMap<Variant, Sums>,
    durations: HashMap<Option<u16>, Distribution>,
    calls: HashMap<CallKey, Calls>,
    findings: HashMap<FindingKey, Findings>,
}

impl Sums {
    fn add(&mut self, request: &Request) {
        let weight = request.weight;
        self.errors += if request.is_error { weight } else { 0.0 };
        self.response_bytes += request.response_bytes as f64 * weight;
        self.queries += f64::from(request.queries) * weight;
        self.query_errors += f64::from(request.query_errors) * weight;
        self.rows += request.rows as f64 * weight;
        self.external_calls += f64::from(request.external_calls) * weight;
        self.cache_hits += f64::from(request.cache_hits) * weight;
        self.cache_misses += f64::from(request.cache_misses) * weight;
        if request.is_streaming {
            self.streams += weight;
            return;
        }
        let duration = request.duration as f64;
        self.requests += weight;
        self.duration += duration * weight;
        self.duration_squared += duration * duration * weight;
        self.shares.add(&request.shares, weight);
        self.slowest = self.slowest.max(request.duration);
    }

    /// With all of another.
    pub fn merge(&mut self, other: &Sums) {
        self.requests += other.requests;
        self.streams += other.streams;
        self.errors += other.errors;
        self.duration += other.duration;
        self.duration_squared += other.duration_squared;
        self.shares += &other.shares;
        self.response_bytes += other.response_bytes;
        self.queries += other.queries;
        self.query_errors += other.query_errors;
        self.rows += other.rows;
        self.external_calls += other.external_calls;
        self.cache_hits += other.cache_hits;
        self.cache_misses += other.cache_misses;
        self.slowest = self.slowest.max(other.slowest);
    }
}

impl Endpoint {
    /// One more request.
    pub fn add(&mut self, request: &Request) {
        self.variants.entry(Variant::of(request.status, request.duration)).or_default().add(request);
        if !request.is_streaming {
            self.durations.entry(request.status).or_default().add(request.duration, request.weight);
        }
    }

    /// What one of its requests asked.
    pub fn add_call(&mut self, call: &Call<'_>) {
        self.calls.entry(call.key()).or_default().add(call);
    }

    /// What was found of one of its requests.
    pub fn add_finding(&mut self, finding: &Finding<'_>) {
        self.findings.entry(finding.key()).or_default().add(finding);
    }

    /// With all of another.
    pub fn merge(&mut self, other: &Endpoint) {
        other.variants.iter().for_each(|(variant, sums)| self.variants.entry(*variant).or_default().merge(sums));
        other.durations.iter().for_each(|(status, more)| self.durations.entry(*status).or_default().merge(more));
        other.calls.iter().for_each(|(key, calls)| self.calls.entry(key.clone()).or_default().merge(calls));
        other.findings.iter().for_each(|(key, more)| self.findings.entry(key.clone()).or_default().merge(more));
    }

    /// The requests of these variants, together.
    pub fn sums(&self, of: impl Fn(&Variant) -> bool) -> Sums {
        let mut sums = Sums::default();
        self.variants.iter().filter(|(variant, _)| of(variant)).for_each(|(_, more)| sums.merge(more));
        sums
    }

    /// The variants that there are.
    pub fn variants(&self) -> impl Iterator<Item = (&Variant, &Sums)> {
        self.variants.iter()
    }

    /// The durations of requests with these statuses.
    pub fn durations(&self, of: impl Fn(Option<u16>) -> bool) -> Distribution {
        let mut durations = Distribution::default();
        self.durations.iter().filter(|(status, _)| of(**status)).for_each(|(_, more)| durations.merge(more));
        durations
    }

    /// What its requests asked of others.
    pub fn calls(&self) -> impl Iterator<Item = (&CallKey, &Calls)> {
        self.calls.iter()
    }

    /// What was found of its requests.
    pub fn findings(&self) -> impl Iterator<Item = (&FindingKey, &Findings)> {
        self.findings.iter()
    }
}
