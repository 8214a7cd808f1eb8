//! What only a real PostgreSQL and a real Redis can show.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::{Connection, Request};
use crate::differences::RUNS_ON;
use crate::expected::{SOME, TEXT, and};
use crate::peers::Proxy;
use crate::service::Demo;

/// As many connections as the demonstration has to its database.
const CONNECTIONS: usize = 8;

fn ask(demo: &Demo, path: &str, id: &str) -> Connection {
    let mut connection = demo.connect();
    connection.send(Request::get(path).header("x-request-id", id).to_bytes());
    connection
}

fn experiment() -> Value {
    json!({ "route": "/experiments/{id}", "path": "/experiments/1", "db_queries": 1, "db_ms": SOME })
}

fn flag() -> Value {
    json!({ "route": "/flags/{key}", "path": "/flags/dark-mode", "db_queries": 1 })
}

pub(super) fn a_query_that_fails_is_an_error_of_its_request(case: &Case) {
    let demo = case.start();
    case.peers().postgres.drop_table("flags");
    let response = demo.get("/flags/dark-mode");
    let lines = demo.stop();
    lines.answered(
        &response,
        and(&flag(), json!({
            "status_code": 500, "cache_misses": 1, "db_errors": 1, "db_rows": 0, "error_type": "sqlx_core::error::Error", "error_message": TEXT,
            "error_chain": TEXT,
        })),
    );
    assert!(lines.only_request().text("error_message").contains("flags"));
}

pub(super) fn a_query_that_its_client_gives_up_is_counted(case: &Case) {
    let demo = case.start();
    let lock = case.peers().postgres.lock("experiments");
    let leaving = ask(&demo, "/experiments/1", "leaving");
    lock.until_waited_for_by(1);
    leaving.reset();
    if !case.is_known(RUNS_ON) {
        demo.until_recorded("leaving");
    }
    lock.release();
    demo.until_recorded("leaving");
    let after = demo.get("/experiments/1");
    let lines = demo.stop();
    let left = json!({ "request": "the one whose client left", "outcome": "client_disconnected", "db_rows": 0 });
    lines.unanswered("leaving", and(&experiment(), left));
    lines.answered(&after, experiment());
}

pub(super) fn waiting_for_a_connection_is_told_apart(case: &Case) {
    let demo = case.setup().env("RUST_LOG", "tachograph_experiments=debug").start();
    let lock = case.peers().postgres.lock("experiments");
    let mut holding: Vec<_> =
        (0..CONNECTIONS).map(|number| ask(&demo, "/experiments/1", &format!("holding-{number}"))).collect();
    lock.until_waited_for_by(CONNECTIONS as i64);
    let mut waiting = ask(&demo, "/flags/dark-mode", "waiting");
    demo.until_written(&[r#""message":"not cached""#, r#""request_id":"waiting""#]);
    // It waits already, and goes on to wait for so long that one can see it.
    let since = Instant::now();
    thread::sleep(Duration::from_millis(20));
    let waited = since.elapsed();
    lock.release();
    let answers: Vec<_> = holding.iter_mut().map(|holding| holding.answer("GET").expect("it is answered")).collect();
    let late = waiting.answer("GET").expect("it is answered");
    let lines = demo.stop();
    for response in &answers {
        lines.answered(response, experiment());
    }
    lines.answered(&late, and(&flag(), json!({ "cache_misses": 1, "db_wait_ms": SOME })));
    let line = lines.request(late.id());
    assert!(u128::from(line.micros("db_wait_ms")) >= waited.as_micros(), "{waited:?} {line:?}");
    assert!(line.micros("db_ms") < line.micros("db_wait_ms"), "the query itself waited for nobody: {line:?}");
}

pub(super) fn a_database_that_dies_during_a_query_is_its_requests_error(case: &Case) {
    let postgres = &case.peers().postgres;
    let proxy = Proxy::before(&postgres.url());
    let demo = case.setup().env("DATABASE_URL", proxy.url()).start();
    let lock = postgres.lock("experiments");
    let mut asking = ask(&demo, "/experiments/1", "asking");
    lock.until_waited_for_by(1);
    proxy.kill();
    let response = asking.answer("GET").expect("it is answered");
    // What needs no database is served on.
    let other = demo.get("/slow?ms=0");
    let lines = demo.stop();
    lines.answered(
        &response,
        and(&experiment(), json!({
            "status_code": 500, "db_rows": 0, "db_errors": 1, "error_type": "sqlx_core::error::Error", "error_message": TEXT, "error_chain": TEXT,
        })),
    );
    lines.answered(&other, json!({ "route": "/slow", "path": "/slow" }));
}

pub(super) fn a_cache_that_dies_during_a_lookup_is_done_without(case: &Case) {
    let proxy = Proxy::before(&case.peers().redis_url);
    let demo = case.setup().env("REDIS_URL", proxy.url()).start();
    proxy.hold();
    let mut asking = ask(&demo, "/flags/dark-mode", "asking");
    proxy.until_asked();
    proxy.kill();
    let response = asking.answer("GET").expect("it is answered");
    assert_eq!(response.json(), json!({ "key": "dark-mode", "enabled": true }));
    let lines = demo.stop();
    lines.answered(&response, and(&flag(), json!({ "cache_errors": 1, "cache_ms": SOME })));
}
