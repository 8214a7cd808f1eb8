//! Requests with findings that nobody could complain of, spoilt in one thing each.

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, span};

use crate::received::Received;
use crate::testing::{assert_refused, attribute, client_span, int, log, now, refused, server_span, set, text, without};

fn millis(name: &str, value: f64) -> KeyValue {
    attribute(name, any_value::Value::DoubleValue(value))
}

fn truth(name: &str) -> KeyValue {
    attribute(name, any_value::Value::BoolValue(true))
}

/// An N+1 of 12 calls.
fn members(prefix: &str, cost: f64) -> Vec<KeyValue> {
    let name = |name: &str| format!("{prefix}{name}");
    vec![
        text(&name("finding"), "n_plus_one"),
        int(&name("count"), 12),
        int(&name("limit"), 5),
        int(&name("distinct_parameters"), 12),
        millis(&name("cost_ms"), cost),
        millis(&name("total_ms"), 1.5),
        millis(&name("slowest_ms"), 0.25),
        text(&name("hint"), "ask once"),
    ]
}

fn event(cost: f64) -> span::Event {
    let mut attributes = members("tachograph.", cost);
    attributes.push(text("db.system.name", "sqlite"));
    span::Event { time_unix_nano: now(), name: super::FINDING.to_owned(), attributes, ..span::Event::default() }
}

/// A request with these findings.
fn with(events: Vec<span::Event>) -> Span {
    let mut span = server_span();
    span.attributes.push(int("tachograph.findings", events.len() as i64));
    span.attributes.push(text("tachograph.verdict", "99% database: 12 x SELECT a (N+1)"));
    span.events = events;
    span
}

/// That two findings, of which the first is changed like this, are refused for that.
fn spoilt(of: &str, spoil: impl FnOnce(&mut Vec<KeyValue>)) {
    refused(|_| with(vec![event(1.25), event(1.0)]), of, |span| spoil(&mut span.events[0].attributes));
}

#[test]
fn a_request_says_how_many_there_are_and_has_a_verdict() {
    let of = |of: &str, spoil: fn(&mut Span)| refused(|_| with(vec![event(1.25), event(1.0)]), of, spoil);
    of("has findings and no verdict", |span| without(&mut span.attributes, "tachograph.verdict"));
    of("no sentence", |span| set(&mut span.attributes, text("tachograph.verdict", " ")));
    of("no sentence", |span| set(&mut span.attributes, int("tachograph.verdict", 1)));
    of("there are 3 findings, and has 2", |span| set(&mut span.attributes, int("tachograph.findings", 3)));
    of("there are 0 findings, and has 2", |span| without(&mut span.attributes, "tachograph.findings"));
    of("there are -1 findings, and has 2", |span| set(&mut span.attributes, text("tachograph.findings", "2")));
    of("there are 1 findings, and has 2", |span| {
        set(&mut span.attributes, int("tachograph.findings", 1));
        span.dropped_events_count = 7;
    });
    of("the dearest finding is not the first", |span| span.events.reverse());
    of("nothing is found about a stream", |span| span.attributes.push(truth("tachograph.streaming")));
    refused(client_span, "are the request's", |span| span.attributes.push(text("tachograph.verdict", "slow")));
    refused(client_span, "are the request's", |span| span.events = vec![event(1.0)]);
    refused(|_| server_span(), "no sentence", |span| span.attributes.push(text("tachograph.verdict", "")));
}

#[test]
fn what_was_dropped_is_not_missing_and_symptoms_come_last() {
    let mut dropped = with(vec![event(1.25)]);
    set(&mut dropped.attributes, int("tachograph.findings", 2));
    dropped.dropped_events_count = 1;
    assert_eq!(Received::default().take_traces(vec![dropped]).complaints, [""; 0]);
    for kind in ["slow_request", "too_many_queries"] {
        let mut symptom = event(if kind == "slow_request" { 1.5 } else { 1.75 });
        set(&mut symptom.attributes, text("tachograph.finding", kind));
        let last = with(vec![event(0.25), symptom.clone(), symptom.clone()]);
        assert_eq!(Received::default().take_traces(vec![last]).complaints, [""; 0]);
        let first = with(vec![symptom, event(0.25)]);
        assert_refused(&Received::default().take_traces(vec![first]).complaints, "is not the first");
    }
}

#[test]
fn a_finding_has_a_kind_a_hint_and_counts() {
    spoilt("\"query_loop\" is no kind", |event| set(event, text("tachograph.finding", "query_loop")));
    spoilt("has no hint", |event| without(event, "tachograph.hint"));
    spoilt("of which database", |event| without(event, "db.system.name"));
    spoilt("count of n_plus_one is None", |event| {
        without(event, "tachograph.count");
        without(event, "tachograph.distinct_parameters");
    });
    spoilt("of no calls", |event| set(event, int("tachograph.count", 0)));
    spoilt("limit of n_plus_one is None", |event| without(event, "tachograph.limit"));
    spoilt("13 parameters of 12 calls", |event| set(event, int("tachograph.distinct_parameters", 13)));
    spoilt("0 parameters of 12 calls", |event| set(event, int("tachograph.distinct_parameters", 0)));
    spoilt("12 parameters of 12 calls: duplicate_query", |event| {
        set(event, text("tachograph.finding", "duplicate_query"));
    });
    spoilt("distinct_parameters of duplicate_query is None", |event| {
        set(event, text("tachograph.finding", "duplicate_query"));
        without(event, "tachograph.distinct_parameters");
    });
    spoilt("bytes of n_plus_one is Some", |event| event.push(int("tachograph.bytes", 1)));
    spoilt("bytes of slow_body is None", |event| set(event, text("tachograph.finding", "slow_body")));
}

#[test]
fn a_finding_has_times_that_are_parts_of_one_another() {
    spoilt("cost_ms is 1.75 ms of 1.5 ms", |event| set(event, millis("tachograph.cost_ms", 1.75)));
    spoilt("slowest_ms is 1.75 ms of 1.5 ms", |event| set(event, millis("tachograph.slowest_ms", 1.75)));
    spoilt("it costs 2.5 ms of 2 ms", |event| {
        set(event, millis("tachograph.cost_ms", 2.5));
        set(event, millis("tachograph.total_ms", 2.5));
    });
    spoilt("slowest_ms of n_plus_one is None", |event| without(event, "tachograph.slowest_ms"));
    spoilt("slowest_ms of n_plus_one is Some", |event| set(event, millis("tachograph.slowest_ms", -1.0)));
    spoilt("saves_ms of n_plus_one is Some", |event| event.push(millis("tachograph.saves_ms", 1.0)));
    spoilt("saves_ms of sequential_calls is None", |event| {
        set(event, text("tachograph.finding", "sequential_calls"));
    });
    spoilt("saves_ms is 1.75 ms of 1.5 ms", |event| {
        set(event, text("tachograph.finding", "sequential_calls"));
        event.push(millis("tachograph.saves_ms", 1.75));
    });
}

fn line(event_name: &str, attributes: Vec<KeyValue>) -> LogRecord {
    LogRecord { event_name: event_name.to_owned(), attributes, ..log() }
}

fn complaints(log: LogRecord) -> Vec<String> {
    Received::default().take_log(log).complaints.clone()
}

#[test]
fn a_log_record_of_a_finding_says_the_same_and_of_which_request() {
    let good = || {
        let mut attributes = members("", 1.25);
        attributes.extend([text("event", "finding"), text("logger", super::FINDING)]);
        line(super::FINDING, attributes)
    };
    assert_eq!(complaints(good()), [""; 0]);
    let refused = |of: &str, spoil: fn(&mut LogRecord)| {
        let mut log = good();
        spoil(&mut log);
        assert_refused(&complaints(log), of);
    };
    refused("has no hint", |log| without(&mut log.attributes, "hint"));
    refused("without its request", |log| (log.trace_id, log.span_id) = (vec![], vec![]));
    refused("its event is no finding", |log| set(&mut log.attributes, text("event", "call")));
    refused("its logger is \"shop\"", |log| set(&mut log.attributes, text("logger", "shop")));
    refused("as info, or as a warning", |log| {
        (log.severity_number, log.severity_text) = (17, "error".to_owned());
    });
}

#[test]
fn a_wide_line_says_how_many_there_are_unless_it_is_of_a_stream() {
    let wide = |attributes| complaints(line("tachograph.request", attributes));
    assert_eq!(wide(vec![int("findings", 0)]), [""; 0]);
    assert_eq!(wide(vec![int("findings", 2), text("verdict", "slow")]), [""; 0]);
    assert_eq!(wide(vec![truth("streaming")]), [""; 0]);
    assert_refused(&wide(vec![]), "all but streams say");
    assert_refused(&wide(vec![truth("streaming"), int("findings", 0)]), "all but streams say");
    assert_refused(&wide(vec![int("findings", 2)]), "has findings and no verdict");
    assert_refused(&wide(vec![text("findings", "2")]), "findings is no whole number");
    assert_refused(&wide(vec![int("findings", 0), text("verdict", "")]), "no sentence");
}
