//! Sums over requests.

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
    /// The squares of what the requests stand for: ten that stand for one each say more than one that stands for ten.
    pub weights_squared: f64,
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

impl Sums {
    pub(crate) fn add(&mut self, request: &Request) {
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
        self.weights_squared += weight * weight;
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
        self.weights_squared += other.weights_squared;
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
