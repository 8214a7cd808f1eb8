//! A record beside what arrived of it.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;
use tachograph_core::{Call, CallKind, CallOutcome, FieldValue, Outcome, Record, RecordKind, SpanId, Yield};
use tachograph_xray_daemon::Document;

use super::{findings, numbers};

/// The parts of a trace by their ids, each without what is inside of it and with the id of what it is inside of.
type Parts = BTreeMap<String, (Document, Option<String>)>;

fn parts(of: &Value, parent: Option<&str>, parts: &mut Parts) {
    let id = of["id"].as_str().unwrap();
    for inside in of["subsegments"].as_array().into_iter().flatten() {
        self::parts(inside, Some(id), parts);
    }
    let own = of.as_object().unwrap().iter().filter(|(name, _)| *name != "subsegments");
    let json = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    parts.insert(id.to_owned(), (Document { json: Value::Object(json) }, parent.map(str::to_owned)));
}

/// Looks whether the segment says of the record what there is to say, in a document of so many bytes at most. How many parts of
/// it are missing.
pub(super) fn record(record: &Record, segment: &Document, most: usize) -> usize {
    let mut parts = Parts::new();
    self::parts(&segment.json, None, &mut parts);
    let segment = &parts[segment.id()].0;
    let is_full = is_full(segment, most);
    let identity = record.identity();
    assert_eq!(segment.trace_id(), identity.trace_id().write_xray(&mut [0; 35]));
    assert_eq!(segment.id(), identity.span_id().to_string());
    let parent = identity.trace().parent_span_id;
    assert_eq!(segment.parent_id(), parent.map(|parent| parent.to_string()).unwrap_or_default());
    times(record, segment, Duration::ZERO, record.duration());
    ended(record, segment, is_full);
    same(segment.text("user"), record.user_id().unwrap_or_default(), 250, is_full);
    annotations(record, segment, is_full);
    numbers::check(record, segment);
    groups(record, segment);
    findings::check(record, segment, most, is_full);
    fields(record, segment, is_full);

    let mut missing = 0;
    for at in 0..record.calls().len() {
        let id = record.call_span_id(at);
        match parts.get(&id.to_string()) {
            Some((part, parent)) => {
                call(record, &record.calls()[at], part, most);
                assert_eq!(*parent, Some(around(record, record.call_parent(at), interval(record, at)).to_string()));
            }
            None => missing += 1,
        }
    }
    for at in 0..record.spans().len() {
        let id = record.span_span_id(at);
        match parts.get(&id.to_string()) {
            Some((part, parent)) => {
                let (start, end) = span_interval(record, at);
                times(record, part, start, end);
                name(part, record.spans()[at].name());
                assert_eq!(*parent, Some(around(record, record.span_parent(at), (start, end)).to_string()));
            }
            None => missing += 1,
        }
    }
    assert_eq!(parts.len() + missing, 1 + record.calls().len() + record.spans().len(), "nothing else is there");
    missing
}

/// Whether what a part says of itself takes so much room that some of it may find none.
fn is_full(part: &Document, most: usize) -> bool {
    let json = part.json.to_string();
    // As `\u007f`, which serde leaves as it is.
    let escaped = json.chars().filter(|character| character.is_control()).count() * 5;
    json.len() + escaped > (most - 5_000) / 2
}

/// They are there, unless causes and the like have left them no room.
fn annotations(record: &Record, segment: &Document, is_full: bool) {
    let request_id = record.identity().request_id().to_string();
    let expected = [("request_id", request_id.as_str()), ("outcome", record.outcome().as_str())];
    for (name, value) in expected {
        let shown = &segment.at("annotations")[name];
        assert!(shown == value || (shown.is_null() && is_full), "{name}: {shown} is not {value:?}: {:#}", segment.json);
    }
}

fn interval(record: &Record, at: usize) -> (Duration, Duration) {
    let call = &record.calls()[at];
    (call.start().min(record.duration()), call.end().min(record.duration()))
}

fn span_interval(record: &Record, at: usize) -> (Duration, Duration) {
    let span = &record.spans()[at];
    (span.start(), span.end().unwrap_or(record.duration()))
}

/// What shows a part: the span that it was begun in, or the next around that which was there all the time.
fn around(record: &Record, mut parent: SpanId, (start, end): (Duration, Duration)) -> SpanId {
    while let Some(at) = (0..record.spans().len()).find(|at| record.span_span_id(*at) == parent) {
        let (begun, ended) = span_interval(record, at);
        if begun <= start && end <= ended {
            return parent;
        }
        parent = record.span_parent(at);
    }
    parent
}

/// To the microsecond, which is what is written.
fn times(record: &Record, part: &Document, start: Duration, end: Duration) {
    let began = record.started().duration_since(UNIX_EPOCH).unwrap();
    let micros = |seconds: f64| (seconds * 1e6).round() as u128;
    assert_eq!(micros(part.start_time()), (began + start).as_micros(), "{:#}", part.json);
    assert_eq!(micros(part.end_time()), (began + end).as_micros(), "{:#}", part.json);
}

/// Whether this is the text; where that is longer than so many characters as X-Ray counts them, as much of it as fits and a
/// sign that it was cut. In a document that is full, any less of it.
#[track_caller]
pub(super) fn same(shown: &str, text: &str, most: usize, is_full: bool) {
    if is_full && (shown.is_empty() || is_beginning(shown, text)) {
        return;
    }
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= most {
        return assert_eq!(shown, text);
    }
    let kept = shown.strip_suffix('…').expect("it says that it was cut");
    assert!(text.starts_with(kept), "{shown:?} is not of {text:?}");
    assert!(units(shown) <= most && units(shown) + 2 > most, "{shown:?} has {} characters", units(shown));
}

/// Whether as much of this text is shown as there was room for.
fn is_beginning(shown: &str, text: &str) -> bool {
    shown == text || shown.strip_suffix('…').is_some_and(|kept| text.starts_with(kept))
}

/// A name has its letters where X-Ray takes them.
fn name(part: &Document, given: &str) {
    let shown: Vec<char> = part.name().chars().collect();
    if given.trim().is_empty() {
        return;
    }
    for (at, character) in given.chars().enumerate().take(shown.len()) {
        assert!(
            shown[at] == character || (shown[at] == '_' && !character.is_ascii_alphanumeric()),
            "{given:?}: {shown:?}"
        );
    }
}

fn flags(part: &Document) -> (bool, bool, bool) {
    let flag = |name| part.at(name) == &Value::Bool(true);
    (flag("error"), flag("throttle"), flag("fault"))
}

/// What became of a request.
fn ended(record: &Record, segment: &Document, is_full: bool) {
    let (error, throttle, fault) = flags(segment);
    let status = record.status_code();
    assert_eq!(segment.at("http.response.status").as_u64(), status.map(u64::from));
    if status.is_some() {
        assert_eq!(segment.at("http.response.content_length").as_u64(), Some(record.response_bytes()));
    }
    let is_request = record.kind() == RecordKind::Request;
    assert_eq!(segment.at("http").is_object(), is_request);
    if is_request {
        same(segment.text("http.request.method"), record.method(), 250, is_full);
        let url = match record.host() {
            Some(host) => format!("{}://{host}{}", record.scheme(), record.path()),
            None => record.path().to_owned(),
        };
        same(segment.text("http.request.url"), &url, 250, is_full);
    }
    match status {
        Some(429) => assert!(error && throttle),
        Some(400..500) => assert!(error && !throttle),
        Some(500..) => assert!(fault),
        _ => {
            let is_good = record.outcome() == Outcome::Completed && record.error().is_none();
            assert!(is_good || error || fault, "{:#}", segment.json);
            assert!(record.outcome() != Outcome::Completed || !error, "{:#}", segment.json);
        }
    }
    let Some(told) = record.error().filter(|_| error || fault) else { return };
    let exceptions = segment.at("cause.exceptions").as_array().unwrap();
    assert_eq!(exceptions.len(), 1 + told.chain().len());
    let mut next = &exceptions[0]["id"];
    for (at, message) in std::iter::once(told.message()).chain(told.chain().iter().map(String::as_str)).enumerate() {
        let exception = exceptions.iter().find(|exception| exception["id"] == *next).unwrap();
        let shown = exception["message"].as_str().unwrap_or_else(|| panic!("{at}: {exception}"));
        assert!((shown.is_empty() && is_full) || is_beginning(shown, message), "{shown:?}: {message:?}");
        next = &exception["cause"];
    }
    assert_eq!(exceptions[0]["type"], told.type_name());
    let line = exceptions[0]["stack"][0]["line"].as_u64();
    assert_eq!(line, told.callsite().map(|callsite| callsite.line().into()));
}

fn call(record: &Record, call: &Call, part: &Document, most: usize) {
    let is_full = is_full(part, most);
    let operation = call.operation();
    times(record, part, call.start(), call.end());
    let (error, throttle, fault) = flags(part);
    assert_eq!(error || fault, call.is_error(), "{:#}", part.json);
    assert!(!throttle || error);
    assert_eq!(part.at("cause").is_object(), call.is_error());
    if let Some(name) = call.error_type().filter(|_| call.is_error()) {
        same(part.text("cause.exceptions.0.type"), name, 250, is_full);
    }
    let is_aws = operation.system() == "aws-api";
    let namespace = match operation.kind() {
        CallKind::Other => "",
        _ if is_aws => "aws",
        _ => "remote",
    };
    assert_eq!(part.text("namespace"), namespace);
    if let Some(status) = call.status_code() {
        assert_eq!(part.at("http.response.status"), status, "{:#}", part.json);
    }
    if operation.kind() == CallKind::Database {
        let text = operation.statement().map(|statement| statement.text()).unwrap_or_default();
        same(part.text("sql.sanitized_query"), text, 2048, is_full);
        assert_eq!(part.text("sql.database_type"), operation.system());
    } else {
        assert!(part.at("sql").is_null());
    }
    if is_aws {
        assert_eq!(Some(part.text("aws.operation")), operation.method());
        same(part.text("aws.region"), call.region().unwrap_or_default(), 250, is_full);
        same(part.text("aws.request_id"), call.request_id().unwrap_or_default(), 250, is_full);
        assert_eq!(part.at("aws.retries").as_u64(), call.attempts().map(|attempts| u64::from(attempts) - 1));
    }
    match call.brought() {
        Yield::Rows(rows) => assert_eq!(part.at("metadata.tachograph.rows"), rows),
        Yield::Lookups { hits, misses } => {
            assert_eq!(part.at("metadata.tachograph.cache_hits"), hits);
            assert_eq!(part.at("metadata.tachograph.cache_misses"), misses);
        }
        Yield::Bytes(_) | Yield::Unknown => {}
    }
    let outcome = part.at("metadata.tachograph.outcome");
    match call.outcome() {
        CallOutcome::Cancelled | CallOutcome::Unknown => assert_eq!(outcome, call.outcome().as_str()),
        CallOutcome::Completed | CallOutcome::Failed => assert!(outcome.is_null()),
    }
}

/// Calls that are not shown one by one.
fn groups(record: &Record, segment: &Document) {
    let shown = segment.at("metadata.tachograph.calls_grouped").as_array().cloned().unwrap_or_default();
    let counts: u64 = shown.iter().map(|group| group["count"].as_u64().unwrap()).sum();
    let ungrouped = segment.at("metadata.tachograph.calls_ungrouped").as_u64().unwrap_or_default();
    let expected: u32 = record.calls_grouped().iter().map(|group| group.count()).sum();
    assert_eq!(counts + ungrouped, u64::from(expected + record.calls_ungrouped()));
    for (group, expected) in shown.iter().zip(record.calls_grouped()) {
        assert_eq!((&group["count"], &group["errors"]), (&expected.count().into(), &expected.errors().into()));
    }
}

/// The application's own: whole, unless there was no room for so much text.
fn fields(record: &Record, segment: &Document, is_full: bool) {
    let shown = segment.at("metadata.application");
    let mut lost = 0;
    for (name, value) in record.fields() {
        match (&shown[name], value) {
            (Value::Null, _) => lost += 1,
            (_, _) if name == "metadata" => {}
            (Value::String(text), FieldValue::String(value)) => assert!(is_beginning(text, value), "{name}: {text:?}"),
            (shown, FieldValue::Integer(value)) => assert_eq!(shown, value, "{name}"),
            (shown, FieldValue::Bool(value)) => assert_eq!(shown, value, "{name}"),
            (shown, FieldValue::Float(value)) if value.is_finite() => {
                assert_eq!(shown.as_f64(), Some(*value), "{name}")
            }
            (shown, FieldValue::Float(value)) => assert_eq!(shown.as_str(), Some(value.to_string().as_str()), "{name}"),
            (shown, value) => panic!("{name}: {shown} is not {value:?}"),
        }
    }
    assert!(lost == 0 || is_full, "{lost} of {} fields: {:#}", record.fields().len(), segment.json);
}
