//! More than a datagram holds.

use serde_json::{Value, json};
use tachograph_core::{Innermost, Limits, Operation, Record, Service, request, start_call};

use super::{Bench, documents, get, nowhere, written};

/// A request with so many calls, each with a query of so many bytes.
fn record(bench: &Bench, calls: usize, bytes: usize) -> Record {
    bench.request(200, || {
        for at in 0..calls {
            let sql = format!("SELECT {} FROM a{at}", "x".repeat(bytes));
            start_call(Operation::database("sqlite", "main", &sql), None).completed();
        }
    })
}

fn ids(documents: &[Value]) -> Vec<String> {
    let mut ids = Vec::new();
    let mut parts: Vec<&Value> = documents.iter().collect();
    while let Some(part) = parts.pop() {
        ids.push(part["id"].as_str().unwrap().to_owned());
        parts.extend(part["subsegments"].as_array().into_iter().flatten());
    }
    ids.sort();
    ids
}

#[test]
fn what_does_not_fit_is_sent_alone_and_before_its_segment() {
    let bench = Bench::new();
    let record = record(&bench, 100, 1_900);
    let (documents, written) = bench.written(&record);
    assert_eq!((written.cut, written.left_out), (0, 0));
    assert!(documents.len() > 60 && documents.len() < 80, "{}", documents.len());
    let (segment, alone) = documents.split_last().unwrap();
    assert_eq!(segment["type"], Value::Null);
    for part in alone {
        assert_eq!(
            (&part["type"], &part["parent_id"], &part["trace_id"]),
            (&json!("subsegment"), &segment["id"], &segment["trace_id"])
        );
    }
    let mut expected: Vec<_> = (0..100).map(|at| record.call_span_id(at).to_string()).collect();
    expected.push(record.identity().span_id().to_string());
    expected.sort();
    assert_eq!(ids(&documents), expected, "each is there once");
}

#[test]
fn every_bound_is_kept() {
    for most in [8_000, 10_000, 30_000, 64_000] {
        let bench = Bench::bounded(most, 500_000);
        for (calls, bytes) in [(0, 0), (3, 10), (50, 500), (100, 2_000)] {
            let mut out = Vec::new();
            bench.documents.write(&record(&bench, calls, bytes), false, &mut out);
            let longest = out.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap();
            assert!(longest <= most, "{longest} > {most}");
        }
    }
}

#[test]
fn what_hangs_under_something_sent_alone_goes_with_it() {
    let bench = Bench::bounded(8_000, 500_000);
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        for at in 0..4 {
            let span = recording.start_span(format!("span {at}"), None);
            Innermost::of(&recording, span).set();
            for number in 0..5 {
                let sql = format!("SELECT {} FROM a{number}", "x".repeat(900));
                start_call(Operation::database("sqlite", "main", &sql), None).completed();
            }
            Innermost::of(&recording, None).set();
            recording.end_span(span.unwrap());
        }
    });
    drop(open);
    let record = bench.record();
    let (documents, written) = bench.written(&record);
    assert_eq!((written.cut, written.left_out), (0, 0));
    assert_eq!(ids(&documents).len(), 1 + 4 + 20);
    let spans: Vec<_> = (0..4).map(|at| record.span_span_id(at).to_string()).collect();
    for alone in documents.iter().filter(|part| part["name"] == "main") {
        assert!(spans.iter().any(|span| alone["parent_id"] == span.as_str()), "{alone}");
    }
}

#[test]
fn a_trace_that_is_too_long_loses_subsegments_that_are_counted() {
    let bench = Bench::bounded(8_000, 40_000);
    let record = record(&bench, 100, 1_900);
    let mut out = Vec::new();
    let counted = bench.documents.write(&record, false, &mut out);
    assert!(out.len() <= 40_000 && out.len() > 36_000, "{}", out.len());
    let (documents, _) = bench.written(&record);
    assert_eq!(ids(&documents).len() + counted.left_out as usize, 101);
    assert!(counted.left_out > 50);
    assert_eq!(documents.last().unwrap()["id"], record.identity().span_id().to_string());
}

#[test]
fn what_hangs_under_a_subsegment_that_is_left_out_is_counted_too() {
    let bench = Bench::bounded(8_000, 11_000);
    let call = |at: usize| {
        let sql = format!("SELECT {} FROM a{at}", "x".repeat(900));
        start_call(Operation::database("sqlite", "main", &sql), None).completed();
    };
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        (0..8).for_each(call);
        for at in 0..12 {
            let span = recording.start_span(format!("{at} {}", "x".repeat(150)), None);
            Innermost::of(&recording, span).set();
            // Those of the last do not fit into one document with it.
            (0..if at < 10 { 3 } else { 11 }).for_each(call);
            Innermost::of(&recording, None).set();
            recording.end_span(span.unwrap());
        }
    });
    drop(open);
    let (documents, counted) = bench.written(&bench.record());
    assert_eq!(ids(&documents).len() + counted.left_out as usize, 1 + 8 + 12 + 30 + 22);
    assert!(counted.left_out > 40, "{counted:?}");
}

#[test]
fn what_is_too_long_by_itself_is_cut_and_the_longest_first() {
    let mut limits = Limits::default();
    (limits.field_bytes, limits.metadata_bytes, limits.path_bytes) = (usize::MAX, usize::MAX, usize::MAX);
    for (filling, bytes) in [("x", 20 << 20), ("\0", 1 << 20), ("\"", 1 << 20), ("😀", 1 << 20)] {
        let huge = filling.repeat(bytes / filling.len());
        let clock = tachograph_core::ManualClock::new();
        let instance = tachograph_core::testing::Instance::build(|builder| builder.clock(clock).limits(limits.clone()));
        let bench = Bench { instance, ..Bench::new() };
        let record = bench.request(500, || {
            request().field("short", "red").field("long", huge.as_str()).field("last", 7).action(&huge);
            request().metadata("huge", huge.as_str()).metadata("small", json!([1]));
            request().error(&std::io::Error::other(huge.clone()));
        });
        let documents = documents(&Service::new(huge.clone()).version(huge.clone()), nowhere(), 64_000, 500_000);
        let (documents, counted) = written(&documents, &record);
        assert_eq!((documents.len(), counted.cut), (1, 1));
        let theirs = &documents[0]["metadata"]["application"];
        assert_eq!((&theirs["short"], &theirs["last"]), (&json!("red"), &json!(7)));
        let long = theirs["long"].as_str().unwrap();
        assert!(long.len() > 1_000 && long.ends_with('…'), "{}", long.len());
        assert_eq!(theirs["metadata"], json!({ "small": [1] }), "half of it would be no JSON");
        assert!(documents[0]["annotations"]["action"].as_str().unwrap().ends_with('…'));
    }
}

#[test]
fn metadata_that_is_too_deep_is_left_out() {
    let bench = Bench::new();
    let deep = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let record = bench.request(200, || {
        request().metadata("deep", deep(101)).metadata("less", deep(100));
    });
    let (documents, counted) = bench.written(&record);
    let metadata = &documents[0]["metadata"]["application"]["metadata"];
    assert_eq!((counted.cut, metadata.get("deep"), metadata["less"].is_array()), (1, None, true));
}
