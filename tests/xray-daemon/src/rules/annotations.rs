//! What the application adds: annotations, which are searched by, and metadata, which is not.

use serde_json::Value;

use crate::check::{Check, Kind};

const MOST_OF_KEY: usize = 500;
const MOST_OF_TEXT: usize = 1000;

pub(super) fn check(check: &mut Check, json: &Value) {
    for (key, value) in json["annotations"].as_object().into_iter().flatten() {
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        check.require(is_key, format_args!("annotation {key:?} has other characters than letters, digits and _"));
        let length = key.chars().count();
        check.require(length <= MOST_OF_KEY, format_args!("an annotation's key has {length} characters"));
        let name = format!("annotation {key}");
        match value {
            Value::String(_) => check.kind(name, value, Kind::Text(MOST_OF_TEXT)),
            Value::Number(_) | Value::Bool(_) => {}
            other => check.complain(format_args!("{name} is {other}, neither text nor number nor flag")),
        }
    }
    for (namespace, values) in json["metadata"].as_object().into_iter().flatten() {
        check.kind(format_args!("metadata {namespace:?}"), values, Kind::Object);
        check.require(!namespace.starts_with("AWS."), format_args!("metadata {namespace:?} is AWS' own"));
    }
}
