//! What is found in the numbers of the whole request, and of single calls.

use super::{Case, MS, USER, kinds};
use crate::call::Yield;
use crate::clock::ManualClock;
use crate::findings::FindingKind;
use crate::open_call::start_call;
use crate::open_call::start_connection_wait_for;
use crate::open_request::OpenRequest;
use crate::open_request::RequestHead;
use crate::operation::Operation;
use crate::pool_name::PoolName;
use crate::testing::Instance;

#[test]
fn a_call_can_be_slow_by_itself() {
    let case = Case::new();
    let record = case.record(|case, _| {
        case.query(USER, 0, 500 * MS);
        case.query("SELECT a FROM b WHERE c = $1", 0, 499 * MS);
        case.get("partner.example", "/a/1", 1000 * MS);
    });
    assert_eq!(kinds(&record), [FindingKind::SlowExternalCall, FindingKind::SlowQuery, FindingKind::SlowRequest]);
    assert_eq!(record.findings()[1].operation().map(Operation::summary), Some("SELECT users"));
    assert_eq!((record.findings()[0].cost(), record.findings()[0].limit()), (1000 * MS, 1000));
}

#[test]
fn waiting_is_named_after_its_pool_or_its_span() {
    let case = Case::new();
    let record = case.record(|case, _| {
        let waits = [("main", 30), ("reports", 80)];
        for (pool, time) in waits {
            let _wait = start_connection_wait_for(PoolName::new(pool));
            case.pass(time * MS);
        }
    });
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.count(), found.cost()), (FindingKind::ConnectionWait, 2, 110 * MS));
    assert_eq!(found.pool().map(|pool| pool.as_str()), Some("reports"));
    assert_eq!(record.verdict(), Some("100% waiting for a connection of reports (pool exhausted)"));

    let record = case.record(|case, open| {
        let outer = open.recording().start_span("checkout", None);
        case.pass(100 * MS);
        let inner = open.recording().start_span("price_lookup", outer);
        case.query(USER, 1, 300 * MS);
        case.pass(500 * MS);
        inner.into_iter().chain(outer).for_each(|span| open.recording().end_span(span));
    });
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.span(), found.cost()), (FindingKind::Waiting, Some("price_lookup"), 600 * MS));
    assert_eq!(record.verdict(), Some("67% waiting in price_lookup; 33% database: SELECT users"));
}

#[test]
fn a_poll_that_holds_its_thread_is_found() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.poll(|| clock.advance(120 * MS));
    open.poll(|| clock.advance(80 * MS));
    open.respond(200, Some(0), false);
    open.complete();
    let record = instance.take().remove(0);
    assert_eq!((kinds(&record), record.findings()[0].cost()), (vec![FindingKind::Blocking], 120 * MS));
    assert_eq!(record.verdict(), Some("100% own code: one poll of 120 ms (blocks its thread)"));
}

#[test]
fn a_cache_that_has_little_is_found() {
    let case = Case::new();
    let lookups = |hits: u32, misses: u32| {
        case.record(|case, _| {
            let mut call = start_call(Operation::cache("flags", "MGET"), None);
            case.pass(MS);
            call.brought(Yield::Lookups { hits, misses });
            call.completed();
        })
    };
    assert_eq!(kinds(&lookups(0, 9)), []);
    assert_eq!(kinds(&lookups(11, 10)), []);
    let record = lookups(10, 10);
    assert_eq!((kinds(&record), record.findings()[0].count()), (vec![FindingKind::CacheMisses], 10));
}

#[test]
fn large_and_slow_bodies_are_found_but_not_of_streams() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let answer = |bytes: usize, handler: u32, body: u32, streaming| {
        let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        open.pause();
        clock.advance(handler * MS);
        open.respond(200, Some(bytes as u64), streaming);
        open.sent(bytes);
        clock.advance(body * MS);
        open.complete();
        instance.take().remove(0)
    };
    assert_eq!(kinds(&answer(300_001, 90, 10, false)), []);
    assert_eq!(kinds(&answer(300_000, 90, 11, false)), []);
    let large = answer(3_400_000, 90, 60, false);
    assert_eq!((kinds(&large), large.findings()[0].bytes()), (vec![FindingKind::LargeResponse], Some(3_400_000)));
    assert_eq!(large.verdict(), Some("60% waiting; 40% sending the body: 3.4 MB (large response)"));
    assert_eq!(kinds(&answer(10, 0, 999, false)), []);
    assert_eq!(kinds(&answer(10, 0, 1000, false)), [FindingKind::SlowBody, FindingKind::SlowRequest]);
    let stream = answer(3_400_000, 500, 60_000, true);
    assert_eq!((kinds(&stream), stream.verdict()), (vec![], None));
}

#[test]
fn no_verdict_is_empty() {
    let instance = Instance::with_clock(ManualClock::new());
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.respond(500, Some(0), false);
    open.complete();
    let at_once = instance.take().remove(0);
    assert!(at_once.is_flagged());
    assert_eq!(at_once.verdict(), None, "no time was spent, and nothing is known of why it failed");
}

#[test]
fn what_blocks_while_it_panics_is_the_panic() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.poll(|| clock.advance(120 * MS));
    open.recording().panicked();
    drop(open);
    let record = instance.take().remove(0);
    assert_eq!((kinds(&record), record.verdict()), (vec![], Some("panicked; 100% own code")));
}
