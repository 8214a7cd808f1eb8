//! Clients that do not wait for the end.

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::{Connection, Request};
use crate::differences::RUNS_ON;
use crate::expected::{COUNT, SOME};
use crate::service::Demo;

/// For how many milliseconds a handler is to sleep: where nothing cancels it, it has to end by itself, and elsewhere only
/// one that is cancelled ends before the scenario gives up.
fn until_seen(case: &Case) -> u32 {
    if case.is_known(RUNS_ON) { 200 } else { 600_000 }
}

fn start(case: &Case) -> Demo {
    case.setup().env("RUST_LOG", "tachograph_experiments=debug").start()
}

/// A connection whose request sleeps in its handler: the application has said so.
fn in_the_handler(demo: &Demo, ms: u32) -> Connection {
    let mut connection = demo.connect();
    connection.send(Request::get(format!("/slow?ms={ms}")).header("x-request-id", "leaving").to_bytes());
    demo.until_written(&[r#""message":"sleeping""#, r#""request_id":"leaving""#]);
    connection
}

/// A connection that has the beginning of a body of so many rows.
fn in_the_body(demo: &Demo, rows: u32) -> Connection {
    let mut connection = demo.connect();
    connection.send(Request::get(format!("/export?rows={rows}")).header("x-request-id", "leaving").to_bytes());
    assert_eq!(connection.head().map(|head| head.status), Some(200));
    connection.chunk().expect("the body has begun");
    connection
}

/// A connection whose handler waits for a body, and was heard to: nothing of it is on its way.
fn in_the_upload(demo: &Demo) -> Connection {
    let mut connection = demo.connect();
    let post = Request::new("POST", "/events").header("content-type", "application/json");
    let post = post.header("content-length", "50").header("expect", "100-continue").header("x-request-id", "leaving");
    connection.send(post.to_bytes());
    assert_eq!(connection.head().map(|interim| interim.status), Some(100));
    connection
}

#[track_caller]
fn leaves(demo: Demo, record: Value) {
    demo.until_recorded("leaving");
    let lines = demo.stop();
    lines.unanswered("leaving", record);
    assert_eq!(lines.requests().len(), 1);
}

fn gone_from_the_handler() -> Value {
    json!({ "route": "/slow", "path": "/slow", "outcome": "client_disconnected" })
}

fn gone_from_the_body() -> Value {
    json!({
        "route": "/export", "path": "/export", "outcome": "client_disconnected", "status_code": 200,
        "response_bytes": SOME,
    })
}

/// The handler is told that the body broke off, and refuses it; that nobody hears it is not for the handler to know.
fn gone_from_the_upload() -> Value {
    json!({
        "method": "POST", "route": "/events", "path": "/events", "status_code": 400, "request_bytes": 50,
        "response_bytes": COUNT,
    })
}

pub(super) fn during_the_handler_by_fin(case: &Case) {
    let demo = start(case);
    let connection = in_the_handler(&demo, until_seen(case));
    connection.finish();
    leaves(demo, gone_from_the_handler());
}

pub(super) fn during_the_handler_by_reset(case: &Case) {
    let demo = start(case);
    let connection = in_the_handler(&demo, until_seen(case));
    connection.reset();
    leaves(demo, gone_from_the_handler());
}

pub(super) fn during_the_body_by_fin(case: &Case) {
    let demo = start(case);
    // More than the machine would take in without the client.
    let mut connection = in_the_body(&demo, 2_000_000);
    connection.finish();
    // Some look for a FIN only once what is on its way was taken.
    assert!(!connection.comes_to_an_end());
    leaves(demo, gone_from_the_body());
}

pub(super) fn during_the_body_by_reset(case: &Case) {
    let demo = start(case);
    in_the_body(&demo, u32::MAX).reset();
    leaves(demo, gone_from_the_body());
}

pub(super) fn during_the_upload_by_fin(case: &Case) {
    let demo = start(case);
    let connection = in_the_upload(&demo);
    connection.finish();
    leaves(demo, gone_from_the_upload());
}

pub(super) fn during_the_upload_by_reset(case: &Case) {
    let demo = start(case);
    in_the_upload(&demo).reset();
    leaves(demo, gone_from_the_upload());
}
