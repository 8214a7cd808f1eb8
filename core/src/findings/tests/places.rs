//! Calls whose places are known, and calls whose places are not.

use super::{Case, MS, USER, start_at};
use crate::callsite::Found;
use crate::findings::FindingKind;
use crate::operation::Operation;

#[test]
fn calls_of_unknown_places_belong_to_the_place_that_is_known() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..6 {
            let place = if at == 4 { Found::named("src/a.rs", 7) } else { None };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let found = &record.findings()[0];
    assert_eq!((found.count(), found.callsite().map(|callsite| callsite.line())), (6, Some(7)));
}

#[test]
fn a_call_is_where_the_one_before_it_was() {
    let case = Case::new();
    let places = |lines: &[u32]| {
        let record = case.record(|_, _| {
            for line in lines {
                let place = if *line > 0 { Found::named("src/a.rs", *line) } else { None };
                start_at(Operation::database("postgresql", "main", USER), place).completed();
            }
        });
        let found = record.findings().iter();
        found.map(|found| (found.callsite().map(|callsite| callsite.line()), found.count())).collect::<Vec<_>>()
    };
    assert_eq!(places(&[0, 7, 7, 7, 8, 0, 0, 0]), [], "four here and four there");
    assert_eq!(places(&[0, 7, 7, 8, 8, 0, 0, 0]), [(Some(8), 5)]);
    assert_eq!(places(&[0, 0, 0, 7, 8]), []);
    assert_eq!(places(&[0, 0, 0, 0, 7]), [(Some(7), 5)]);
    assert_eq!(places(&[0, 0, 0, 0, 0]), [(None, 5)]);
}

#[test]
fn lines_of_calls_are_grouped_as_findings_are() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..8 {
            let place = if (1..5).contains(&at) { Found::named("src/a.rs", 7) } else { None };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let groups = record.call_groups();
    let [group] = &groups[..] else { panic!("{groups:?}") };
    assert_eq!((group.count(), group.callsite().map(|callsite| callsite.line())), (8, Some(7)));
}

#[test]
fn a_loop_stays_whole_while_its_place_is_looked_up() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..8 {
            let place = match at {
                1..4 => Found::unnamed(),
                4..7 => Found::named("src/a.rs", 7),
                _ => None,
            };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let found: Vec<_> = record.findings().iter().map(|found| (found.kind(), found.count())).collect();
    assert_eq!(found, [(FindingKind::NPlusOne, 8)]);
}

#[test]
fn where_a_call_ended_divides_no_loop() {
    let case = Case::new();
    let record = case.record(|_, _| {
        for at in 0..8 {
            let place = match at {
                0 | 7 => Found::named("src/a.rs", 9).map(Found::at_end),
                _ => Found::named("src/a.rs", 7),
            };
            start_at(Operation::database("postgresql", "main", USER), place).completed();
        }
    });
    let found: Vec<_> =
        record.findings().iter().map(|found| (found.count(), found.callsite().unwrap().line())).collect();
    assert_eq!(found, [(8, 7)]);
    let groups: Vec<_> =
        record.call_groups().iter().map(|group| (group.count(), group.callsite().unwrap().line())).collect();
    assert_eq!(groups, [(8, 7)]);
    let alone = case.record(|case, _| {
        let place = Found::named("src/a.rs", 9).map(Found::at_end);
        let call = start_at(Operation::database("postgresql", "main", USER), place);
        case.pass(600 * MS);
        call.completed();
    });
    assert_eq!(alone.findings()[0].callsite().map(|callsite| callsite.line()), Some(9));
    assert_eq!(alone.call_groups()[0].callsite().map(|callsite| callsite.line()), Some(9));
}
