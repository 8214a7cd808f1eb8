//! Ten thousand requests and tasks that do what chance says, with names and values that are meant to break something: the
//! strict daemon has nothing to complain of, and what arrives says what was recorded.

mod compare;
mod findings;
mod numbers;
mod service;
mod texts;
mod work;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tachograph_core::{FindingKind, Record};
use tachograph_xray::{DaemonAddress, Origin, Platform, Settings, XRay};
use tachograph_xray_daemon::Daemon;

use service::Service;

const RECORDS: usize = 10_000;

/// How many turns between two looks: as much as waits in a socket at once.
const TURNS: usize = 100;

/// With how many bytes its documents may have.
fn exporter(daemon: &Daemon, change: impl FnOnce(&mut Settings)) -> (XRay, usize) {
    let mut settings = Settings::default();
    settings.address = DaemonAddress::new(daemon.address().into());
    settings.origin = Origin::new(Platform::None, []);
    settings.in_progress_after = None;
    change(&mut settings);
    let most = settings.max_document_bytes;
    (XRay::new(&tachograph_core::Service::new("experiments-api").version("1.4.2"), settings).unwrap(), most)
}

/// How much there was.
#[derive(Debug, Default)]
struct Seen {
    records: usize,
    documents: usize,
    bytes: usize,
    /// Subsegments that were sent alone.
    alone: usize,
    in_progress: usize,
    /// Calls and spans that are in no document.
    missing: usize,
    found: BTreeSet<FindingKind>,
    /// Findings that say where they are.
    placed: usize,
}

/// Has what was recorded sent, waits until it is there, and compares.
fn look(service: &Service, daemon: &Daemon, most: usize, seen: &mut Seen) {
    assert!(service.instance.handle().flush(Duration::from_secs(20)));
    let records = service.instance.take();
    seen.records += records.len();
    let kept: Vec<Record> = records.into_iter().filter(Record::keeps_trace).collect();
    let last = kept.last().map(|record| record.identity().span_id().to_string()).unwrap_or_default();
    // On one machine datagrams arrive in the order in which they were sent.
    daemon.until(|received| {
        let mut latest = received.documents.iter().rev();
        latest.any(|document| document.id() == last && !document.is_in_progress())
    });
    let traces = daemon.traces();
    let ended = traces.iter().flat_map(|trace| &trace.segments).filter(|segment| !segment.is_in_progress());
    let segments: HashMap<_, _> = ended.map(|segment| (segment.id(), segment)).collect();
    for record in &kept {
        let segment = segments.get(&*record.identity().span_id().to_string()).expect("its segment is there");
        seen.missing += compare::record(record, segment, most);
        seen.found.extend(record.findings().iter().map(|finding| finding.kind()));
        let findings = segment.at("metadata.tachograph.findings").as_array();
        seen.placed += findings.into_iter().flatten().filter(|finding| finding["callsite"].is_string()).count();
    }
    assert_eq!(segments.len(), kept.len(), "what is not to be kept is not sent");
    let complaints = daemon.complaints();
    assert!(complaints.is_empty(), "{} complaints: {:#?}", complaints.len(), &complaints[..complaints.len().min(5)]);
    daemon.look(|received| {
        seen.documents += received.documents.len();
        seen.bytes += received.datagrams.iter().sum::<usize>();
        seen.alone += received.documents.iter().filter(|document| document.is_subsegment()).count();
        seen.in_progress += received.documents.iter().filter(|document| document.is_in_progress()).count();
    });
    daemon.clear();
}

fn dropped(service: &Service, reason: &str) -> u64 {
    let exporter = service.instance.handle().exporters().find(|exporter| exporter.name() == "xray").unwrap();
    exporter.dropped().into_iter().filter(|(name, _)| *name == reason).map(|(_, count)| count).sum()
}

/// So many records, with nothing lost but what is said to be.
fn run(seed: u64, records: usize, change: impl FnOnce(&mut Settings)) -> (Seen, u64) {
    let daemon = Daemon::start();
    let (exporter, most) = exporter(&daemon, change);
    let mut service = Service::new(seed, exporter);
    let mut seen = Seen::default();
    while seen.records < records {
        (0..TURNS).for_each(|_| service.turn());
        if seen.records + TURNS >= records {
            service.end_all();
        }
        look(&service, &daemon, most, &mut seen);
    }
    assert_eq!(seen.missing as u64, dropped(&service, "subsegments_left_out"), "what is missing is said to be");
    for reason in ["buffer_full", "rendering_panicked", "refused", "output_failed", "after_shutdown"] {
        assert_eq!(dropped(&service, reason), 0, "{reason}");
    }
    let cut = dropped(&service, "document_cut");
    println!("{seen:?}, {cut} cut");
    (seen, cut)
}

#[test]
fn whatever_is_recorded_arrives_as_it_was_and_without_a_complaint() {
    let (seen, cut) = run(7, RECORDS, |_| {});
    assert!(seen.alone > 100 && cut > 100, "chance has become tame: {seen:?}, {cut} cut");
    assert_eq!(seen.found.len(), FindingKind::ALL.len(), "{seen:?}");
    assert!(seen.placed > 100, "{seen:?}");
}

#[test]
fn what_finds_no_room_in_a_document_is_sent_beside_it_and_what_finds_none_in_the_trace_is_counted() {
    let (seen, cut) = run(8, 1000, |settings| {
        settings.max_document_bytes = 8_000;
        settings.max_trace_bytes = 12_000;
    });
    assert!(seen.alone > 100 && seen.missing > 100 && cut > 50, "chance has become tame: {seen:?}, {cut} cut");
}

#[test]
fn what_is_shown_before_its_end_is_replaced_by_what_it_came_to() {
    let (seen, _) = run(9, 500, |settings| settings.in_progress_after = Some(Duration::from_millis(1)));
    assert!(seen.in_progress > 0, "{seen:?}");
}
