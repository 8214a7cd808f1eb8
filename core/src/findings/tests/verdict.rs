//! What is said of it.

use super::{Case, MS, USER, start_at};
use crate::callsite::Found;
use crate::open_call::start_call;
use crate::operation::Operation;
use crate::server::Scheme;

#[test]
fn a_verdict_says_the_largest_cause_first_and_what_failed() {
    let case = Case::new();
    let record = case.record(|case, _| {
        for _ in 0..41 {
            let place = Found::named("shop/src/orders.rs", 88);
            let call = start_at(Operation::database("postgresql", "main", USER), place);
            case.pass(2 * MS);
            call.completed();
        }
        case.get("partner.example", "/rates", 12 * MS);
        let call = start_call(Operation::cache("flags", "GET"), None);
        case.pass(6 * MS);
        call.failed("timeout");
    });
    assert_eq!(
        record.verdict(),
        Some(
            "82% database: 41 x SELECT users at orders.rs:88 (N+1); 12% external calls: GET partner.example; \
             failed: GET flags (timeout)"
        )
    );
    let plain = case.record(|case, _| case.query(USER, 1, MS));
    assert_eq!(plain.verdict(), None, "nothing is worth a look");
}

#[test]
fn a_verdict_is_cut_where_names_are_long() {
    let case = Case::new();
    let record = case.record(|case, _| {
        for at in 0..3 {
            let table = "ä".repeat(110);
            (0..5).for_each(|id| case.query(&format!("SELECT a FROM {table}{at} WHERE id = $1"), id, MS));
        }
    });
    let verdict = record.verdict().unwrap();
    assert!(verdict.len() <= 500 && verdict.ends_with('…'), "{} {verdict}", verdict.len());
}

#[test]
fn what_is_said_of_a_budget_is_said_once() {
    let case = Case::new();
    let record = case.record(|case, _| (0..21).for_each(|at| case.query(&format!("SELECT {at} FROM t{at}"), 0, MS)));
    assert_eq!(record.verdict(), Some("100% database: 21 queries, 20 allowed"));
}

#[test]
fn who_loops_over_writes_is_told_how_to_write() {
    let case = Case::new();
    let hint = |sql: &str| case.record(|case, _| (0..5).for_each(|id| case.query(sql, id, MS))).findings()[0].hint();
    assert!(hint(USER).starts_with("load all rows"));
    assert!(hint("INSERT INTO users VALUES ($1)").starts_with("write all rows"));
}

#[test]
fn hints_are_for_what_was_seen() {
    let case = Case::new();
    let unknown = case.record(|_, _| {
        (0..5).for_each(|_| start_call(Operation::database("postgresql", "main", USER), None).completed());
    });
    assert!(unknown.findings()[0].hint().ends_with("or ask once, where it asks the same"));
    let together = case.record(|case, _| {
        let call = || start_call(Operation::http(Scheme::Https, "partner.example", "GET"), None);
        let calls: Vec<_> = (0..10).map(|_| call()).collect();
        case.pass(20 * MS);
        calls.into_iter().for_each(|call| call.completed());
    });
    assert_eq!(together.findings()[0].hint(), "ask for all at once, if the service can");
    let after_another = case.record(|case, _| (0..10).for_each(|_| case.get("partner.example", "/a", MS)));
    assert!(after_another.findings()[0].hint().contains("await the calls together"));
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let case = Case::new();
    let record = case.record(|case, _| {
        for at in 0..20 {
            (0..5).for_each(|id| case.query(&format!("SELECT a FROM t{at} WHERE id = $1"), id, at * MS));
        }
    });
    assert_eq!(record.findings().len(), 16);
    assert_eq!(case.instance.handle().counters().findings_dropped, 20 + 1 - 16, "so many, and over budget");
    assert_eq!(record.findings()[0].cost(), 95 * MS, "the dearest are kept");
    let verdict = record.verdict().unwrap();
    assert!(verdict.starts_with("100% database: 5 x SELECT t19 (N+1); 5 x SELECT t18 (N+1)"), "{verdict}");
}
