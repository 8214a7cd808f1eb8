//! Why a request was slow: findings and the verdict, of documents that tachograph has written.

use serde_json::Value;

use crate::check::{Check, Kind, Members, TEXT};

/// What is told of one, for which there is no other kind of member.
const FINDING: Members = &[
    ("kind", TEXT),
    ("summary", TEXT),
    ("target", TEXT),
    ("pool", TEXT),
    ("callsite", TEXT),
    ("span", TEXT),
    ("count", Kind::Whole),
    ("limit", Kind::Whole),
    ("distinct_parameters", Kind::Whole),
    ("bytes", Kind::Whole),
    ("cost_ms", Kind::Number),
    ("total_ms", Kind::Number),
    ("slowest_ms", Kind::Number),
    ("saves_ms", Kind::Number),
    ("hint", TEXT),
];

const ALWAYS: [&str; 7] = ["kind", "count", "limit", "cost_ms", "total_ms", "slowest_ms", "hint"];

const KINDS: [&str; 14] = [
    "blocking",
    "cache_misses",
    "connection_wait",
    "duplicate_query",
    "external_n_plus_one",
    "large_response",
    "n_plus_one",
    "sequential_calls",
    "slow_body",
    "slow_external_call",
    "slow_query",
    "slow_request",
    "too_many_queries",
    "waiting",
];

/// Those that say no more than all the others do, and so come last.
const SYMPTOMS: [&str; 2] = ["slow_request", "too_many_queries"];

/// Other programs may have annotations of these names.
pub(super) fn check(check: &mut Check, json: &Value) {
    let ours = &json["metadata"]["tachograph"];
    if !matches!(ours["event"].as_str(), Some("request" | "task")) {
        return;
    }
    let (findings, left_out) = (&ours["findings"], &ours["findings_left_out"]);
    check.require(findings.is_null() || is_list(findings), format_args!("findings are {findings}, not a list"));
    let is_count = left_out.is_null() || left_out.as_u64().is_some_and(|count| count > 0);
    check.require(is_count, format_args!("{left_out} findings are left out"));
    let has_some = !findings.is_null() || !left_out.is_null();
    verdict(check, &ours["verdict"], &json["annotations"]["verdict"], has_some);
    let annotation = &json["annotations"]["finding"];
    let (is_underway, is_stream) = (json["in_progress"] == true, ours["streaming"] == true);
    let is_looked_at = !is_underway && !is_stream;
    check.require(is_looked_at || !has_some, "findings of what is not over, or of a stream");
    check.require(!is_underway || ours["verdict"].is_null(), "a verdict of what is not over");
    check.require(has_some || annotation.is_null(), format_args!("{annotation} is annotated, and there are none"));
    let first = &findings[0]["kind"];
    let is_first = annotation.is_null() || first.is_null() || first == annotation;
    check.require(is_first, format_args!("{annotation} is annotated, and the dearest is {first}"));

    let findings = findings.as_array().map_or(&[][..], Vec::as_slice);
    findings.iter().for_each(|found| finding(check, found));
    let is_symptom = |found: &Value| SYMPTOMS.iter().any(|kind| found["kind"] == *kind);
    let cost = |found: &Value| found["cost_ms"].as_f64();
    let is_sorted = findings.is_sorted_by(|one, next| match (is_symptom(one), is_symptom(next)) {
        (one_is, next_is) if one_is == next_is => cost(one) >= cost(next),
        (_, next_is) => next_is,
    });
    check.require(is_sorted, "the dearest finding is not the first");
}

/// There is no empty one in the place of none.
fn is_list(findings: &Value) -> bool {
    findings.as_array().is_some_and(|findings| !findings.is_empty())
}

/// The annotation says what the metadata say, of which less may have had room.
fn verdict(check: &mut Check, told: &Value, annotation: &Value, has_findings: bool) {
    check.require(!has_findings || told.is_string(), "it has findings and no verdict");
    check.require(told.is_null() || told.is_string(), format_args!("the verdict is {told}"));
    let Some(annotation) = annotation.as_str() else { return };
    check.require(!annotation.trim().is_empty(), "the annotated verdict is no sentence");
    let is_same = |told: &str| told == annotation || annotation.starts_with(told.trim_end_matches('…'));
    let is_same = told.as_str().is_some_and(is_same);
    check.require(is_same, format_args!("{annotation:?} is annotated, and the verdict is {told}"));
}

fn finding(check: &mut Check, finding: &Value) {
    let kind = &finding["kind"];
    check.kind("a finding", finding, Kind::Object);
    check.members("finding", finding, FINDING);
    check.require(KINDS.iter().any(|known| kind == known), format_args!("{kind} is no kind of finding"));
    for name in ALWAYS {
        check.require(!finding[name].is_null(), format_args!("a finding without {name}"));
    }
    let count = finding["count"].as_u64().unwrap_or(1);
    check.require(count > 0, "a finding of no calls");
    let distinct = finding["distinct_parameters"].as_u64().unwrap_or(1);
    check.require(
        distinct > 0 && distinct <= count.max(1) && (kind != "duplicate_query" || distinct == 1),
        format_args!("{distinct} parameters of {count} calls: {kind}"),
    );
    let has_bytes = kind == "large_response" || kind == "slow_body";
    check.require(has_bytes != finding["bytes"].is_null(), format_args!("bytes of {kind} are {}", finding["bytes"]));
    let saves = kind == "sequential_calls";
    check.require(saves != finding["saves_ms"].is_null(), format_args!("{kind} saves {}", finding["saves_ms"]));
    // A call that is open at the end takes its time, and is none of those that are summed.
    let of_shares = kind == "cache_misses" || kind == "too_many_queries";
    for name in ["cost_ms", "slowest_ms", "saves_ms"] {
        if let (Some(part), Some(total)) = (finding[name].as_f64(), finding["total_ms"].as_f64()) {
            let is_part = part >= 0.0 && (part <= total || (of_shares && name == "cost_ms"));
            check.require(is_part, format_args!("{name} is {part} ms of {total} ms"));
        }
    }
}

#[cfg(test)]
mod tests;
