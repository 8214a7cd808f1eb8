//! A request with findings that nobody could complain of, with one thing changed.

use serde_json::{Value, json};

use crate::rules::tests::{complaints, refused};

fn segment() -> Value {
    let n_plus_one = json!({
        "kind": "n_plus_one", "summary": "SELECT variants", "target": "main", "callsite": "src/orders.rs:88", "span": "load",
        "count": 12, "limit": 5, "distinct_parameters": 12, "cost_ms": 1.2, "total_ms": 1.5, "slowest_ms": 0.3,
        "hint": "ask once",
    });
    let sequential = json!({
        "kind": "sequential_calls", "count": 3, "limit": 100, "cost_ms": 1, "total_ms": 1, "slowest_ms": 0.5, "saves_ms": 0.5,
        "hint": "await them together",
    });
    let many = json!({
        "kind": "too_many_queries", "count": 21, "limit": 20, "cost_ms": 2000, "total_ms": 1900, "slowest_ms": 1, "hint": "load",
    });
    let slow = json!({
        "kind": "slow_request", "count": 1, "limit": 1000, "cost_ms": 1500, "total_ms": 1500, "slowest_ms": 1500, "hint": "see",
    });
    json!({
        "name": "experiments-api", "id": "70de5b6f19ff9a0a", "trace_id": "1-581cf771-a006649127e371903a2de979",
        "start_time": 1_767_225_600.0, "end_time": 1_767_225_601.5,
        "annotations": {"finding": "n_plus_one", "verdict": "99% database: 12 x SELECT variants (N+1)"},
        "metadata": {"tachograph": {
            "event": "request", "streaming": false, "verdict": "99% database: 12 x SELECT variants (N+1)",
            "findings": [n_plus_one, sequential, many, slow],
        }},
    })
}

const OURS: &str = "/metadata/tachograph";

#[test]
fn findings_that_fit_one_another_are_not_complained_of() {
    assert_eq!(complaints(&segment()), [""; 0]);
    let mut cut = segment();
    cut["metadata"]["tachograph"]["verdict"] = "99% data…".into();
    cut["metadata"]["tachograph"]["findings_left_out"] = 2.into();
    assert_eq!(complaints(&cut), [""; 0]);
    let mut only_left_out = cut;
    only_left_out["metadata"]["tachograph"].as_object_mut().unwrap().remove("findings");
    assert_eq!(complaints(&only_left_out), [""; 0]);
    let mut of_others = segment();
    of_others["metadata"]["tachograph"]["event"] = "toast".into();
    of_others["annotations"]["verdict"] = "guilty".into();
    assert_eq!(complaints(&of_others), [""; 0]);
}

#[test]
fn annotations_and_metadata_say_the_same() {
    for (path, value, of) in [
        ("/annotations/finding", "slow_query".into(), "and the dearest is \"n_plus_one\""),
        ("/annotations/verdict", "slow".into(), "\"slow\" is annotated"),
        ("/annotations/verdict", " ".into(), "no sentence"),
        ("/metadata/tachograph/verdict", "99% cache…".into(), "is annotated, and the verdict is \"99% cache…\""),
        ("/metadata/tachograph/findings", json!("none"), "findings are \"none\", not a list"),
        ("/metadata/tachograph/findings_left_out", 0.into(), "0 findings are left out"),
        ("/metadata/tachograph/streaming", true.into(), "or of a stream"),
    ] {
        let found = complaints(&changed(path, value));
        assert!(found.iter().any(|complaint| complaint.contains(of)), "{path}: {found:?} should say {of:?}");
    }
    let mut without = segment();
    without["metadata"]["tachograph"].as_object_mut().unwrap().remove("findings");
    refused(&without, "/annotations/action", "view".into(), "\"n_plus_one\" is annotated, and there are none");
    let mut without = segment();
    without["annotations"].as_object_mut().unwrap().remove("verdict");
    refused(&without, "/metadata/tachograph/verdict", Value::Null, "it has findings and no verdict");
    refused(&segment(), "/metadata/tachograph/findings", json!([]), "findings are [], not a list");
}

fn changed(path: &str, value: Value) -> Value {
    let mut changed = segment();
    let (parent, name) = path.rsplit_once('/').unwrap();
    changed.pointer_mut(parent).unwrap()[name] = value;
    changed
}

#[test]
fn what_is_not_over_has_none() {
    let mut underway = segment();
    underway.as_object_mut().unwrap().remove("end_time");
    underway["in_progress"] = true.into();
    let found = complaints(&underway);
    for of in ["findings of what is not over", "a verdict of what is not over"] {
        assert!(found.iter().any(|complaint| complaint.contains(of)), "{found:?}");
    }
}

#[test]
fn a_finding_is_of_a_kind_and_its_numbers_fit() {
    for (name, value, of) in [
        ("0/kind", "query_loop".into(), "\"query_loop\" is no kind"),
        ("0/kinds", "a".into(), "finding.kinds is no member"),
        ("0/hint", Value::Null, "a finding without hint"),
        ("0/limit", Value::Null, "a finding without limit"),
        ("0/summary", "ä".repeat(251).into(), "finding.summary has 251 characters"),
        ("0/count", 1.5.into(), "finding.count is 1.5, not a whole number"),
        ("3/count", 0.into(), "of no calls"),
        ("0/distinct_parameters", 13.into(), "13 parameters of 12 calls"),
        ("0/distinct_parameters", 0.into(), "0 parameters of 12 calls"),
        ("0/cost_ms", 1.6.into(), "cost_ms is 1.6 ms of 1.5 ms"),
        ("2/slowest_ms", 1901.into(), "slowest_ms is 1901 ms of 1900 ms"),
        ("3/cost_ms", 1501.into(), "cost_ms is 1501 ms of 1500 ms"),
        ("0/slowest_ms", 1.6.into(), "slowest_ms is 1.6 ms of 1.5 ms"),
        ("0/slowest_ms", (-1).into(), "slowest_ms is -1 ms"),
        ("0/cost_ms", 0.5.into(), "the dearest finding is not the first"),
        ("0/bytes", 7.into(), "bytes of \"n_plus_one\" are 7"),
        ("1/saves_ms", Value::Null, "\"sequential_calls\" saves null"),
        ("3/saves_ms", 1.into(), "\"slow_request\" saves 1"),
    ] {
        let found = match value {
            Value::Null => {
                let mut changed = segment();
                let (at, name) = name.split_once('/').unwrap();
                let finding = changed.pointer_mut(&format!("{OURS}/findings/{at}")).unwrap();
                finding.as_object_mut().unwrap().remove(name).unwrap();
                complaints(&changed)
            }
            value => complaints(&changed(&format!("{OURS}/findings/{name}"), value)),
        };
        assert!(found.iter().any(|complaint| complaint.contains(of)), "{name}: {found:?} should say {of:?}");
    }
    let mut duplicates = segment();
    duplicates["metadata"]["tachograph"]["findings"][0]["kind"] = "duplicate_query".into();
    refused(&duplicates, "/annotations/finding", "duplicate_query".into(), "12 parameters of 12 calls");
    for (rotated, kind) in [(1, "slow_request"), (2, "too_many_queries")] {
        let mut symptom_first = segment();
        symptom_first["metadata"]["tachograph"]["findings"].as_array_mut().unwrap().rotate_right(rotated);
        refused(&symptom_first, "/annotations/finding", kind.into(), "the dearest finding is not the first");
    }
}
