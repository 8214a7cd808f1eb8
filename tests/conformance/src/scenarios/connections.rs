//! What a connection makes of its requests.

use serde_json::{Value, json};

use crate::case::Case;
use crate::client::Request;

fn experiment(id: usize) -> (String, Value) {
    let path = format!("/experiments/{id}");
    let record = json!({ "route": "/experiments/{id}", "path": path, "db_queries": 1 });
    (path, record)
}

pub(super) fn each_request_of_a_connection_has_its_record(case: &Case) {
    let demo = case.start();
    let mut connection = demo.connect();
    let answers = [1, 2, 3].map(|id| {
        let (path, record) = experiment(id);
        (connection.ask(&Request::get(path)).expect("the connection is kept"), record)
    });
    let failed = connection.ask(&Request::get("/fail?status=500")).expect("the connection is kept");
    let posted =
        connection.ask(&Request::post("/experiments", r#"{"name":"","key":""}"#)).expect("the connection is kept");
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), 5);
    for (response, record) in answers {
        lines.answered(&response, record);
    }
    lines.answered(&failed, json!({ "route": "/fail", "path": "/fail", "status_code": 500 }));
    lines.answered(
        &posted,
        json!({
            "method": "POST", "route": "/experiments", "path": "/experiments", "status_code": 400, "request_bytes": 20,
            "action": "experiment.create",
        }),
    );
}

pub(super) fn requests_sent_ahead_are_told_apart(case: &Case) {
    let demo = case.start();
    let mut connection = demo.connect();
    let asked: Vec<_> = (1..=10).map(experiment).collect();
    let ahead: Vec<u8> = asked.iter().flat_map(|(path, _)| Request::get(path).to_bytes()).collect();
    connection.send(ahead);
    let answers: Vec<_> = asked.iter().map(|_| connection.answer("GET").expect("each is answered")).collect();
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), asked.len());
    for (response, (_, record)) in answers.iter().zip(asked) {
        lines.answered(response, record);
    }
}

pub(super) fn the_older_protocol_is_measured_too(case: &Case) {
    let demo = case.start();
    let (path, record) = experiment(1);
    let one = demo.ask(Request::version_1_0(&path));
    // Without chunks, its end is the connection's.
    let export = demo.ask(Request::version_1_0("/export?rows=250"));
    assert_eq!(export.body.iter().filter(|byte| **byte == b'\n').count(), 250);
    let lines = demo.stop();
    lines.answered(&one, record);
    lines.answered(&export, json!({ "route": "/export", "path": "/export" }));
}
