//! What tests are told, of records that a clock moved by hand has made.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::{Instance, capture, findings};
use crate::call::Yield;
use crate::clock::ManualClock;
use crate::findings::{FindingKind, Thresholds};
use crate::open_request::{OpenRequest, RequestHead};
use crate::record::Record;
use crate::{cache_call, database_call, external_call, request, start_call};

const COUNTS: &str = "SELECT COUNT(*) FROM assignments WHERE experiment_id = $1";
const MS: Duration = Duration::from_millis(1);

/// The record of a request that does this, at whatever time the clock shows.
fn record_of(instance: &Instance, work: impl FnOnce()) -> Record {
    let head =
        RequestHead { method: "GET", path: "/experiments", route: Some("/experiments"), ..RequestHead::default() };
    let mut open = OpenRequest::open(instance.handle(), head).unwrap();
    open.poll(work);
    open.respond(200, Some(12_345), false);
    open.sent(12_345);
    open.complete();
    instance.take().remove(0)
}

fn on_its_own(work: impl FnOnce()) -> Record {
    record_of(&with_clock(&ManualClock::new()), work)
}

fn with_clock(clock: &ManualClock) -> Instance {
    Instance::build(|builder| builder.clock(clock.clone()).capture(capture()))
}

/// Each is made at this line.
fn count_of(experiment: u32) {
    database_call("sqlite", "main", COUNTS).parameters(&experiment).start().completed();
}

fn message(assert: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(assert)).err()?;
    Some(*panic.downcast::<String>().unwrap())
}

fn kinds(record: &Record) -> Vec<FindingKind> {
    findings(record).iter().map(|finding| finding.kind()).collect()
}

#[test]
fn too_many_queries_are_told_with_all_that_was_asked() {
    let clock = ManualClock::new();
    let instance = with_clock(&clock);
    let (mut list, mut counts) = (0, 0);
    let record = record_of(&instance, || {
        let begin = start_call(crate::Operation::database("sqlite", "main", "BEGIN"), None);
        clock.advance(MS);
        begin.completed();
        list = line!() + 1;
        let mut call = database_call("sqlite", "main", "SELECT id, name FROM experiments ORDER BY id").start();
        clock.advance(MS * 4 / 10);
        call.brought(Yield::Rows(12));
        call.completed();
        for id in 0..12 {
            counts = line!() + 1;
            let call = database_call("sqlite", "main", COUNTS).parameters(&id).start();
            clock.advance(MS * 35 / 100);
            call.completed();
        }
    });
    let file = file!();
    let expected = format!(
        "GET /experiments (200) made 13 queries, and 3 are allowed:
  12 x SELECT COUNT(*) FROM assignments WHERE experiment_id = $1    4.2 ms   12 different parameters             at {file}:{counts}
   1 x SELECT id, name FROM experiments ORDER BY id                 0.4 ms                             12 rows   at {file}:{list}
  N+1: 12 x SELECT assignments at testing/tests.rs:{counts}, 4.2 ms of the request; load all rows by one query: with a JOIN, or with IN or ANY over the keys"
    );
    assert_eq!(message(|| crate::assert_max_queries!(record, 3)).unwrap(), expected);
    assert_eq!(
        message(|| crate::assert_max_queries!(record, 12)).unwrap().lines().next(),
        Some("GET /experiments (200) made 13 queries, and 12 are allowed:")
    );
    assert_eq!(message(|| crate::assert_max_queries!(&record, 13)), None);
}

#[test]
fn two_of_a_kind_are_an_n_plus_one_already() {
    let record = on_its_own(|| (1..=2).for_each(count_of));
    assert!(!record.has_finding(FindingKind::NPlusOne), "in production it is none yet");
    let text = message(|| crate::assert_no_n_plus_one!(record)).unwrap();
    assert!(text.starts_with("GET /experiments (200) has an N+1:\n  2 x SELECT COUNT(*)"), "{text}");
    assert!(
        text.contains("2 different parameters") && text.contains("  N+1: 2 x SELECT assignments at testing/tests.rs:"),
        "{text}"
    );
    assert_eq!(message(|| crate::assert_no_n_plus_one!(on_its_own(|| count_of(1)))), None);
}

#[test]
fn the_same_again_is_a_duplicate_and_no_n_plus_one() {
    let record = on_its_own(|| (0..2).for_each(|_| count_of(7)));
    assert_eq!(message(|| crate::assert_no_n_plus_one!(record)), None);
    let text = message(|| crate::assert_no_findings!(record)).unwrap();
    assert!(text.starts_with("GET /experiments (200) has a finding:\n  2 x SELECT COUNT(*)"), "{text}");
    assert!(
        text.contains("the same parameters") && text.contains("  duplicates: 2 x SELECT assignments at "),
        "{text}"
    );
}

#[test]
fn two_places_that_ask_the_same_are_no_loop() {
    let record = on_its_own(|| {
        count_of(1);
        database_call("sqlite", "main", COUNTS).parameters(&2).start().completed();
    });
    crate::assert_no_findings!(record);
    let text = message(|| crate::assert_max_queries!(record, 1)).unwrap();
    assert!(text.starts_with("GET /experiments (200) made 2 queries, and 1 is allowed:\n  1 x SELECT"), "{text}");
    assert_eq!(text.matches("  1 x SELECT COUNT").count(), 2, "{text}");
}

#[test]
fn a_service_that_is_asked_again_may_have_been_asked_in_vain() {
    let ask = |_| external_call("partner.example", "GET").start().completed();
    crate::assert_no_n_plus_one!(on_its_own(|| (0..2).for_each(ask)));
    let record = on_its_own(|| (0..3).for_each(ask));
    let text = message(|| crate::assert_no_n_plus_one!(record)).unwrap();
    assert!(text.contains("has an N+1:\n  3 x GET partner.example    "), "{text}");
    assert!(text.contains("  N+1: 3 x GET partner.example at "), "{text}");
    let text = message(|| crate::assert_max_external_calls!(record, 0)).unwrap();
    assert!(
        text.starts_with("GET /experiments (200) made 3 calls to other services, and none is allowed:\n"),
        "{text}"
    );
    crate::assert_max_external_calls!(record, 3);
}

#[test]
fn what_is_asked_at_places_that_nobody_knows_may_be_asked_at_different_ones() {
    let kinds_without_places = |queries, calls| {
        let mut record = on_its_own(|| {
            (0..queries).for_each(count_of);
            (0..calls).for_each(|_| external_call("partner.example", "GET").start().completed());
        });
        record.calls.iter_mut().for_each(|call| (call.location, call.found) = (None, None));
        kinds(&record)
    };
    assert_eq!(kinds_without_places(4, 9), []);
    assert_eq!(kinds_without_places(5, 9), [FindingKind::NPlusOne]);
    assert_eq!(kinds_without_places(4, 10), [FindingKind::ExternalNPlusOne]);
}

#[test]
fn bytes_are_told_with_the_rows_that_they_may_come_of() {
    let record = on_its_own(|| {
        let mut call = database_call("sqlite", "main", "SELECT * FROM events").start();
        call.brought(Yield::Rows(10_000));
        call.completed();
    });
    let text = message(|| crate::assert_max_response_bytes!(record, 12_344)).unwrap();
    assert!(text.starts_with("GET /experiments (200) answered with 12,345 bytes, and 12,344 are allowed:\n"), "{text}");
    assert!(text.contains("10,000 rows"), "{text}");
    crate::assert_max_response_bytes!(record, 12_345);
    let nothing = on_its_own(|| {});
    let text = message(|| crate::assert_max_response_bytes!(nothing, 1)).unwrap();
    assert_eq!(text, "GET /experiments (200) answered with 12,345 bytes, and 1 is allowed");
}

#[test]
fn what_took_long_is_no_finding_of_tests() {
    let clock = ManualClock::new();
    let instance = with_clock(&clock);
    let record = record_of(&instance, || {
        let call = database_call("sqlite", "main", "SELECT * FROM events").start();
        clock.advance(MS * 5000);
        call.completed();
        for key in 0..12 {
            let mut call = cache_call("flags", "GET").start();
            call.brought(Yield::Lookups { hits: 0, misses: key.min(1) });
            call.completed();
        }
    });
    assert!(record.has_finding(FindingKind::SlowRequest) && record.has_finding(FindingKind::SlowQuery));
    assert!(record.has_finding(FindingKind::CacheMisses));
    crate::assert_no_findings!(record);
}

#[test]
fn what_is_meant_to_be_as_it_is_is_no_finding() {
    let record = on_its_own(|| {
        _ = request().allow(FindingKind::NPlusOne);
        (0..3).for_each(count_of);
    });
    crate::assert_no_findings!(record);

    let mut capture = capture();
    capture.silence = crate::Silence::new(["SELECT assignments"]);
    let instance = Instance::build(|builder| builder.capture(capture));
    crate::assert_no_findings!(record_of(&instance, || (0..3).for_each(count_of)));
}

#[test]
fn the_budget_is_the_instances_own_and_that_of_the_route_before() {
    let statements = |count: u32| move || (0..count).for_each(different);
    fn different(number: u32) {
        let sql = format!("SELECT column_{number} FROM experiments");
        database_call("sqlite", "main", &sql).start().completed();
    }
    assert_eq!(kinds(&on_its_own(statements(20))), []);
    let text = message(|| crate::assert_no_findings!(on_its_own(statements(21)))).unwrap();
    assert!(text.contains("  over budget: 21 queries, 20 allowed, "), "{text}");

    let mut capture = capture();
    capture.thresholds.max_queries = 2;
    let mut own = Thresholds::default();
    own.max_queries = 4;
    let instance = Instance::build(|builder| builder.capture(capture.clone()));
    assert_eq!(kinds(&record_of(&instance, statements(3))), [FindingKind::TooManyQueries]);
    capture.routes.set("GET /experiments", own);
    let instance = Instance::build(|builder| builder.capture(capture));
    assert_eq!(kinds(&record_of(&instance, statements(4))), []);
    assert_eq!(kinds(&record_of(&instance, statements(5))), [FindingKind::TooManyQueries]);
}

#[test]
fn a_task_has_no_budget_but_its_own() {
    fn task(instance: &Instance) -> Record {
        let mut open = OpenRequest::open_task(instance.handle(), "rollup", None);
        open.poll(|| {
            for number in 0..21 {
                let sql = format!("SELECT column_{number} FROM experiments");
                database_call("sqlite", "main", &sql).start().completed();
            }
        });
        open.complete();
        instance.take().remove(0)
    }
    let record = task(&super::instance());
    crate::assert_no_findings!(record);
    let text = message(|| crate::assert_max_queries!(record, 0)).unwrap();
    assert!(text.starts_with("the task `rollup` made 21 queries, and none is allowed:\n"), "{text}");

    let mut capture = capture();
    capture.routes.set("rollup", Thresholds::default());
    let instance = Instance::build(|builder| builder.capture(capture));
    assert_eq!(kinds(&task(&instance)), [FindingKind::TooManyQueries]);
}

#[test]
fn a_long_list_ends() {
    let record = on_its_own(|| {
        for number in 0..40 {
            let sql = format!("SELECT column_{number}{} FROM experiments", ", more".repeat(30));
            database_call("sqlite", "main", &sql).start().completed();
        }
    });
    let text = message(|| crate::assert_max_queries!(record, 1)).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[31], "  and 10 calls of other kinds", "{text}");
    assert!(lines[1].starts_with("  1 x SELECT column_0, more") && lines[1].contains(", m…    0.0 ms   at "), "{text}");
}

#[test]
fn calls_that_were_not_kept_one_by_one_are_in_the_list() {
    let count = |id| {
        let mut call = database_call("sqlite", "main", COUNTS).parameters(&id).start();
        call.brought(Yield::Rows(1));
        call.completed();
    };
    let record = on_its_own(|| (0..150).for_each(count));
    let text = message(|| crate::assert_max_queries!(record, 1)).unwrap();
    assert!(text.contains("  150 x SELECT COUNT(*)") && text.contains("at least 100 different parameters"), "{text}");
    assert!(!text.lines().nth(1).unwrap().contains(" row"), "of some it is not known: {text}");
}

#[test]
fn how_a_request_ended_stands_beside_its_status() {
    let instance = super::instance();
    let head = RequestHead { method: "GET", path: "/nowhere", ..RequestHead::default() };
    let mut open = OpenRequest::open(instance.handle(), head).unwrap();
    open.poll(|| count_of(1));
    drop(open);
    let text = message(|| crate::assert_max_queries!(instance.take()[0], 0)).unwrap();
    assert!(text.starts_with("GET /nowhere (client_disconnected) made 1 query, and none is allowed:\n"), "{text}");
}
