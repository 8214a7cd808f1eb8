//! What is found is counted by its kind.

use tachograph_core::{OpenRequest, Operation, start_call};
use tachograph_metrics::{Delta, Naming, Settings};

use crate::bench::{Bench, values};

fn query(sql: &str) {
    start_call(Operation::database("sqlite", "main", sql), None).completed();
}

fn rows(table: &str, count: usize) {
    (0..count).for_each(|id| query(&format!("SELECT * FROM {table} WHERE id = {id}")));
}

/// A request that does this, taking so long in one poll.
fn request(bench: &Bench, micros: u64, work: impl FnOnce()) -> OpenRequest {
    let mut request = bench.open("GET", "http");
    request.poll(|| {
        bench.advance(micros);
        work();
    });
    request.respond(200, Some(0), false);
    request
}

fn task(bench: &Bench, name: &str, work: impl FnOnce()) {
    let task = bench.handle.task(name, async { work() });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(task).poll(&mut context).is_ready());
}

/// How many findings of each kind there are, and of how many series.
fn found(bench: &Bench, name: &str) -> (usize, Vec<(String, f64)>) {
    let all = values(&bench.snapshot(), name);
    let kinds = all.iter().map(|(of, count)| (of.rsplit("finding=").next().unwrap().to_owned(), *count));
    (all.len(), kinds.collect())
}

fn kinds(expected: &[(&str, f64)]) -> (usize, Vec<(String, f64)>) {
    (expected.len(), expected.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect())
}

#[test]
fn each_finding_is_counted_by_what_it_is_whichever_thread_made_it() {
    let bench = Bench::new(Settings::default());
    request(&bench, 99_999, || rows("users", 4)).complete();
    assert_eq!(found(&bench, "http.server.findings"), kinds(&[]), "what is not there has no series");

    request(&bench, 999_999, || rows("users", 5)).complete();
    request(&bench, 0, || (0..4).for_each(|_| ["BEGIN", "SELECT a FROM a", "COMMIT"].into_iter().for_each(query)))
        .complete();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            request(&bench, 2_000_000, || {
                rows("users", 10);
                rows("orders", 10);
                (0..5).for_each(|_| query("SELECT count(*) FROM flags"));
            })
            .complete();
        });
    });
    let stream = |streams| {
        let mut open = request(&bench, 0, || rows("users", 20));
        open.respond(200, None, streams);
        open.complete();
    };
    stream(true);
    let expected = [
        ("n_plus_one", 3.0),
        ("duplicate_query", 1.0),
        ("blocking", 2.0),
        ("too_many_queries", 1.0),
        ("slow_request", 1.0),
    ];
    assert_eq!(found(&bench, "http.server.findings"), kinds(&expected));
    let plain = bench.metrics.collect(&bench.handle, Naming::Plain);
    let first = &values(&plain, "http_findings")[0];
    assert_eq!(*first, ("method=GET,path=/flags/{key},status=200,finding=n_plus_one".to_owned(), 3.0));
}

#[test]
fn what_was_found_since_is_the_difference() {
    let bench = Bench::new(Settings::default());
    let mut delta = Delta::default();
    let mut since = |times| {
        (0..times).for_each(|_| request(&bench, 0, || rows("users", 5)).complete());
        let snapshot = delta.since_last(bench.snapshot());
        delta.settled(true);
        values(&snapshot, "http.server.findings")[0].1
    };
    assert_eq!([since(1), since(3), since(0), since(2)], [1.0, 3.0, 0.0, 2.0]);
}

#[test]
fn tasks_have_findings_of_their_own() {
    let bench = Bench::new(Settings::default());
    task(&bench, "quiet", || rows("users", 4));
    assert_eq!(found(&bench, "task.findings"), kinds(&[]));
    task(&bench, "rollup", || rows("users", 5));
    task(&bench, "rollup", || {
        rows("users", 5);
        rows("orders", 6);
    });
    assert_eq!(values(&bench.snapshot(), "task.findings"), [("task=rollup,finding=n_plus_one".to_owned(), 3.0)]);
    assert_eq!(bench.snapshot().metric("task.findings").unwrap().unit, "{finding}");
    let plain = bench.metrics.collect(&bench.handle, Naming::Plain);
    assert_eq!(values(&plain, "task_findings")[0].1, 3.0);
    assert_eq!(found(&bench, "http.server.findings"), kinds(&[]));
}
