//! The same again and again.

use super::{Case, MS, USER, kinds, start_at};
use crate::callsite::Found;
use crate::findings::FindingKind;
use crate::level::Level;
use crate::open_call::start_call;
use crate::operation::Operation;
use std::time::Duration;

#[test]
fn a_loop_of_queries_is_found_whatever_comes_between_and_however_fast_it_is() {
    let case = Case::new();
    let record = case.record(|case, _| {
        case.query("SELECT id FROM orders", 0, MS);
        for id in 0..12 {
            case.query(USER, id, Duration::from_micros(10));
            case.query("BEGIN", 0, Duration::ZERO);
            if id % 3 == 0 {
                case.query(&format!("SELECT {id} FROM other_{id}"), 0, MS);
            }
        }
    });
    assert_eq!(kinds(&record), [FindingKind::NPlusOne]);
    let found = &record.findings()[0];
    assert_eq!(
        (found.count(), found.distinct_parameters(), found.limit()),
        (12, Some(11), 5),
        "the first is not looked at"
    );
    assert_eq!(found.operation().map(Operation::summary), Some("SELECT users"));
    assert_eq!((found.cost(), found.total()), (Duration::from_micros(120), Duration::from_micros(120)));
    assert!(record.is_flagged());
    assert_eq!(record.level(), Level::Info, "it costs nothing yet");
}

#[test]
fn it_is_loud_from_fifty_milliseconds_on() {
    let case = Case::new();
    let record = case.record(|case, _| (0..5).for_each(|id| case.query(USER, id, 10 * MS)));
    assert_eq!((kinds(&record), record.level()), (vec![FindingKind::NPlusOne], Level::Warning));
}

#[test]
fn calls_that_overlap_cost_their_time_once() {
    let case = Case::new();
    let record = case.record(|case, _| {
        let calls: Vec<_> = (0..8).map(|_| start_call(Operation::database("sqlite", "main", USER), None)).collect();
        case.pass(20 * MS);
        calls.into_iter().for_each(|call| call.completed());
    });
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.count(), found.distinct_parameters()), (FindingKind::NPlusOne, 8, None));
    assert_eq!((found.cost(), found.total(), found.slowest()), (20 * MS, 160 * MS, 20 * MS));
}

#[test]
fn four_are_not_many_and_neither_are_three_here_and_three_there() {
    let case = Case::new();
    let four = case.record(|case, _| (0..4).for_each(|id| case.query(USER, id, MS)));
    assert_eq!(kinds(&four), []);
    let record = case.record(|_, _| {
        let asked = || Operation::database("postgresql", "main", USER);
        for _ in 0..3 {
            start_at(asked(), Found::named("src/a.rs", 1)).completed();
            start_at(asked(), Found::named("src/b.rs", 1)).completed();
        }
    });
    assert_eq!((kinds(&record), record.database().repeats()), (vec![], 6));
}

#[test]
fn the_same_with_the_same_parameters_is_a_duplicate() {
    let case = Case::new();
    let record = case.record(|case, _| (0..5).for_each(|_| case.query(USER, 7, MS)));
    assert_eq!(kinds(&record), [FindingKind::DuplicateQuery]);
    // Nothing is given to it at all.
    let bare = case.record(|case, _| {
        (0..5).for_each(|_| {
            start_call(Operation::database("postgresql", "main", "SELECT count(*) FROM users"), None).completed();
            case.pass(MS);
        });
    });
    assert_eq!((kinds(&bare), bare.findings()[0].distinct_parameters()), (vec![FindingKind::DuplicateQuery], Some(1)));
    let literals = case.record(|_, _| {
        for id in 0..5 {
            let sql = format!("SELECT name FROM users WHERE id = {id}");
            start_call(Operation::database("postgresql", "main", &sql), None).completed();
        }
    });
    assert_eq!(
        (kinds(&literals), literals.findings()[0].distinct_parameters()),
        (vec![FindingKind::NPlusOne], Some(5))
    );
}

#[test]
fn more_calls_than_are_kept_are_counted_too() {
    let case = Case::new();
    let record = case.record(|case, _| (0..500).for_each(|id| case.query(USER, id, MS)));
    let found = &record.findings()[0];
    assert_eq!((found.kind(), found.count(), found.cost()), (FindingKind::NPlusOne, 500, 500 * MS));
    assert_eq!(kinds(&record), [FindingKind::NPlusOne, FindingKind::TooManyQueries], "one of them is the reason");
}

#[test]
fn one_service_asked_again_and_again_is_found() {
    let case = Case::new();
    let calls = |count: u64| {
        case.record(|case, _| (0..count).for_each(|id| case.get("partner.example", &format!("/users/{id}"), MS)))
    };
    assert_eq!(kinds(&calls(9)), []);
    let record = calls(10);
    assert_eq!(kinds(&record), [FindingKind::ExternalNPlusOne]);
    assert_eq!((record.findings()[0].count(), record.findings()[0].cost()), (10, 10 * MS));
}
