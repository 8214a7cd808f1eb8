//! Invocations that do not end in time.

use std::time::Duration;

use serde_json::{Value, json};
use tachograph_lambda_api::{Answer, Event, Running};

use crate::{function, records, report, trace};

const SECOND: Duration = Duration::from_secs(1);

fn times_out(function: &Running, event: Value) -> Value {
    let answer = function.invoke(&Event::new(event).within(SECOND).trace(trace(1))).answer();
    assert!(matches!(answer, Answer::TimedOut), "{answer:?}");
    records(function).pop().expect("it was sent before the end")
}

#[test]
fn they_are_recorded_before_the_process_is_killed() {
    let function = function().start();
    function.invoke(&report(7)).answer().response();
    let record = times_out(&function, json!({ "do": "slow", "ms": 60_000 }));
    assert_eq!(records(&function).len(), 2);
    let outcome = ["level", "outcome", "error_type"].map(|name| record[name].as_str().unwrap());
    assert_eq!(outcome, ["error", "open_at_shutdown", "timeout"]);
    assert_eq!((&record["trace_id"], &record["cold_start"]), (&crate::TRACE_ID.into(), &false.into()));
}

#[test]
fn a_handler_that_keeps_its_thread_is_seen_too() {
    let function = function().start();
    let record = times_out(&function, json!({ "do": "block", "ms": 60_000 }));
    assert_eq!((&record["outcome"], &record["error_type"]), (&"open_at_shutdown".into(), &"timeout".into()));
}
