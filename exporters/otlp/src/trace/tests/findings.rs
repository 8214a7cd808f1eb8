//! Why a request was slow, or will be: its verdict, and an event for each reason.

use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use tachograph_core::{
    Callsite, FindingKind, Operation, PoolName, Record, RequestHead, Scheme, Yield, prepare_call, start_call,
    start_connection_wait_for,
};

use super::{Bench, own, query};
use crate::decoded::{attributes, spans, spans_within};
use crate::frame::MOST_BYTES;
use crate::{Limits, trace};

/// The findings of a span, by their kinds.
fn kinds(span: &Span) -> Vec<String> {
    told(span).map(|event| attributes(&event.attributes)["tachograph.finding"].trim_matches('"').to_owned()).collect()
}

fn told(span: &Span) -> impl Iterator<Item = &Event> {
    span.events.iter().filter(|event| event.name == "tachograph.finding")
}

/// The only finding of a record.
#[track_caller]
fn only(record: &Record) -> Event {
    let own = own(record);
    let [found] = &told(&own).collect::<Vec<_>>()[..] else { panic!("one finding: {:?}", own.events) };
    (*found).clone()
}

/// So many milliseconds, as they are told.
fn millis(millis: f64) -> String {
    format!("{millis:?}")
}

#[test]
fn an_n_plus_one_is_an_event_however_many_queries_there_were() {
    let bench = Bench::new();
    let callsite = Callsite::caller();
    for (times, kept) in [(4, 4), (12, 12), (250, 97)] {
        let record = bench.request(200, || {
            query("SELECT id FROM experiments", None).completed();
            query("BEGIN", None).completed();
            for id in 0..times {
                let call = query(&format!("SELECT * FROM variants WHERE experiment_id = {id}"), Some(callsite));
                bench.advance(100 + u64::from(id == 3));
                call.completed();
            }
            bench.advance(7);
            query("COMMIT", None).completed();
        });
        let own = own(&record);
        if times < 5 {
            assert!(own.events.is_empty() && record.verdict().is_none());
            assert!(own.attributes.iter().all(|attribute| !attribute.key.starts_with("tachograph.finding")));
            continue;
        }
        let found = told(&own).next().unwrap();
        let total = millis((times * 100 + 1) as f64 / 1000.0);
        let expected = [
            ("code.file.path", format!("{:?}", callsite.file())),
            ("code.line.number", callsite.line().to_string()),
            ("db.namespace", "\"main\"".into()),
            ("db.query.summary", "\"SELECT variants\"".into()),
            ("db.query.text", "\"SELECT * FROM variants WHERE experiment_id = ?\"".into()),
            ("db.system.name", "\"sqlite\"".into()),
            ("tachograph.finding", "\"n_plus_one\"".into()),
            ("tachograph.count", times.to_string()),
            ("tachograph.limit", "5".into()),
            ("tachograph.distinct_parameters", times.min(98).to_string()),
            ("tachograph.cost_ms", total.clone()),
            ("tachograph.slowest_ms", millis(0.101)),
            ("tachograph.total_ms", total),
            ("tachograph.hint", format!("{:?}", FindingKind::NPlusOne.hint())),
        ];
        assert_eq!(attributes(&found.attributes), expected.into());
        let ended = own.end_time_unix_nano - if times > 98 { 0 } else { 7_000 };
        assert_eq!(found.time_unix_nano, ended, "when the last of them ended, as far as that is known");
        let verdict = &attributes(&own.attributes)["tachograph.verdict"];
        assert_eq!(*verdict, format!("{:?}", record.verdict().unwrap()));
        assert!(verdict.contains(&format!("{times} x SELECT variants")), "{verdict}");
        assert_eq!(spans(&record).len() - 1, if kept < times { 100 } else { kept + 3 });
        assert_eq!(kinds(&own)[0], "n_plus_one");
        assert_eq!(attributes(&own.attributes)["tachograph.findings"], kinds(&own).len().to_string());
    }
}

#[test]
fn the_same_parameters_are_another_finding_and_what_they_are_is_not_told() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        for _ in 0..12 {
            let operation = Operation::database("postgresql", "main", "SELECT name FROM users WHERE email = $1");
            let mut call = prepare_call(operation, None);
            call.parameters(|hasher| hasher.write(b"ada@example.org"));
            call.start().completed();
        }
    });
    let found = only(&record);
    let found = attributes(&found.attributes);
    assert_eq!(
        (&*found["tachograph.finding"], &*found["tachograph.distinct_parameters"]),
        ("\"duplicate_query\"", "1")
    );
    assert!(!format!("{:?}", spans(&record)).contains("ada@"));
}

#[test]
fn another_service_is_named_as_its_calls_are() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        for id in 0..10 {
            let mut call = start_call(Operation::http(Scheme::Https, "partner.example", "GET"), None);
            call.set_path(&format!("/benchmarks/{id}"));
            bench.advance(1_000);
            call.completed();
        }
    });
    let found = only(&record);
    let found = attributes(&found.attributes);
    let names = ["tachograph.finding", "http.request.method", "server.address", "server.port", "tachograph.cost_ms"];
    let expected = ["\"external_n_plus_one\"", "\"GET\"", "\"partner.example\"", "443", "10.0"];
    assert_eq!(names.map(|name| &*found[name]), expected);
    assert!(!found.contains_key("url.full"), "each had another");
}

#[test]
fn what_has_no_attribute_of_the_conventions_is_told_by_its_summary() {
    let bench = Bench::new();
    let record = bench.awaiting(|| {
        for operation in [
            Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("experiments")),
            Operation::external("stripe", "charge a card"),
        ] {
            let call = start_call(operation, None);
            bench.advance(1_500_000);
            call.completed();
        }
    });
    let own = own(&record);
    let slow: Vec<_> = told(&own).take(2).map(|event| attributes(&event.attributes)).collect();
    assert_eq!(kinds(&own)[..2], ["slow_external_call", "slow_external_call"]);
    let summaries = slow.iter().map(|found| &*found["tachograph.summary"]);
    assert_eq!(summaries.collect::<Vec<_>>(), ["\"GetItem experiments\"", "\"charge a card\""]);
    let [aws, named] = &slow[..] else { unreachable!() };
    assert_eq!((&*aws["rpc.service"], &*aws["db.system.name"]), ("\"DynamoDB\"", "\"aws.dynamodb\""));
    assert_eq!(named["tachograph.target"], "\"stripe\"");
}

#[test]
fn calls_one_after_the_other_say_what_they_would_save() {
    let bench = Bench::new();
    let record = bench.awaiting(|| {
        for (sql, millis) in [("SELECT a FROM a", 80), ("SELECT b FROM b", 60), ("SELECT c FROM c", 50)] {
            let call = query(sql, None);
            bench.advance(millis * 1_000);
            call.completed();
        }
    });
    let found = only(&record);
    let found = attributes(&found.attributes);
    assert_eq!(found["tachograph.finding"], "\"sequential_calls\"");
    let times = ["cost_ms", "total_ms", "slowest_ms", "saves_ms"].map(|name| &*found[&*format!("tachograph.{name}")]);
    assert_eq!(times, ["190.0", "190.0", "80.0", "110.0"]);
    assert_eq!((&*found["tachograph.count"], &*found["tachograph.limit"]), ("3", "100"));
}

#[test]
fn a_pool_a_span_and_bytes_are_told_where_a_finding_has_them() {
    let bench = Bench::new();
    let mut open = bench.open(RequestHead { method: "GET", path: "/", ..RequestHead::default() });
    let recording = open.recording().clone();
    open.poll(|| {
        let wait = start_connection_wait_for(PoolName::new("experiments"));
        bench.advance(120_000);
        drop(wait);
        recording.start_span("lock the ledger", None);
    });
    bench.advance(900_000);
    open.respond(200, Some(400_000), false);
    bench.advance(300_000);
    open.sent(400_000);
    open.complete();
    let own = own(&bench.record());
    assert_eq!(kinds(&own), ["waiting", "large_response", "connection_wait", "blocking", "slow_request"]);
    let found: Vec<_> = told(&own).map(|event| attributes(&event.attributes)).collect();
    let [waiting, large, pool, blocking, slow] = &found[..] else { panic!("{found:?}") };
    assert_eq!(waiting["tachograph.span"], "\"lock the ledger\"");
    assert_eq!(large["tachograph.bytes"], "400000");
    assert_eq!(pool["db.client.connection.pool.name"], "\"experiments\"");
    for (at, other) in found.iter().enumerate() {
        assert_eq!(other.contains_key("tachograph.bytes"), at == 1);
        assert!(!other.contains_key("tachograph.saves_ms"));
    }
    assert_eq!((&*blocking["tachograph.cost_ms"], &*slow["tachograph.cost_ms"]), ("120.0", "1320.0"));
}

#[test]
fn the_verdict_is_the_requests_alone_and_is_there_without_findings_where_something_failed() {
    let bench = Bench::new();
    let record = bench.request(200, || query("SELECT 1", None).failed("busy"));
    let spans = spans(&record);
    let has_verdict = |span: &Span| attributes(&span.attributes).contains_key("tachograph.verdict");
    assert_eq!(spans.iter().map(has_verdict).collect::<Vec<_>>(), [false, true]);
    assert!(own(&record).events.is_empty() && record.findings().is_empty());
}

#[test]
fn nothing_is_found_about_a_stream_and_a_task_has_findings_too() {
    let bench = Bench::new();
    let many = || (0..12).for_each(|id| query(&format!("SELECT a FROM a WHERE id = {id}"), None).completed());
    let mut open = bench.open(RequestHead { method: "GET", path: "/", ..RequestHead::default() });
    open.poll(many);
    open.respond(200, None, true);
    bench.advance(2_000_000);
    open.complete();
    assert_eq!(kinds(&own(&bench.record())), [""; 0]);
    let mut task = std::pin::pin!(bench.instance.handle().task("rollup", async { many() }));
    assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    assert_eq!(kinds(&own(&bench.record())), ["n_plus_one"]);
}

/// A request of 16 findings, of which 15 have statements that are as long as any is kept.
fn sixteen(bench: &Bench) -> Record {
    bench.awaiting(|| {
        for table in 0..15 {
            let sql = format!("SELECT a{table}, {} FROM b WHERE c = '\u{1b}[31m'", "\"ü\0\", ".repeat(1_000));
            (0..6).for_each(|_| {
                let mut call = query(&sql, Some(Callsite::caller()));
                bench.advance(1);
                call.brought(Yield::Rows(1));
                call.completed();
            });
        }
    })
}

#[test]
fn sixteen_long_statements_are_told_whole_where_there_is_room_and_else_it_is_said_what_is_missing() {
    let bench = Bench::new();
    let record = sixteen(&bench);
    let statement = record.findings()[1].operation().unwrap().statement().unwrap();
    assert!(statement.text().len() > 2_000 && record.findings().len() == 16);
    for (most, has_room) in [(MOST_BYTES, true), (200_000, true), (140_000, false), (103_000, false), (100_000, false)]
    {
        let limits = Limits { bytes: most, ..Limits::default() };
        let mut frame = Vec::new();
        let (_, cut) = trace::spans(&record, &limits, &mut frame);
        assert_eq!(cut, !has_room, "within {most}");
        let own = spans_within(&limits, &record).pop().unwrap();
        let length = prost::Message::encoded_len(&own);
        assert!(length <= most, "{length} bytes within {most}");
        assert_eq!(kinds(&own).len() + own.dropped_events_count as usize, 16);
        let text = |event: &Event| attributes(&event.attributes).remove("db.query.text");
        let whole = told(&own).filter_map(text).filter(|told| *told == format!("{:?}", statement.text()));
        assert_eq!(whole.count() > 0, most > 103_000, "within {most}");
        assert_eq!(attributes(&own.attributes)["tachograph.findings"], "16");
    }
}

#[test]
fn what_no_more_events_may_be_is_counted() {
    let bench = Bench::new();
    let record = sixteen(&bench);
    let limits = Limits { events: 3, ..Limits::default() };
    let own = spans_within(&limits, &record).pop().unwrap();
    assert_eq!((own.events.len(), own.dropped_events_count), (3, 13));
    let all = super::own(&record);
    let dearest: Vec<_> = all.events[..3].iter().map(|event| attributes(&event.attributes)).collect();
    assert_eq!(own.events.iter().map(|event| attributes(&event.attributes)).collect::<Vec<_>>(), dearest);
    assert_eq!(attributes(&own.attributes)["tachograph.findings"], "16");
    let ends: Vec<_> = record.findings().iter().map(|finding| finding.ended()).collect();
    let began = all.start_time_unix_nano;
    let told: Vec<_> = all.events.iter().map(|event| Duration::from_nanos(event.time_unix_nano - began)).collect();
    assert_eq!(told, ends);
}
