//! What is recorded of an invocation.

use serde_json::Value;
use tachograph_lambda_api::Event;

use crate::{TRACE_ID, function, records, report, trace};

#[test]
fn each_has_its_line_before_the_function_is_frozen() {
    let function = function().start();
    for (number, id) in [7, 8, 9].into_iter().enumerate() {
        let answer = function.invoke(&report(id)).answer();
        assert_eq!(answer.response().json()["id"], id);
        function.frozen();
        let records = records(&function);
        assert_eq!(records.len(), number + 1, "{records:#?}");
        let last = &records[number];
        assert_eq!((&last["event"], &last["name"]), (&"task".into(), &"experiments".into()));
        assert_eq!((&last["outcome"], &last["level"]), (&"completed".into(), &"info".into()));
        assert_eq!((&last["action"], &last["experiment_id"]), (&"experiment.report".into(), &id.into()));
        assert_eq!((&last["db_queries"], &last["external_calls"]), (&2.into(), &1.into()));
    }
}

#[test]
fn the_first_waited_for_the_start_and_the_others_did_not() {
    let function = function().start();
    for _ in 0..3 {
        function.invoke(&report(7)).answer().response();
    }
    function.frozen();
    let records = records(&function);
    let cold: Vec<_> = records.iter().map(|record| record["cold_start"].as_bool().unwrap()).collect();
    assert_eq!(cold, [true, false, false]);
    assert!(records[0]["init_duration_ms"].is_u64(), "{}", records[0]);
    assert!(records[1..].iter().all(|record| record.get("init_duration_ms").is_none()));
}

#[test]
fn an_environment_that_was_started_ahead_kept_nobody_waiting() {
    let function = function().variable("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency").start();
    function.invoke(&report(7)).answer().response();
    let record = crate::record(&function);
    assert_eq!((&record["cold_start"], record.get("init_duration_ms")), (&false.into(), None));
}

#[test]
fn it_says_where_it_ran_and_how_much_time_it_had() {
    let function = function().variable("AWS_LAMBDA_FUNCTION_VERSION", "12").start();
    let invocation = function.invoke(&report(7));
    let id = invocation.id().to_owned();
    invocation.answer().response();
    let record = crate::record(&function);
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:experiments";
    for (name, expected) in [
        ("aws_request_id", Value::from(id)),
        ("function_name", "experiments".into()),
        ("function_version", "12".into()),
        ("function_arn", arn.into()),
        ("memory_mb", 256.into()),
    ] {
        assert_eq!(record[name], expected, "{name}");
    }
    let remaining = record["remaining_ms"].as_u64().unwrap();
    assert!((1..=30_000).contains(&remaining), "{remaining}");
}

#[test]
fn it_is_in_the_trace_that_its_header_names() {
    let function = function().start();
    for event in [report(7).trace(trace(1)), report(7).trace(trace(0)), report(7), report(7).trace("rubbish")] {
        function.invoke(&event).answer().response();
    }
    function.frozen();
    let records = records(&function);
    let ids: Vec<_> = records.iter().map(|record| record["trace_id"].as_str().unwrap()).collect();
    assert_eq!(ids[..2], [TRACE_ID; 2]);
    assert_ne!(ids[2], TRACE_ID);
    assert_eq!((ids[2].len(), ids[3].len()), (32, 32));
    assert_ne!(ids[2], ids[3], "each begins a trace of its own");
}

#[test]
fn events_of_the_application_are_in_it_too() {
    let function = function().variable("RUST_LOG", "debug").start();
    let slow = Event::new(serde_json::json!({ "do": "slow", "ms": 1 })).trace(trace(1));
    function.invoke(&slow).answer().response();
    let record = crate::record(&function);
    let lines = function.lines();
    let event = lines.iter().find(|line| line["message"] == "sleeping").expect("the handler says so");
    assert_eq!((&event["request_id"], &event["trace_id"]), (&record["request_id"], &TRACE_ID.into()));
}
