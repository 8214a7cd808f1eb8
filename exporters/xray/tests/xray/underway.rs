//! Requests that take long, seen before their end.

use std::time::Duration;

use tachograph_core::{Innermost, ManualClock, OpenRequest, Operation, RequestHead, Sampler, start_call};
use tachograph_xray_daemon::{Daemon, Document};

use crate::sending::{PATIENCE, instance};

fn open(handle: &tachograph_core::Handle, path: &str) -> OpenRequest {
    OpenRequest::open(handle, RequestHead { method: "GET", path, ..RequestHead::default() }).unwrap()
}

fn seen(daemon: &Daemon) -> Vec<(String, bool)> {
    let seen = |document: &Document| (document.text("http.request.url").to_owned(), document.is_in_progress());
    daemon.documents().iter().map(seen).collect()
}

#[test]
fn a_long_request_is_shown_and_replaced_by_its_end() {
    let (daemon, clock) = (Daemon::start(), ManualClock::new());
    let handle = instance(&daemon, &clock, Sampler::always_on(), |_| ());
    let mut long = open(&handle, "/long");
    let recording = long.recording().clone();
    long.poll(|| {
        start_call(Operation::database("sqlite", "main", "SELECT 1"), None).completed();
        let span = recording.start_span("load", None);
        Innermost::of(&recording, span).set();
        start_call(Operation::external("partner", "reserve"), None).completed();
        Innermost::default().set();
    });
    clock.advance(Duration::from_secs(9));
    let short = open(&handle, "/short");
    assert!(handle.flush(PATIENCE));
    clock.advance(Duration::from_secs(1));
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    assert_eq!(seen(&daemon), [("/long".to_owned(), true)]);
    let document = &daemon.documents()[0];
    assert_eq!(document.at("metadata.tachograph.underway_ms"), 10_000);
    assert_eq!(document.at("annotations.outcome"), &serde_json::Value::Null);
    let load = document.subsegment("load");
    assert!(load.is_in_progress() && !load.subsegment("partner").is_in_progress());
    assert!(!document.subsegment("main").is_in_progress());

    drop(short);
    long.respond(200, Some(0), false);
    long.complete();
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(3);
    let [trace, _] = &daemon.traces()[..] else { panic!("two traces") };
    let segment = trace.segment();
    assert!(!segment.is_in_progress() && segment.end_time() - segment.start_time() == 10.0);
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn it_is_shown_again_when_it_is_twice_as_old() {
    let (daemon, clock) = (Daemon::start(), ManualClock::new());
    let handle = instance(&daemon, &clock, Sampler::always_on(), |_| ());
    let _open = open(&handle, "/stream");
    let mut shown = Vec::new();
    for second in 1..=100 {
        clock.advance(Duration::from_secs(1));
        assert!(handle.flush(PATIENCE));
        if [10, 20, 40, 80].contains(&second) {
            shown.push(second);
            daemon.wait_for(shown.len());
        }
    }
    let ages: Vec<_> =
        daemon.documents().iter().map(|document| document.at("metadata.tachograph.underway_ms").as_u64()).collect();
    assert_eq!(ages, [10_000, 20_000, 40_000, 80_000].map(Some));
}

#[test]
fn what_nobody_took_is_shown_again() {
    let (daemon, clock) = (Daemon::start(), ManualClock::new());
    let handle = instance(&daemon, &clock, Sampler::always_on(), |_| ());
    let _open = open(&handle, "/long");
    clock.advance(Duration::from_secs(10));
    daemon.stop();
    assert!(!handle.flush(Duration::from_millis(20)));
    daemon.restart();
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    assert_eq!(seen(&daemon), [("/long".to_owned(), true)]);
}

#[test]
fn what_is_not_sampled_by_the_caller_is_not_shown() {
    let (daemon, clock) = (Daemon::start(), ManualClock::new());
    let handle = instance(&daemon, &clock, Sampler::always_on().heeding_caller(), |_| ());
    let header = b"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0".as_slice();
    let trace = tachograph_core::trace::extract([], [], [header]);
    let head = RequestHead { method: "GET", path: "/", trace, ..RequestHead::default() };
    let unsampled = OpenRequest::open(&handle, head).unwrap();
    let _sampled = open(&handle, "/sampled");
    clock.advance(Duration::from_secs(11));
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    assert_eq!(seen(&daemon), [("/sampled".to_owned(), true)]);
    drop(unsampled);
}

#[test]
fn never_means_never() {
    let (daemon, clock) = (Daemon::start(), ManualClock::new());
    let handle = instance(&daemon, &clock, Sampler::always_on(), |settings| settings.in_progress_after = None);
    let mut long = open(&handle, "/long");
    clock.advance(Duration::from_secs(1000));
    assert!(handle.flush(PATIENCE));
    long.respond(200, Some(0), false);
    long.complete();
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    assert_eq!(seen(&daemon), [("/long".to_owned(), false)]);
}

#[test]
fn what_has_many_calls_is_shown_without_telling_of_any_twice() {
    let (daemon, clock) = (Daemon::start(), ManualClock::new());
    let handle = instance(&daemon, &clock, Sampler::always_on(), |_| ());
    let mut long = open(&handle, "/long");
    let recording = long.recording().clone();
    let mut depth = None;
    long.poll(|| {
        for _ in 0..60 {
            depth = recording.start_span("deeper", depth);
        }
        for at in 0..90 {
            let sql = format!("SELECT {} FROM t{at}", "column_of_some_length, ".repeat(90));
            start_call(Operation::database("sqlite", "main", &sql), None).completed();
        }
    });
    for _ in 0..2 {
        clock.advance(Duration::from_secs(20));
        assert!(handle.flush(PATIENCE));
    }
    daemon.until(|received| received.documents.iter().filter(|document| !document.is_subsegment()).count() == 2);
    assert_eq!(daemon.complaints(), [""; 0]);
    long.respond(200, Some(0), false);
    long.complete();
    assert!(handle.flush(PATIENCE));
    daemon.until(|received| received.documents.iter().any(|document| document.at("http.response.status") == 200));
    assert_eq!(daemon.trace(&recording.identity().trace_id().to_string()).segment().parts().len(), 151);
    assert_eq!(daemon.complaints(), [""; 0]);
}
