//! What the function answers, and what its record says of it.

use serde_json::{Value, json};
use tachograph_lambda_api::Event;

use crate::{function, record, records, report};

fn outcome(record: &Value) -> [&str; 4] {
    ["level", "outcome", "error_type", "error_message"].map(|name| record[name].as_str().unwrap_or("-"))
}

#[test]
fn an_error_is_reported_and_recorded() {
    let function = function().start();
    let error = function.invoke(&Event::new(json!({ "do": "fail" }))).answer().error();
    // A box has no better name for Lambda; the record looks what is in it.
    assert!(error.error_type.contains("dyn core::error::Error"), "{}", error.error_type);
    assert_eq!(error.message, "invalid digit found in string");
    assert_eq!(outcome(&record(&function)), ["error", "completed", "ParseIntError", "invalid digit found in string"]);
}

#[test]
fn a_refusal_of_the_applications_own_has_its_name() {
    let function = function().start();
    let refused = Event::new(json!({ "do": "create", "name": "", "key": "" }));
    let error = function.invoke(&refused).answer().error();
    assert_eq!(error.message, "name and key must not be empty");
    let record = record(&function);
    let expected = ["error", "completed", "Invalid", "name and key must not be empty"];
    assert_eq!((outcome(&record), &record["action"]), (expected, &"experiment.create".into()));
}

#[test]
fn a_panic_is_reported_and_recorded_and_the_function_goes_on() {
    let function = function().start();
    let error = function.invoke(&Event::new(json!({ "do": "panic" }))).answer().error();
    assert_eq!(error.message, "Lambda panicked: somebody asked for a panic");
    assert_eq!(outcome(&record(&function)), ["critical", "panicked", "panicked", "-"]);
    function.invoke(&report(7)).answer().response();
    function.frozen();
    assert_eq!(outcome(&records(&function)[1]), ["info", "completed", "-", "-"]);
}

#[test]
fn an_event_that_the_handler_does_not_take_is_recorded_as_such() {
    let function = function().start();
    let error = function.invoke(&Event::new(json!({ "do": "nothing" }))).answer().error();
    assert!(error.message.contains("unknown variant"), "{}", error.message);
    let unreadable = "the event is none that the handler takes: it was not called";
    assert_eq!(outcome(&record(&function)), ["error", "completed", "unreadable_event", unreadable]);
    function.invoke(&report(7)).answer().response();
    function.frozen();
    assert_eq!(outcome(&records(&function)[1]), ["info", "completed", "-", "-"]);
}
