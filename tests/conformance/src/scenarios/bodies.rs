//! Bodies that requests bring.

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::Request;
use crate::expected::and;

const EVENT: &str = r#"{"experiment_id":1,"user_id":"ada","name":"click"}"#;

fn tracked() -> Value {
    json!({
        "method": "POST", "route": "/events", "path": "/events", "status_code": 201, "request_bytes": EVENT.len(),
        "user_id": "ada", "action": "event.track", "experiment_id": 1, "db_queries": 1,
    })
}

fn post() -> Request {
    Request::new("POST", "/events").header("content-type", "application/json")
}

pub(super) fn a_body_that_was_announced_is_counted(case: &Case) {
    let demo = case.start();
    let short = demo.ask(Request::post("/events", EVENT));
    let spaces = " ".repeat(30_000);
    let long = demo.ask(Request::post("/events", format!("{EVENT}{spaces}")));
    // Nobody reads it.
    let unread = demo.ask(Request::post("/nothing/here", EVENT));
    let lines = demo.stop();
    lines.answered(&short, tracked());
    lines.answered(&long, and(&tracked(), json!({ "request_bytes": EVENT.len() + spaces.len() })));
    lines.answered(
        &unread,
        json!({ "method": "POST", "path": "/nothing/here", "status_code": 404, "request_bytes": EVENT.len() }),
    );
}

pub(super) fn a_body_in_chunks_is_counted(case: &Case) {
    let demo = case.start();
    let (first, second) = EVENT.split_at(20);
    let mut connection = demo.connect();
    connection.send(post().header("transfer-encoding", "chunked").to_bytes());
    connection.send(format!("{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len()));
    let response = connection.answer("POST").expect("the service answers");
    demo.stop().answered(&response, tracked());
}

pub(super) fn a_body_that_waits_to_be_asked_for_is_counted(case: &Case) {
    let demo = case.start();
    let mut connection = demo.connect();
    let length = EVENT.len().to_string();
    connection.send(post().header("content-length", length).header("expect", "100-continue").to_bytes());
    assert_eq!(connection.head().map(|interim| interim.status), Some(100));
    connection.send(EVENT);
    let response = connection.answer("POST").expect("the service answers");
    demo.stop().answered(&response, tracked());
}

pub(super) fn bodies_that_are_not_what_they_claim_are_refused(case: &Case) {
    let demo = case.start();
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(1_000_000));
    let bodies = [("", 400), ("{", 400), ("\0\u{1b}", 400), ("[]", 422), (r#"{"name":1,"key":2}"#, 422), (&long, 422)];
    let answers = bodies.map(|(body, _)| demo.ask(Request::post("/experiments", body)));
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), bodies.len());
    for (response, (body, status)) in answers.iter().zip(bodies) {
        lines.answered(
            response,
            json!({
                "method": "POST", "route": "/experiments", "path": "/experiments", "status_code": status,
                "request_bytes": body.len(),
            }),
        );
    }
}
