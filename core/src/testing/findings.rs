//! What is found in tests.

use crate::findings::{Finding, FindingKind};
use crate::record::{Record, RecordKind};

/// These do not depend on how fast the machine is. Misses of a cache do not either, but a test's cache is cold.
const OF_TESTS: [FindingKind; 4] =
    [FindingKind::NPlusOne, FindingKind::DuplicateQuery, FindingKind::ExternalNPlusOne, FindingKind::TooManyQueries];

/// The findings of a record that count in tests: those that do not depend on the clock, which are N+1, duplicate queries, N+1
/// of external calls, and more queries than the budget.
///
/// The data of tests are small, so that two queries of one statement from one place are an N+1 already, or duplicates; and
/// three calls to a service are, for the second may be the first one, tried again. The budget of queries is the instance's
/// own.
pub fn findings(record: &Record) -> Vec<Finding> {
    let capture = record.recording.as_ref().map(|recording| recording.handle().capture());
    let own = capture.and_then(|capture| capture.routes.of(record));
    let mut thresholds = own.or(capture.map(|capture| &capture.thresholds)).cloned().unwrap_or_default();
    thresholds.repeats = 2;
    thresholds.external_repeats = thresholds.external_repeats.min(3);
    if record.kind() == RecordKind::Task && own.is_none() {
        // A task has no budget but its own.
        thresholds.switch_off(FindingKind::TooManyQueries);
    }
    let mut findings = record.findings_by(&thresholds);
    findings.retain(|finding| OF_TESTS.contains(&finding.kind()));
    findings
}
