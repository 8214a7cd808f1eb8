//! tachograph, as its README says, with nothing and with JSON.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use tachograph_core::{Capture, Exporter, FindingKind, Handle, Record, Service};
use tachograph_json::delivery::{SendError, Sink};
use tachograph_json::{Calls, Json, Settings};

use super::{Proof, Row};

/// How long the proof waits for the last lines.
const DEADLINE: Duration = Duration::from_secs(5);

/// tachograph with no exporter: the record is made and thrown away.
pub fn ours_silent(router: Router) -> Row {
    let counted = Arc::new(AtomicU64::new(0));
    let handle = Handle::builder().exporter(Count(Arc::clone(&counted))).build().for_ever();
    let records: Proof = Box::new(move |requests| match counted.load(Ordering::Relaxed) {
        records if records == requests => Ok(format!("{records} records")),
        records => Err(format!("{records} records of {requests} requests")),
    });
    Row::of("tachograph, records only", router.layer(tachograph_axum::Layer::new(&handle)), records)
}

/// tachograph with JSON lines to a null writer.
pub fn ours_json(router: Router) -> Row {
    let (handle, proof) = json();
    Row::of("tachograph, JSON", router.layer(tachograph_axum::Layer::new(&handle)), proof)
}

/// The same, around a workload whose pool is measured too, and whose requests have so many findings.
pub fn ours_measured(router: Router, findings: u64) -> Row {
    let (handle, proof) = json_with(Capture::default(), 1 + findings);
    Row::of("tachograph, JSON, measured pool", router.layer(tachograph_axum::Layer::new(&handle)), proof)
}

/// The same, where nothing is looked for: what the search costs is the difference.
pub fn ours_unsearched(router: Router) -> Row {
    let mut capture = Capture::default();
    FindingKind::ALL.into_iter().for_each(|kind| capture.thresholds.switch_off(kind));
    let (handle, proof) = json_with(capture, 1);
    let name = "tachograph, JSON, measured pool, findings off";
    Row::of(name, router.layer(tachograph_axum::Layer::new(&handle)), proof)
}

/// An instance that writes JSON lines to nowhere, and the proof that it wrote one for each request.
pub(super) fn json() -> (Handle, Proof) {
    json_with(Capture::default(), 1)
}

fn json_with(capture: Capture, lines_a_request: u64) -> (Handle, Proof) {
    let (json, lines) = null_json();
    let handle = Handle::builder().service(service()).capture(capture).exporter(json).build().for_ever();
    let written = handle.clone();
    let proof: Proof = Box::new(move |requests| {
        written.shutdown(DEADLINE);
        lines.prove(requests * lines_a_request, &written)
    });
    (handle, proof)
}

/// The service whose requests are measured.
pub(crate) fn service() -> Service {
    Service::new("benches").version("1.0.0").environment("bench")
}

/// The exporter of JSON lines, with a null writer, and how many lines it has written.
pub(crate) fn null_json() -> (Json, Lines) {
    let lines = Arc::new(AtomicU64::new(0));
    let settings = Settings { calls: Calls::None, ..Settings::default() };
    let json =
        Json::with_sink(&service(), settings, Box::new(Null(Arc::clone(&lines)))).expect("the system has a thread");
    (json, Lines(lines))
}

/// The lines that a null writer was given.
pub(crate) struct Lines(Arc<AtomicU64>);

impl Lines {
    /// How many lines `handle` has written; an error where that is not as many as expected.
    pub(crate) fn prove(&self, expected: u64, handle: &Handle) -> Result<String, String> {
        match self.0.load(Ordering::Relaxed) {
            lines if lines == expected => Ok(format!("{lines} lines")),
            lines => Err(format!("{lines} lines of {expected}; dropped: {:?}", dropped(handle))),
        }
    }
}

fn dropped(handle: &Handle) -> Vec<(&'static str, u64)> {
    handle.exporters().flat_map(|exporter| exporter.dropped()).collect()
}

#[derive(Debug)]
struct Count(Arc<AtomicU64>);

impl Exporter for Count {
    fn name(&self) -> &str {
        "count"
    }

    fn record(&self, record: &Record) {
        assert_eq!(record.response_bytes() as usize, crate::workloads::BODY_BYTES);
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Null(Arc<AtomicU64>);

impl Sink for Null {
    fn describe(&self) -> String {
        "null".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        self.0.fetch_add(memchr::memchr_iter(b'\n', batch).count() as u64, Ordering::Relaxed);
        Ok(())
    }
}
