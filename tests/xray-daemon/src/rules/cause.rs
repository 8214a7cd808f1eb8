//! Why it went wrong.

use serde_json::Value;

use super::identity::is_id;
use crate::check::{Check, Kind, LONG_TEXT, Members};

const CAUSE: Members = &[("working_directory", LONG_TEXT), ("paths", Kind::List), ("exceptions", Kind::List)];

const EXCEPTION: Members = &[
    ("id", LONG_TEXT),
    ("message", LONG_TEXT),
    ("type", LONG_TEXT),
    ("remote", Kind::Flag),
    ("truncated", Kind::Whole),
    ("skipped", Kind::Whole),
    ("cause", LONG_TEXT),
    ("stack", Kind::List),
];

const FRAME: Members = &[("path", LONG_TEXT), ("line", Kind::Whole), ("label", LONG_TEXT)];

pub(super) fn check(check: &mut Check, json: &Value) {
    let cause = &json["cause"];
    match cause {
        Value::Null => check.require(json.get("cause").is_none(), "cause is null"),
        // An exception that another part has told of.
        Value::String(_) => check.require(is_id(cause), format_args!("cause is {cause}, not 16 lower-case hex digits")),
        Value::Object(_) => exceptions(check, cause),
        other => check.complain(format_args!("cause is {other}, neither an object nor an id")),
    }
}

fn exceptions(check: &mut Check, cause: &Value) {
    check.members("cause", cause, CAUSE);
    let none = Vec::new();
    let exceptions = cause["exceptions"].as_array().unwrap_or(&none);
    check.require(!exceptions.is_empty(), "cause has no exceptions");
    for path in cause["paths"].as_array().into_iter().flatten() {
        check.kind("a path of cause", path, LONG_TEXT);
    }
    for exception in exceptions {
        let id = &exception["id"];
        let path = format!("exception {id}");
        check.kind(&path, exception, Kind::Object);
        check.members(&path, exception, EXCEPTION);
        check.require(is_id(id), format_args!("id of an exception is {id}, not 16 lower-case hex digits"));
        let of = &exception["cause"];
        let is_there = of.is_null() || (of != id && exceptions.iter().any(|other| other["id"] == *of));
        check.require(is_there, format_args!("{path} is caused by {of}, which is not there"));
        for frame in exception["stack"].as_array().into_iter().flatten() {
            check.kind("a frame of the stack", frame, Kind::Object);
            check.members("stack", frame, FRAME);
        }
    }
}
