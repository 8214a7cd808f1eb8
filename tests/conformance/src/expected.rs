//! What the record of a request should be, to the last field.

use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::client::Response;

/// Stands for a time, which is another with each run.
pub(crate) const TIME: &str = "<time>";
/// Stands for a number of bytes, which may be none.
pub(crate) const COUNT: &str = "<count>";
/// Stands for a number above zero.
pub(crate) const SOME: &str = "<some>";
/// Stands for a text that is not empty.
pub(crate) const TEXT: &str = "<text>";

/// All fields of a record. A scenario says those in which a request is another than a `GET` that was answered 200 and
/// called nobody; `null` takes one away.
pub(crate) fn fields(case: &Case, answer: Option<&Response>, said: &Value) -> Map<String, Value> {
    let said = said.as_object().expect("fields are an object");
    let mut fields = of_any_request(case);
    if let Some(response) = answer {
        set(&mut fields, "status_code", json!(200));
        set(&mut fields, "response_bytes", json!(response.body.len()));
    }
    said.iter().for_each(|(name, value)| set(&mut fields, name, value.clone()));
    let request = said.get("request").and_then(Value::as_str).map_or_else(|| request_line(&fields), str::to_owned);
    fields.remove("request");
    let instead: Vec<_> = case.differences(&request).collect();
    for (name, value) in &instead {
        set(&mut fields, name, serde_json::from_str(value).expect("a difference is JSON"));
    }
    let decided = |name: &str| said.contains_key(name) || instead.iter().any(|(other, _)| *other == name);
    follow(&mut fields, decided);
    fields
}

/// What some records have in common, and more.
pub(crate) fn and(some: &Value, more: Value) -> Value {
    let mut both = some.clone();
    both.as_object_mut().expect("fields are an object").extend(more.as_object().expect("fields are an object").clone());
    both
}

/// `GET /slow`.
fn request_line(fields: &Map<String, Value>) -> String {
    format!("{} {}", fields["method"].as_str().unwrap_or_default(), fields["path"].as_str().unwrap_or_default())
}

fn set(fields: &mut Map<String, Value>, name: &str, value: Value) {
    match value {
        Value::Null => fields.remove(name),
        value => fields.insert(name.to_owned(), value),
    };
}

fn of_any_request(case: &Case) -> Map<String, Value> {
    let fields = json!({
        "timestamp": TEXT, "level": "info", "logger": "tachograph.request", "message": TEXT, "event": "request",
        "service": case.framework.service(), "version": env!("CARGO_PKG_VERSION"),
        "request_id": TEXT, "trace_id": TEXT, "span_id": TEXT,
        "method": "GET", "path": TEXT, "outcome": "completed",
        "duration_ms": TIME, "request_bytes": 0, "response_bytes": 0, "streaming": false,
        "db_queries": 0, "db_ms": TIME, "db_wait_ms": TIME, "external_calls": 0, "external_ms": TIME,
        "cache_hits": 0, "cache_misses": 0, "cache_ms": TIME, "own_ms": TIME, "body_ms": TIME, "waiting_ms": TIME,
        "findings": 0,
    });
    let Value::Object(fields) = fields else { unreachable!("an object was written") };
    fields
}

/// The fields that follow from others, unless somebody has decided on them.
fn follow(fields: &mut Map<String, Value>, decided: impl Fn(&str) -> bool) {
    let status = fields.get("status_code").and_then(Value::as_u64);
    let outcome = fields["outcome"].as_str().unwrap_or_default().to_owned();
    let level = match (outcome.as_str(), status) {
        ("panicked", _) => "critical",
        ("body_failed", _) | (_, Some(500..)) => "error",
        (_, Some(400..)) => "warning",
        _ => "info",
    };
    let mut follows = vec![("level", json!(level))];
    if status.is_some() {
        follows.push(("first_byte_ms", json!(TIME)));
    }
    match (outcome.as_str(), status) {
        ("completed", Some(status @ 500..)) => follows.push(("error_type", json!(status.to_string()))),
        ("completed", _) => {}
        (outcome, _) => follows.push(("error_type", json!(outcome))),
    }
    if fields["db_queries"] != 0 {
        follows.extend([("db_total_ms", json!(TIME)), ("db_slowest_ms", json!(TIME))]);
        follows.extend([("db_rows", json!(1)), ("db_errors", json!(0)), ("db_repeats", json!(1))]);
    }
    if fields["external_calls"] != 0 {
        follows.extend([("external_total_ms", json!(TIME)), ("external_errors", json!(0))]);
    }
    // The map in memory, or Redis: a look-up is a call.
    if fields["cache_hits"] != 0 || fields["cache_misses"] != 0 {
        follows.push(("cache_errors", json!(0)));
    }
    // One statement so often is an N+1.
    if fields.get("db_repeats").and_then(Value::as_u64) >= Some(5) {
        follows.push(("findings", json!(1)));
    }
    for (name, value) in follows {
        if !decided(name) {
            set(fields, name, value);
        }
    }
    if is_flagged(fields) && !decided("verdict") {
        set(fields, "verdict", json!(TEXT));
    }
}

/// Whether it is worth a look: something was found of it, or failed, or it was refused; but not because nothing is at its
/// path.
fn is_flagged(fields: &Map<String, Value>) -> bool {
    let is_some = |name: &str| fields.get(name).is_some_and(|count| *count != 0);
    let is_refused = fields["level"] == "warning" && fields.contains_key("route");
    let is_failed = matches!(fields["level"].as_str(), Some("error" | "critical"));
    is_refused || is_failed || ["findings", "db_errors", "external_errors", "cache_errors"].into_iter().any(is_some)
}

/// Whether a field is as it should be.
pub(crate) fn agrees(expected: &Value, found: &Value) -> bool {
    match expected.as_str() {
        Some(TIME) => found.as_f64().is_some_and(|time| time >= 0.0),
        Some(COUNT) => found.is_u64(),
        Some(SOME) => found.as_f64() > Some(0.0),
        Some(TEXT) => found.as_str().is_some_and(|text| !text.is_empty()),
        _ => expected == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_for_its_kind_alone() {
        for (expected, right, wrong) in [
            (json!(TIME), json!(0), json!("0")),
            (json!(COUNT), json!(0), json!(0.5)),
            (json!(SOME), json!(1), json!(0)),
            (json!(TEXT), json!("a"), json!("")),
            (json!(7), json!(7), json!("7")),
        ] {
            assert!(agrees(&expected, &right) && !agrees(&expected, &wrong), "{expected}");
        }
    }
}
