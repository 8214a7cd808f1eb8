//! What tells whether a service is well.

use tachograph_core::Outcome;
use tachograph_metrics::{Naming, names};

use super::label::Label;
use super::scope::Scope;

/// The state of a connection that somebody has.
const USED: &str = "used";

impl Scope {
    /// Requests in a second whose latency counts: streams last as long as they are wanted.
    pub(crate) fn requests_per_second(&self, by: &[&str]) -> String {
        self.sum(by, &self.rate_of_samples(&names::DURATIONS, "_count", &[]))
    }

    /// The part of requests that failed.
    pub(crate) fn error_rate(&self, by: &[&str]) -> String {
        let (errors, all) = (self.sum(by, &self.errors()), self.requests_per_second(by));
        // Where nothing failed there is no series of failures.
        format!("({errors} or 0 * {all}) / {all}")
    }

    /// The same for each version.
    pub(crate) fn error_rate_by_version(&self) -> String {
        let errors = self.sum_by_version(&[], &self.errors());
        let all = self.sum_by_version(&[], &self.rate_of_samples(&names::DURATIONS, "_count", &[]));
        format!("({errors} or 0 * {all}) / {all}")
    }

    fn errors(&self) -> String {
        let rates = self.failed().map(|matchers| self.rate_of_samples(&names::DURATIONS, "_count", &matchers));
        format!("({})", rates.collect::<Vec<_>>().join(" or "))
    }

    /// What requests have that the service failed at; no request has both.
    pub(crate) fn failed(&self) -> impl Iterator<Item = Vec<String>> {
        let by_status = vec![self.matcher(Label::Status, "=~\"5..\"")];
        // By plain names a request without an answer has a status, too.
        let by_outcome = (self.naming == Naming::OpenTelemetry).then(|| {
            let outcomes = [Outcome::Panicked, Outcome::BodyFailed, Outcome::OpenAtShutdown].map(Outcome::as_str);
            let failed = format!("=~\"{}\"", outcomes.join("|"));
            vec![self.matcher(Label::Status, "!~\"5..\""), self.matcher(Label::RequestError, &failed)]
        });
        [by_status].into_iter().chain(by_outcome)
    }

    /// Requests in a second that took longer than the bucket of this bound: `le` is an operator and its operand in quotes.
    pub(crate) fn slower_than(&self, le: &str, by: &[&str]) -> String {
        let all = self.requests_per_second(by);
        let fast = self.sum(by, &self.rate_of_samples(&names::DURATIONS, "_bucket", &[format!("le{le}")]));
        format!("{all} - ({fast} or 0 * {all})")
    }

    /// The part of the connections of each pool that are in use, of each process.
    pub(crate) fn pool_utilization(&self) -> String {
        let used = self.series(&names::POOL_CONNECTIONS, &[self.equals(Label::State, USED)]);
        let most = self.series(&names::POOL_MAX, &[]);
        let ratio = format!("{used} / on (job, instance, {}) {most}", self.label(Label::Pool));
        self.of_service(&ratio)
    }

    /// The part of keys that caches had.
    pub(crate) fn cache_hit_rate(&self, by: &[&str]) -> String {
        let hits = self.sum(by, &self.rate(&names::CACHE_HITS, &[]));
        let misses = self.sum(by, &self.rate(&names::CACHE_MISSES, &[]));
        format!("{hits} / ({hits} + {misses})")
    }
}
