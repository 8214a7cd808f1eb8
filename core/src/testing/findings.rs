//! What is found in tests.

use crate::findings::{Finding, FindingKind};
use crate::record::{Record, RecordKind};

/// The findings of a record that count in tests: N+1, duplicate queries, N+1 of external calls, and more queries than the
/// budget, which is the instance's own.
///
/// The data of tests are small, so that two queries of one statement from one place are an N+1 already, or duplicates; and
/// three calls to a service are, for the second may be the first one, tried again. Where the place is not known, as for sqlx's
/// queries of SQLite that only the tracing layer sees, or in a build without debug information, it takes as many as in a
/// service: two may well be of two places.
///
/// No other finding counts, for they depend on how fast the machine is; misses of a cache do not, but a test's cache is cold.
pub fn findings(record: &Record) -> Vec<Finding> {
    let capture = record.recording.as_ref().map(|recording| recording.handle().capture());
    let own = capture.and_then(|capture| capture.routes.of(record));
    let of_services = own.or(capture.map(|capture| &capture.thresholds)).cloned().unwrap_or_default();
    let mut thresholds = of_services.clone();
    thresholds.repeats = 2;
    thresholds.external_repeats = of_services.external_repeats.min(3);
    if record.kind() == RecordKind::Task && own.is_none() {
        // A task has no budget but its own.
        thresholds.switch_off(FindingKind::TooManyQueries);
    }
    let mut findings = record.findings_by(&thresholds);
    findings.retain(|finding| {
        let of_one_place = |repeats| finding.callsite().is_some() || finding.count() >= repeats;
        match finding.kind() {
            FindingKind::NPlusOne | FindingKind::DuplicateQuery => of_one_place(of_services.repeats),
            FindingKind::ExternalNPlusOne => of_one_place(of_services.external_repeats),
            kind => kind == FindingKind::TooManyQueries,
        }
    });
    findings
}
