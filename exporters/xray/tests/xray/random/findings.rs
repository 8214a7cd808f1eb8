//! What was found about a record beside what arrived of it.

use serde_json::Value;
use tachograph_core::{Finding, Record, micros};
use tachograph_xray_daemon::Document;

use super::compare::same;

/// What is kept of a document for what does not come from outside, and what one more finding has to find free.
const OWN_BYTES: usize = 5_000;
const OF_A_FINDING: usize = 2_000;

/// Each of them is there, the dearest is what the request is found by, and the verdict is said in both places; as far as there
/// was room.
pub(super) fn check(record: &Record, segment: &Document, most: usize, is_full: bool) {
    let verdict = record.verdict().unwrap_or_default();
    same(segment.text("annotations.verdict"), verdict, 1000, is_full);
    same(segment.text("metadata.tachograph.verdict"), verdict, 1000, is_full);
    let dearest = record.findings().first().map(|finding| finding.kind().as_str()).unwrap_or_default();
    let annotation = segment.text("annotations.finding");
    assert!(annotation == dearest || (annotation.is_empty() && is_full), "{annotation} {:#}", segment.json);
    let shown = segment.at("metadata.tachograph.findings").as_array().cloned().unwrap_or_default();
    let has_room = segment.json.to_string().len() < most.saturating_sub(OWN_BYTES + OF_A_FINDING);
    assert!(shown.len() == record.findings().len() || is_full || !has_room, "{:#}", segment.json);
    shown.iter().zip(record.findings()).for_each(|(shown, finding)| self::finding(shown, finding, is_full));
}

fn finding(shown: &Value, finding: &Finding, is_full: bool) {
    let text = |name: &str| shown[name].as_str().unwrap_or_default();
    assert_eq!((text("kind"), text("hint")), (finding.kind().as_str(), finding.hint()));
    let operation = finding.operation();
    same(text("summary"), operation.map(|operation| operation.summary()).unwrap_or_default(), 250, is_full);
    same(text("target"), operation.map(|operation| operation.target()).unwrap_or_default(), 250, is_full);
    same(text("span"), finding.span().unwrap_or_default(), 250, is_full);
    // The name of a place is looked up beside: it may have become known after this was written.
    if !text("callsite").is_empty() {
        let callsite = finding.callsite().map(|callsite| callsite.to_string()).unwrap_or_default();
        same(text("callsite"), &callsite, 250, is_full);
    }
    assert_eq!(text("pool"), finding.pool().map(|pool| pool.as_str()).unwrap_or_default());
    let whole = |name: &str| shown[name].as_u64();
    assert_eq!((whole("count"), whole("limit")), (Some(finding.count().into()), Some(finding.limit())));
    assert_eq!(whole("distinct_parameters"), finding.distinct_parameters().map(u64::from));
    assert_eq!(whole("bytes"), finding.bytes());
    let time = |name: &str| shown[name].as_f64().map(|millis| (millis * 1e3).round() as u64);
    let times = [finding.cost(), finding.total(), finding.slowest()].map(|time| Some(micros(time)));
    assert_eq!(["cost_ms", "total_ms", "slowest_ms"].map(time), times, "{shown} {finding:?}");
    assert_eq!(time("saves_ms"), finding.saves().map(micros));
}
