//! What is concluded of a request that is worth a look: what was found, and the verdict.

use std::sync::{Arc, OnceLock};

use crate::findings::{Finding, FindingKind};
use crate::record::Record;
use crate::verdict;

/// Made when the request ends, so that one in flight has no room for it. Copies of a record share it: a place whose name becomes
/// known between two of them does not make them say different things.
#[derive(Debug, Default)]
pub(crate) struct Conclusion {
    /// The dearest first.
    pub(crate) findings: Vec<Finding>,
    /// Said when the first exporter asks, for all of them.
    verdict: OnceLock<Box<str>>,
}

impl Conclusion {
    pub(crate) fn new(findings: Vec<Finding>) -> Arc<Self> {
        Arc::new(Conclusion { findings, verdict: OnceLock::new() })
    }
}

impl Record {
    /// Why it was slow, or will be: the dearest first. None of a stream.
    pub fn findings(&self) -> &[Finding] {
        self.conclusion.as_ref().map_or(&[], |conclusion| &conclusion.findings)
    }

    /// Whether there is one of this kind.
    pub fn has_finding(&self, kind: FindingKind) -> bool {
        self.findings().iter().any(|finding| finding.kind() == kind)
    }

    /// In one sentence where its time went and why, the largest cause first; of requests that are [worth a
    /// look](Self::is_flagged): `82% database: 41 x SELECT users at orders.rs:88 (N+1)`. Of one that took no time at all there
    /// may be nothing to say.
    pub fn verdict(&self) -> Option<&str> {
        let said = self.conclusion.as_ref()?.verdict.get_or_init(|| verdict::of(self).into());
        Some(&**said).filter(|sentence| !sentence.is_empty())
    }
}
