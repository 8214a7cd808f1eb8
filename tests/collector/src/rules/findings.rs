//! What was found out about requests: events of their spans, and log records beside their wide lines.

use serde_json::Value;

use crate::attributes::Attributes;
use crate::check::Check;
use crate::log::Log;
use crate::span::{Event, Kind, Span};

/// The name of the events and of the log records.
const FINDING: &str = "tachograph.finding";

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

/// Those that are about queries, which have to say of which database.
const OF_QUERIES: [&str; 3] = ["duplicate_query", "n_plus_one", "slow_query"];

/// Those that are about a share of the request's time.
const OF_SHARES: [&str; 2] = ["cache_misses", "too_many_queries"];

/// Those that say no more than all the others do, and so come last.
const SYMPTOMS: [&str; 2] = ["slow_request", "too_many_queries"];

/// Those that are about the size of the answer.
const OF_BYTES: [&str; 2] = ["large_response", "slow_body"];

pub(crate) fn check(check: &mut Check, span: &Span) {
    let events: Vec<&Event> = span.events.iter().filter(|event| event.name == FINDING).collect();
    let count = span.attributes.get("tachograph.findings");
    let verdict = span.attributes.get("tachograph.verdict");
    if span.kind == Kind::Client {
        let has_none = events.is_empty() && count.is_none() && verdict.is_none();
        return check.require(has_none, "findings and verdict are the request's, not a call's");
    }
    self::verdict(check, verdict, events.len());
    let (told, dropped) = (events.len() as i64, i64::from(span.dropped_events));
    let says = count.map_or(0, |count| count.as_i64().unwrap_or(-1));
    let is_all = (told..=told + dropped).contains(&says);
    check.require(is_all, format_args!("it says that there are {says} findings, and has {told}"));
    let is_stream = span.attributes.get("tachograph.streaming") == Some(&Value::Bool(true));
    check.require(!is_stream || told == 0, "nothing is found about a stream: it lasts as long as it is wanted");
    let duration = span.end.saturating_sub(span.start) as f64 / 1e6;
    for event in &events {
        finding(check, &event.attributes, "tachograph.");
        let is_said = !is(event, &OF_QUERIES) || event.attributes.contains_key("db.system.name");
        check.require(is_said, "a finding about queries does not say of which database");
        let cost = number(&event.attributes, "tachograph.cost_ms").unwrap_or(0.0);
        check.require(cost <= duration + ROUNDING, format_args!("it costs {cost} ms of {duration} ms"));
    }
    let is_sorted = events.is_sorted_by(|one, next| {
        let cost = |event: &Event| number(&event.attributes, "tachograph.cost_ms");
        match (is(one, &SYMPTOMS), is(next, &SYMPTOMS)) {
            (one_is, next_is) if one_is == next_is => cost(one) >= cost(next),
            (_, next_is) => next_is,
        }
    });
    check.require(is_sorted, "the dearest finding is not the first");
}

/// As far as times are rounded, in milliseconds.
const ROUNDING: f64 = 0.001_5;

fn is(event: &Event, kinds: &[&str]) -> bool {
    event.attributes.get("tachograph.finding").is_some_and(|kind| kinds.iter().any(|of| kind == of))
}

/// A log record: one about a finding, or a wide line that says how many there are.
pub(crate) fn log(check: &mut Check, log: &Log) {
    match log.event_name.as_str() {
        FINDING => {
            finding(check, &log.attributes, "");
            check.require(log.span.is_some(), "a finding without its request");
            check.require(log.text("event") == "finding", "its event is no finding");
            check.require(log.text("logger") == FINDING, format_args!("its logger is {:?}", log.text("logger")));
            check.require(matches!(log.severity, 9 | 13), "a finding is told of as info, or as a warning");
        }
        "tachograph.request" | "tachograph.task" => {
            let count = log.attributes.get("findings");
            let is_stream = log.attributes.get("streaming") == Some(&Value::Bool(true));
            check.require(count.is_some() != is_stream, "all but streams say how many findings there are");
            let count = count.map_or(Some(0), Value::as_u64);
            check.require(count.is_some(), "findings is no whole number");
            verdict(check, log.attributes.get("verdict"), count.unwrap_or(0) as usize);
        }
        _ => {}
    }
}

/// Who has findings has a verdict; it can be there without any, where something failed.
fn verdict(check: &mut Check, verdict: Option<&Value>, findings: usize) {
    check.require(findings == 0 || verdict.is_some(), "it has findings and no verdict");
    let is_sentence = |verdict: &Value| verdict.as_str().is_some_and(|text| !text.trim().is_empty());
    check.require(verdict.is_none_or(is_sentence), format_args!("the verdict is {verdict:?}, no sentence"));
}

/// What one is told by, whatever stands before the names.
fn finding(check: &mut Check, attributes: &Attributes, prefix: &str) {
    let get = |name: &str| attributes.get(&format!("{prefix}{name}"));
    let text = |name: &str| get(name).and_then(Value::as_str).unwrap_or_default();
    let whole = |name: &str| get(name).and_then(Value::as_u64);
    let kind = text("finding");
    check.require(KINDS.contains(&kind), format_args!("{kind:?} is no kind of finding"));
    check.require(!text("hint").is_empty(), "a finding has no hint");
    for (name, is_there) in [
        ("count", true),
        ("limit", true),
        ("distinct_parameters", kind == "duplicate_query" || get("distinct_parameters").is_some()),
        ("bytes", OF_BYTES.contains(&kind)),
    ] {
        let fits = get(name).is_some() == is_there && (!is_there || whole(name).is_some());
        check.require(fits, format_args!("{name} of {kind} is {:?}", get(name)));
    }
    let count = whole("count").unwrap_or(1);
    check.require(count > 0, "a finding of no calls");
    let distinct = whole("distinct_parameters").unwrap_or(1);
    let most = if kind == "duplicate_query" { 1 } else { count };
    let fits = count == 0 || (1..=most).contains(&distinct);
    check.require(fits, format_args!("{distinct} parameters of {count} calls: {kind}"));

    let time = |name: &str| number(attributes, &format!("{prefix}{name}"));
    for (name, is_there) in
        [("cost_ms", true), ("total_ms", true), ("slowest_ms", true), ("saves_ms", kind == "sequential_calls")]
    {
        let fits = get(name).is_some() == is_there && time(name).is_none_or(|time| time >= 0.0);
        check.require(fits, format_args!("{name} of {kind} is {:?}", get(name)));
        let part = time(name).unwrap_or(0.0);
        let total = time("total_ms").unwrap_or(f64::MAX);
        // A call that is open at the end takes its time, and is none of those that are summed.
        let is_share = name == "cost_ms" && OF_SHARES.contains(&kind);
        check.require(part <= total || is_share, format_args!("{name} is {part} ms of {total} ms"));
    }
}

/// None where it is no number with a fraction, as all times are.
fn number(attributes: &Attributes, name: &str) -> Option<f64> {
    attributes.get(name).filter(|value| value.is_f64()).and_then(Value::as_f64)
}

#[cfg(test)]
mod tests;
