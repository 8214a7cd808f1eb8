//! The demonstration's functions, run by the real runtime client against a Runtime API that freezes them as Lambda does:
//! what they have written when they are frozen is all there is.
#![cfg(unix)]

mod answers;
mod at_once;
mod freezing;
mod http;
mod invocations;
mod outside;
mod time_outs;
mod xray;

use serde_json::{Value, json};
use tachograph_lambda_api::{Event, Function, Running};

const TRACE_ID: &str = "67891233abcdef012345678912345678";

/// The header of a trace, sampled or not.
fn trace(sampled: u8) -> String {
    format!("Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled={sampled};Lineage=1:a87bd80c:0")
}

fn function() -> Function {
    Function::of(env!("CARGO_BIN_EXE_demo-lambda"))
}

fn report(id: u64) -> Event {
    Event::new(json!({ "do": "report", "id": id }))
}

/// The lines of requests and tasks.
fn records(function: &Running) -> Vec<Value> {
    let is_record = |line: &Value| matches!(line["event"].as_str(), Some("request" | "task"));
    function.lines().into_iter().filter(is_record).collect()
}

/// The one record of a function that was invoked once, and is frozen now.
fn record(function: &Running) -> Value {
    function.frozen();
    let mut records = records(function);
    assert_eq!(records.len(), 1, "{records:#?}");
    records.remove(0)
}
