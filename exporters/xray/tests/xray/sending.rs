//! Documents on their way: bounds, a daemon that goes and comes back, and the end.

use std::time::Duration;

use tachograph_core::{
    Exporter, Handle, ManualClock, OpenRequest, Operation, RequestHead, Sampler, Service, start_call,
};
use tachograph_delivery::{SendError, Sink};
use tachograph_xray::{DaemonAddress, Origin, Platform, Settings, XRay};
use tachograph_xray_daemon::Daemon;

/// Long enough for whatever arrives at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An instance that sends to this daemon.
pub(crate) fn instance(
    daemon: &Daemon,
    clock: &ManualClock,
    sampler: Sampler,
    change: impl FnOnce(&mut Settings),
) -> Handle {
    let mut settings = Settings::default();
    settings.address = DaemonAddress::new(daemon.address().into());
    settings.origin = Origin::new(Platform::None, []);
    settings.delivery.first_retry = Duration::from_millis(5);
    settings.delivery.longest_retry = Duration::from_millis(50);
    settings.on_failure = Box::new(|_| ());
    change(&mut settings);
    let exporter = XRay::new(&Service::new("experiments-api"), settings).unwrap();
    Handle::builder().clock(clock.clone()).sampler(sampler).exporter(exporter).build()
}

pub(crate) fn request(handle: &Handle, path: &str, status: u16, work: impl FnOnce()) {
    let head = RequestHead { method: "GET", path, route: Some("/{path}"), ..RequestHead::default() };
    let mut open = OpenRequest::open(handle, head).unwrap();
    open.poll(work);
    open.respond(status, Some(0), false);
    open.complete();
}

pub(crate) fn dropped(handle: &Handle) -> Vec<(&'static str, u64)> {
    handle.exporters().flat_map(Exporter::dropped).filter(|(_, count)| *count > 0).collect()
}

fn urls(daemon: &Daemon) -> Vec<String> {
    daemon.documents().iter().map(|document| document.text("http.request.url").to_owned()).collect()
}

#[test]
fn what_is_not_sampled_is_not_sent_unless_it_matters() {
    let daemon = Daemon::start();
    let handle = instance(&daemon, &ManualClock::new(), Sampler::always_off().heeding_caller(), |_| ());
    request(&handle, "/well", 200, || {});
    request(&handle, "/failed", 500, || {});
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    assert_eq!(urls(&daemon), ["/failed"]);
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn a_daemon_that_comes_back_misses_nothing() {
    let daemon = Daemon::start();
    let handle = instance(&daemon, &ManualClock::new(), Sampler::always_on(), |_| ());
    request(&handle, "/before", 200, || {});
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    daemon.stop();
    for number in 0..50 {
        request(&handle, &format!("/{number}"), 200, || {});
    }
    assert!(!handle.flush(Duration::from_millis(20)), "nobody takes them");
    daemon.restart();
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(51);
    let expected: Vec<_> = (0..50).map(|number| format!("/{number}")).collect();
    assert_eq!(urls(&daemon)[1..], expected);
    assert_eq!((daemon.complaints(), dropped(&handle)), (vec![], vec![]));
}

#[test]
fn what_waits_for_a_daemon_that_is_gone_is_bounded_and_counted() {
    let daemon = Daemon::start();
    daemon.stop();
    let handle = instance(&daemon, &ManualClock::new(), Sampler::always_on(), |settings| {
        settings.delivery.buffer_items = Some(100);
    });
    (0..1_000).for_each(|_| request(&handle, "/", 200, || {}));
    assert!(!handle.shutdown(Duration::from_millis(50)));
    request(&handle, "/", 200, || {});
    let dropped = dropped(&handle);
    assert_eq!(dropped.iter().map(|(_, count)| count).sum::<u64>(), 1_001, "{dropped:?}");
    let reasons: Vec<_> = dropped.iter().map(|(reason, _)| *reason).collect();
    assert_eq!(reasons, ["buffer_full", "output_failed", "after_shutdown"]);
}

#[test]
fn a_request_of_many_calls_arrives_as_one() {
    let daemon = Daemon::start();
    let handle = instance(&daemon, &ManualClock::new(), Sampler::always_on(), |settings| {
        settings.max_document_bytes = 8_000;
    });
    request(&handle, "/", 200, || {
        for at in 0..100 {
            let sql = format!("SELECT {} FROM a{at}", "x".repeat(1_000));
            start_call(Operation::database("sqlite", "main", &sql), None).completed();
        }
    });
    assert!(handle.flush(PATIENCE));
    daemon.until(|received| received.documents.iter().any(|document| !document.is_subsegment()));
    let [trace] = &daemon.traces()[..] else { panic!("one trace") };
    assert_eq!(trace.segment().parts().len(), 101);
    daemon.look(|received| assert!(received.datagrams.iter().all(|bytes| *bytes <= 8_030), "{:?}", received.datagrams));
    assert_eq!((daemon.complaints(), dropped(&handle)), (vec![], vec![]));
}

#[test]
fn what_is_left_out_is_counted() {
    let daemon = Daemon::start();
    let handle = instance(&daemon, &ManualClock::new(), Sampler::always_on(), |settings| {
        settings.max_document_bytes = 8_000;
        settings.max_trace_bytes = 20_000;
    });
    request(&handle, &format!("/{}", "x".repeat(300)), 200, || {
        for at in 0..100 {
            let sql = format!("SELECT {} FROM a{at}", "x".repeat(1_000));
            start_call(Operation::database("sqlite", "main", &sql), None).completed();
        }
    });
    assert!(handle.flush(PATIENCE));
    daemon.until(|received| received.documents.iter().any(|document| !document.is_subsegment()));
    let there = daemon.traces()[0].segment().parts().len();
    assert_eq!(dropped(&handle), [("subsegments_left_out", 101 - there as u64), ("document_cut", 1)]);
}

#[test]
fn annotations_are_those_that_are_asked_for() {
    let daemon = Daemon::start();
    let names =
        ["user_id", "db_queries", "status_code", "experiment-id", "weight", "environment", "no such", "path", "weight"];
    let handle = instance(&daemon, &ManualClock::new(), Sampler::always_on(), |settings| {
        settings.annotations = names.map(str::to_owned).to_vec();
    });
    request(&handle, "/a", 201, || {
        tachograph_core::request()
            .user("seven")
            .field("experiment-id", 7)
            .field("weight", f64::NAN)
            .field("rest", true);
        start_call(Operation::database("sqlite", "main", "SELECT 1"), None).completed();
    });
    assert!(handle.flush(PATIENCE));
    daemon.wait_for(1);
    let document = &daemon.documents()[0];
    let expected =
        r#"{"db_queries":1,"experiment_id":7,"path":"/a","status_code":201,"user_id":"seven","weight":"NaN"}"#;
    assert_eq!(document.at("annotations").to_string(), expected);
    assert_eq!(document.at("metadata.application").to_string(), r#"{"rest":true}"#);
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn annotations_that_cannot_be_are_errors_at_start() {
    let error = |names: Vec<String>| {
        let mut settings = Settings::default();
        settings.annotations = names;
        settings.origin = Origin::new(Platform::None, []);
        XRay::new(&Service::default(), settings).unwrap_err().to_string()
    };
    assert_eq!(error((0..51).map(|at| format!("a{at}")).collect()), "there are 51 annotations: X-Ray takes 50");
    assert_eq!(error(vec![String::new()]), "an annotation has no name: remove it");
}

#[test]
fn nothing_is_sent_of_what_the_sink_of_somebody_else_takes() {
    #[derive(Default)]
    struct Lines(std::sync::Arc<std::sync::Mutex<Vec<String>>>);
    impl Sink for Lines {
        fn describe(&self) -> String {
            "a test".into()
        }
        fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
            let lines = tachograph_delivery::frames(batch).flat_map(|frame| frame.bytes.split(|byte| *byte == b'\n'));
            self.0.lock().unwrap().extend(lines.map(|line| String::from_utf8_lossy(line).into_owned()));
            Ok(())
        }
    }
    let sink = Lines::default();
    let lines = std::sync::Arc::clone(&sink.0);
    let mut settings = Settings::default();
    settings.origin = Origin::new(Platform::None, []);
    let exporter = XRay::with_sink(&Service::new("api"), settings, Box::new(sink)).unwrap();
    let handle = Handle::builder().exporter(exporter).build();
    request(&handle, "/", 200, || {});
    assert!(handle.flush(PATIENCE));
    let lines = lines.lock().unwrap();
    assert!(lines[0].starts_with(r#"{"name":"api","id":"#) && lines[1].is_empty() && lines.len() == 2, "{lines:?}");
}
