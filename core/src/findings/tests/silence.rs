//! What is not to be found, and from when on something is.

use super::{Case, MS, USER, kinds, start_at};
use crate::callsite::Found;
use crate::current_request::request;
use crate::findings::FindingKind;
use crate::findings::Thresholds;
use crate::operation::Operation;
use crate::silence::Silence;

#[test]
fn what_is_meant_is_not_found() {
    let loops = |case: &Case| (0..6).for_each(|id| case.query(USER, id, MS));
    let case = Case::new();
    let deliberate = case.record(|case, _| {
        let mut all = std::pin::pin!(crate::deliberate(async { loops(case) }));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(all.as_mut().poll(&mut cx).is_ready());
        loops(case);
    });
    assert_eq!((deliberate.findings().len(), deliberate.findings()[0].count()), (1, 6), "the others are not meant");
    let allowed = case.record(|case, _| {
        request().allow(FindingKind::NPlusOne);
        loops(case);
    });
    assert_eq!((kinds(&allowed), allowed.is_flagged()), (vec![], false));
    let off = Case::capturing(|capture| capture.thresholds.switch_off(FindingKind::NPlusOne));
    assert_eq!(kinds(&off.record(|case, _| loops(case))), []);
    for (place, silent) in [
        ("SELECT users", true),
        ("main", true),
        ("orders.rs:88", true),
        ("src/orders.rs", true),
        ("main.example", false),
        ("price_lookup", false),
        ("ers.rs", false),
        ("orders.rs:8", false),
        ("SELECT", false),
    ] {
        let case = Case::capturing(|capture| capture.silence = Silence::new([place]));
        let record = case.record(|_, _| {
            let asked = || Operation::database("postgresql", "main", USER);
            (0..6).for_each(|_| start_at(asked(), Found::named("shop/src/orders.rs", 88)).completed());
        });
        assert_eq!(record.findings().is_empty(), silent, "{place}");
    }
}

#[test]
fn a_route_has_thresholds_of_its_own() {
    let budget = |queries| Thresholds { max_queries: queries, ..Thresholds::default() };
    let case = Case::capturing(|capture| {
        capture.routes.set("GET /orders", budget(2));
        capture.routes.set("/orders", budget(0));
        capture.routes.set("rollup", Thresholds { slow_request: MS, ..Thresholds::default() });
    });
    let queries =
        |count| case.record(|case, _| (0..count).for_each(|at| case.query(&format!("SELECT {at} FROM t{at}"), 0, MS)));
    assert_eq!(kinds(&queries(2)), []);
    let three = queries(3);
    assert_eq!(kinds(&three), [FindingKind::TooManyQueries]);
    assert_eq!((three.findings()[0].count(), three.findings()[0].limit()), (3, 2));
    // Tasks take their time, unless somebody says how much they may.
    for (name, expected) in [("rollup", vec![FindingKind::SlowRequest]), ("clean", vec![])] {
        let mut task = Box::pin(case.instance.handle().task(name, async { case.pass(2000 * MS) }));
        assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
        drop(task);
        let record = case.instance.take().remove(0);
        let found: Vec<_> = kinds(&record).into_iter().filter(|kind| *kind != FindingKind::Blocking).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn what_may_be_at_a_silenced_line_is_held_back_until_that_is_known() {
    let found = |place: &str| {
        let case = Case::capturing(|capture| capture.silence = Silence::new([place]));
        let record = case.record(|_, _| {
            // A search that nobody has begun, and so nobody ends.
            let unnamed = Found::unnamed();
            (0..6).for_each(|_| start_at(Operation::database("postgresql", "main", USER), unnamed).completed());
        });
        record.findings().len()
    };
    assert_eq!((found("src/orders.rs:88"), found("src/orders.rs"), found("SELECT orders")), (0, 0, 1));
}
