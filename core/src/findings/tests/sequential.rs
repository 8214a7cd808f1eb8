//! Calls one after the other.

use super::{Case, MS, USER, kinds, start_and_end};
use crate::findings::FindingKind;
use crate::open_call::start_call;
use crate::operation::Operation;
use crate::pool_name::PoolName;

#[test]
fn calls_that_need_nothing_of_each_other_could_run_at_once() {
    const COUNTS: &str = "SELECT count(*) FROM orders";
    const SUMS: &str = "SELECT sum(price) FROM orders";
    let found = |work: &dyn Fn(&Case)| {
        let case = Case::new();
        let record = case.record(|case, _| work(case));
        record.findings().iter().map(|found| (found.kind(), found.count(), found.saves())).collect::<Vec<_>>()
    };
    let sequential = |count, saves: u32| vec![(FindingKind::SequentialCalls, count, Some(saves * MS))];
    let plain = |case: &Case, sql, time| start_and_end(case, sql, time);

    // The first may have been given anything.
    assert_eq!(
        found(&|case| {
            case.query(USER, 1, 120 * MS);
            plain(case, COUNTS, 150 * MS);
            case.get("partner.example", "/rates", 100 * MS);
        }),
        sequential(3, 220)
    );
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 100 * MS);
            case.pass(5 * MS);
            plain(case, SUMS, 100 * MS);
        }),
        sequential(2, 100)
    );
    // Below what is worth it.
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 400 * MS);
            plain(case, SUMS, 99 * MS);
        }),
        []
    );
    // What the second is given can come from the first.
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 150 * MS);
            case.query(USER, 1, 150 * MS);
        }),
        []
    );
    for path in ["/rates/17", "/rates?day=today", ""] {
        let work = |case: &Case| {
            plain(case, COUNTS, 150 * MS);
            case.get("partner.example", path, 150 * MS);
        };
        assert_eq!(found(&work), [], "{path}");
    }
    // One connection does one thing at a time.
    assert_eq!(
        found(&|case| {
            plain(case, "BEGIN", MS);
            plain(case, COUNTS, 150 * MS);
            plain(case, SUMS, 150 * MS);
            plain(case, "COMMIT", MS);
        }),
        []
    );
    // A write keeps its place.
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 150 * MS);
            plain(case, "UPDATE orders SET open = false", MS);
            plain(case, SUMS, 150 * MS);
        }),
        []
    );
    assert_eq!(
        found(&|case| {
            plain(case, COUNTS, 150 * MS);
            plain(case, "SELECT id FROM orders FOR UPDATE", 150 * MS);
        }),
        []
    );
    for does in ["SELECT notify_all()", "SELECT id INTO old FROM orders"] {
        let work = |case: &Case| {
            plain(case, COUNTS, 150 * MS);
            plain(case, does, 150 * MS);
        };
        assert_eq!(found(&work), [], "{does}");
    }
    // They do run at once.
    assert_eq!(
        found(&|case| {
            let first = start_call(Operation::database("postgresql", "main", COUNTS), None);
            case.pass(10 * MS);
            let second = start_call(Operation::database("postgresql", "main", SUMS), None);
            case.pass(150 * MS);
            first.completed();
            second.completed();
        }),
        []
    );
}

#[test]
fn calls_that_had_to_wait_for_a_connection_could_not_run_at_once() {
    let case = Case::new();
    let record = case.record(|case, _| {
        start_and_end(case, "SELECT count(*) FROM orders", 150 * MS);
        // The other one was asked at the same time.
        crate::request().recording().unwrap().report_connection_wait(PoolName::new("main"), 150 * MS);
        start_and_end(case, "SELECT sum(price) FROM orders", 150 * MS);
        // Those hold no connection.
        case.get("partner.example", "/rates", 100 * MS);
        case.get("rates.example", "/days", 100 * MS);
    });
    let found: Vec<_> = record.findings().iter().map(|found| (found.kind(), found.saves())).collect();
    assert_eq!(found, [(FindingKind::SequentialCalls, Some(100 * MS))]);
}

#[test]
fn calls_that_could_run_at_once_are_named() {
    let case = Case::new();
    let record = case.record(|case, _| {
        start_and_end(case, "WITH old AS (SELECT id FROM orders) SELECT count(*) FROM old", 150 * MS);
        start_and_end(case, "SELECT sum(price) FROM orders", 150 * MS);
        start_and_end(case, "WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone", 150 * MS);
    });
    assert_eq!(kinds(&record), [FindingKind::SequentialCalls]);
    let asked: Vec<_> = record.findings()[0].sequence().map(Operation::summary).collect();
    assert_eq!(asked.len(), 2, "a write is none: {asked:?}");
    let verdict = record.verdict().unwrap();
    let expected =
        format!("100% database: {}, then {} (one after the other, together 150 ms shorter)", asked[0], asked[1]);
    assert_eq!(verdict, expected);
}
