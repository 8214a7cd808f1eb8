//! Findings: why a request was slow, or will be once there is more data.
//!
//! They are looked for once, when the request closes. Whatever does not apply is ruled out by the sums that the record has
//! anyway, so that a request of which nothing is found pays a few comparisons.

mod finding;
mod groups;
mod intervals;
mod kind;
mod repeats;
mod sequential;
mod slow_calls;
mod thresholds;
mod waiting;
mod whole;

#[cfg(test)]
mod tests;

pub use finding::Finding;
pub use kind::FindingKind;
pub use thresholds::Thresholds;

use crate::conclusion::Conclusion;
use crate::handle::Handle;
use crate::record::{Record, RecordKind};

impl Record {
    /// Finds what there is to find, at the end.
    pub(crate) fn conclude(&mut self, handle: &Handle) {
        let findings = if handle.capture().looks() { self.find(handle) } else { Vec::new() };
        if !findings.is_empty() || self.is_flagged() {
            self.conclusion = Some(Conclusion::new(findings));
        }
    }

    fn find(&mut self, handle: &Handle) -> Vec<Finding> {
        let capture = handle.capture();
        let own = capture.routes.of(self);
        let thresholds = own.unwrap_or(&capture.thresholds);
        let mut findings = self.look(thresholds, own.is_some());
        findings.retain(|finding| !capture.silence.covers(finding));
        let most = handle.limits().findings;
        handle.live_counters().findings_dropped.add(findings.len().saturating_sub(most) as u64);
        findings.truncate(most);
        self.is_loud = findings.iter().any(|finding| finding.cost() >= thresholds.warning);
        findings
    }

    /// What would be found by other thresholds: [`findings`](Self::findings) are those by the instance's own.
    ///
    /// In tests two of a kind can be too many:
    ///
    /// ```
    /// # async fn handler() {}
    /// # async fn example() {
    /// use tachograph_core::{FindingKind, Thresholds, testing};
    ///
    /// let ((), record) = testing::instance().record(handler()).await;
    /// let mut strict = Thresholds::default();
    /// strict.repeats = 2;
    /// assert!(record.findings_by(&strict).iter().all(|finding| finding.kind() != FindingKind::NPlusOne));
    /// # }
    /// ```
    pub fn findings_by(&self, thresholds: &Thresholds) -> Vec<Finding> {
        let mut findings = self.look(thresholds, true);
        if let Some(recording) = &self.recording {
            findings.retain(|finding| !recording.handle().capture().silence.covers(finding));
        }
        findings
    }

    /// `own`: the thresholds are said for this very route, or task.
    fn look(&self, thresholds: &Thresholds, own: bool) -> Vec<Finding> {
        let mut found = Vec::new();
        // An upgrade or an event stream lasts, and does, as much as it is wanted to.
        if self.is_streaming() {
            return found;
        }
        repeats::queries(self, thresholds, &mut found);
        repeats::external_calls(self, thresholds, &mut found);
        slow_calls::all(self, thresholds, &mut found);
        sequential::all(self, thresholds, &mut found);
        whole::connection_wait(self, thresholds, &mut found);
        whole::cache_misses(self, thresholds, &mut found);
        whole::body(self, thresholds, &mut found);
        whole::blocking(self, thresholds, &mut found);
        // Nobody waits for a task: it takes its time, unless somebody said how much it may take.
        if self.kind() == RecordKind::Request || own {
            whole::too_many_queries(self, thresholds, &mut found);
            whole::waiting(self, thresholds, &mut found);
            whole::slow_request(self, thresholds, &mut found);
        }
        if !found.is_empty() {
            found.retain(|finding| thresholds.is_on(finding.kind()) && self.allowed & finding.kind().bit() == 0);
            found.sort_by_key(|finding| (is_symptom(finding.kind()), std::cmp::Reverse(finding.cost), finding.kind()));
        }
        found
    }
}

/// Whether it says less of the reason than any of the others would.
fn is_symptom(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::TooManyQueries | FindingKind::SlowRequest)
}
