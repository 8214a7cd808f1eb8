//! The application's own spans, and what was done in them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tachograph_core::{CallOutcome, Companion, Companions, Innermost, Operation, Recording, SpanId, Yield};

use super::{Bench, get, names, query};

#[test]
fn calls_hang_under_the_span_that_they_were_made_in() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        query();
        let outer = recording.start_span("load", None);
        Innermost::of(&recording, outer).set();
        query();
        let inner = recording.start_span("parse {x}", outer);
        Innermost::of(&recording, inner).set();
        bench.advance(100);
        query();
        recording.end_span(inner.unwrap());
        Innermost::of(&recording, outer).set();
        recording.end_span(outer.unwrap());
        Innermost::of(&recording, None).set();
        let last = recording.start_span("", None);
        bench.advance(7);
        let _ = last;
    });
    open.respond(200, Some(0), false);
    bench.advance(5);
    open.complete();
    let record = bench.record();
    let segment = bench.segment(&record);
    assert_eq!(names(&segment), "[load[parse _x_[main] main] span main]");
    let [load, open_at_the_end] = [0, 1].map(|at| &segment["subsegments"][at]);
    assert_eq!(load["id"], record.span_span_id(0).to_string());
    assert_eq!(load["subsegments"][0]["subsegments"][0]["id"], record.call_span_id(2).to_string());
    assert_eq!(load["subsegments"][1]["id"], record.call_span_id(1).to_string());
    assert_eq!(open_at_the_end["end_time"], segment["end_time"]);
}

#[test]
fn a_span_that_ended_earlier_shows_nothing_that_came_later() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        let outer = recording.start_span("outer", None);
        let inner = recording.start_span("inner", outer);
        Innermost::of(&recording, inner).set();
        bench.advance(10);
        recording.end_span(inner.unwrap());
        bench.advance(10);
        query();
        Innermost::of(&recording, None).set();
        bench.advance(10);
        recording.end_span(outer.unwrap());
    });
    drop(open);
    assert_eq!(names(&bench.segment(&bench.record())), "[outer[inner main]]");
}

#[test]
fn a_span_that_began_later_shows_nothing_that_was_reported_of_before() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        bench.advance(1_000);
        let span = recording.start_span("late", None);
        Innermost::of(&recording, span).set();
        bench.advance(100);
        for micros in [100, 101] {
            let operation = Operation::database("sqlite", &format!("{micros}"), "SELECT 1");
            recording.report_call(operation, Duration::from_micros(micros), CallOutcome::Unknown, Yield::Unknown);
        }
        Innermost::of(&recording, None).set();
        recording.end_span(span.unwrap());
    });
    drop(open);
    assert_eq!(names(&bench.segment(&bench.record())), "[late[100] 101]");
}

#[test]
fn what_is_too_deep_is_sent_alone_under_its_parent() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        let mut parent = None;
        for at in 0..100 {
            parent = recording.start_span(format!("{at}"), parent);
        }
        (0..100).rev().for_each(|at| recording.end_span(at));
    });
    open.respond(200, Some(0), false);
    open.complete();
    let record = bench.record();
    let (documents, written) = bench.written(&record);
    assert_eq!((documents.len(), written.left_out, written.cut), (3, 0, 0));
    let alone = &documents[0];
    assert_eq!((&alone["type"], &alone["name"]), (&json!("subsegment"), &json!("39")));
    assert_eq!(alone["parent_id"], record.span_span_id(38).to_string());
    assert_eq!(
        documents[1]["parent_id"],
        record.span_span_id(documents[1]["name"].as_str().unwrap().parse::<usize>().unwrap() - 1).to_string()
    );
    assert_eq!(documents[2]["id"], record.identity().span_id().to_string(), "the segment is the last");
}

/// Keeps the application's spans somewhere else.
struct Elsewhere;

impl Companions for Elsewhere {
    fn accompany(&self, _: &Arc<Recording>) -> Option<Box<dyn Companion>> {
        Some(Box::new(Elsewhere))
    }
}

impl Companion for Elsewhere {
    fn enter(&self) {}

    fn exit(&self) {}

    fn innermost_span(&self) -> Option<SpanId> {
        SpanId::new(7)
    }
}

#[test]
fn spans_that_somebody_else_shows_are_not_shown_and_their_calls_are() {
    let bench = Bench::new();
    assert!(bench.instance.handle().accompany(Elsewhere));
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        recording.start_span("load", None);
        query();
    });
    drop(open);
    let record = bench.record();
    assert!(record.spans_elsewhere() && record.spans().len() == 1);
    assert_eq!(names(&bench.segment(&record)), "[main]");
}
