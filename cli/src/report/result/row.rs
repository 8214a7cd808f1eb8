//! What the requests of one group come to.

use serde::Serialize;
use tachograph_summary::{Cause, Endpoint, Share};

use super::{Group, millis, part};

/// What the requests of one group come to. The names are those of the lines and of the page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) group: Group,
    pub(crate) requests: f64,
    /// Upgrades and event streams, which are in no time.
    pub(crate) streams: f64,
    /// Requests a second; none where all were at one time.
    pub(crate) rate: Option<f64>,
    /// The share of all time, 0 to 1.
    pub(crate) impact: f64,
    pub(crate) total_ms: f64,
    pub(crate) mean_ms: f64,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p95_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
    pub(crate) slowest_ms: f64,
    pub(crate) errors: f64,
    pub(crate) error_rate: f64,
    /// Of a request, in the mean.
    pub(crate) response_bytes: f64,
    /// Of a request, in the mean.
    pub(crate) db_queries: f64,
    /// Of a request, in the mean.
    pub(crate) external_calls: f64,
    pub(crate) cache_hits: f64,
    pub(crate) cache_misses: f64,
    pub(crate) db_ms: f64,
    pub(crate) db_wait_ms: f64,
    pub(crate) external_ms: f64,
    pub(crate) cache_ms: f64,
    pub(crate) own_ms: f64,
    pub(crate) body_ms: f64,
    pub(crate) waiting_ms: f64,
    /// The largest of these seven; none where the lines do not say.
    pub(crate) dominant: Option<&'static str>,
    /// Why it takes its time: what was found at most cost, or the largest share.
    pub(crate) cause: Option<String>,
    /// How many durations there are of each length.
    pub(crate) distribution: Vec<Bucket>,
}

/// Durations of about one length.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Bucket {
    pub(crate) from_ms: f64,
    pub(crate) to_ms: f64,
    pub(crate) count: f64,
}

impl Row {
    pub(super) fn new(group: Group, endpoint: &Endpoint, all_time: f64, seconds: Option<f64>) -> Self {
        let sums = endpoint.sums(|_| true);
        let durations = endpoint.durations(|_| true);
        // The middle of a bucket can be beyond the longest that is in it.
        let percentile = |part| durations.percentile(part).map(|micros| millis(micros.min(sums.slowest) as f64));
        let all = sums.requests + sums.streams;
        let share = |share| millis(sums.shares.of(share));
        let dominant = sums.shares.largest();
        Row {
            group,
            requests: sums.requests,
            streams: sums.streams,
            rate: seconds.filter(|seconds| *seconds > 0.0).map(|seconds| all / seconds),
            impact: part(sums.duration, all_time),
            total_ms: millis(sums.duration),
            mean_ms: millis(part(sums.duration, sums.requests)),
            p50_ms: percentile(0.5),
            p95_ms: percentile(0.95),
            p99_ms: percentile(0.99),
            slowest_ms: millis(sums.slowest as f64),
            errors: sums.errors,
            error_rate: part(sums.errors, all),
            response_bytes: part(sums.response_bytes, all),
            db_queries: part(sums.queries, all),
            external_calls: part(sums.external_calls, all),
            cache_hits: sums.cache_hits,
            cache_misses: sums.cache_misses,
            db_ms: share(Share::Database),
            db_wait_ms: share(Share::ConnectionWait),
            external_ms: share(Share::External),
            cache_ms: share(Share::Cache),
            own_ms: share(Share::Own),
            body_ms: share(Share::Body),
            waiting_ms: share(Share::Waiting),
            dominant: dominant.map(Share::name),
            cause: Cause::of(&sums, endpoint.findings()).map(|cause| cause.to_string()),
            distribution: durations.buckets().map(Bucket::new).collect(),
        }
    }

    /// The shares of its time, in the order of [`Share::ALL`], in milliseconds.
    pub(crate) fn shares(&self) -> [(Share, f64); Share::ALL.len()] {
        let times =
            [self.db_ms, self.db_wait_ms, self.external_ms, self.cache_ms, self.own_ms, self.body_ms, self.waiting_ms];
        std::array::from_fn(|place| (Share::ALL[place], times[place]))
    }
}

impl Bucket {
    pub(super) fn new((from, to, count): (u64, u64, f64)) -> Self {
        Bucket { from_ms: millis(from as f64), to_ms: millis(to as f64), count }
    }
}
