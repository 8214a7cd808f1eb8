//! Names and ids.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::Part;
use crate::check::Check;

const MOST_OF_NAME: usize = 200;

/// The schema spells these characters out one by one: the letters, separators and digits that Unicode 8.0 had in its Basic
/// Multilingual Plane, and a few marks.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[\p{L}\p{Z}\p{N}&&\p{Age:8.0}&&[\x{0}-\x{FFFF}]--[\x{1CF2}\x{1CF3}]]|[_.:/%&#=+\-@])*$")
        .expect("it is a pattern")
});

static TRACE_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^1-[0-9a-f]{8}-[0-9a-f]{24}$").expect("it is a pattern"));

pub(super) fn check(check: &mut Check, json: &Value, part: Part<'_>) {
    name(check, &json["name"]);
    check.require(is_id(&json["id"]), format_args!("id is {}, not 16 lower-case hex digits", json["id"]));
    let parent = &json["parent_id"];
    check.require(
        parent.is_null() || is_id(parent),
        format_args!("parent_id is {parent}, not 16 lower-case hex digits"),
    );
    check.require(parent.is_null() || *parent != json["id"], "it is its own parent");
    match part {
        Part::Segment => trace_id(check, &json["trace_id"]),
        Part::Alone => {
            trace_id(check, &json["trace_id"]);
            check.require(!parent.is_null(), "it was sent alone and has no parent_id");
        }
        Part::Inside { parent: around, trace_id } => {
            // AWS' own SDKs say again what follows from where it is.
            let says = |name: &str, value: &Value| json[name].is_null() || json[name] == *value;
            check.require(
                says("parent_id", around),
                format_args!("parent_id is {parent}, but it is inside of {around}"),
            );
            let other = &json["trace_id"];
            check
                .require(says("trace_id", trace_id), format_args!("trace_id is {other}, that around it is {trace_id}"));
            check.require(
                says("type", &"subsegment".into()),
                format_args!("type is {}, inside of another part", json["type"]),
            );
        }
    }
    for id in json["precursor_ids"].as_array().into_iter().flatten() {
        check.require(is_id(id), format_args!("precursor_ids has {id}, not 16 lower-case hex digits"));
    }
}

fn name(check: &mut Check, name: &Value) {
    let Some(text) = name.as_str() else {
        return check.require(!name.is_null(), "name is missing");
    };
    let length = text.chars().count();
    check.require(length > 0, "name is empty");
    check.require(length <= MOST_OF_NAME, format_args!("name has {length} characters, more than {MOST_OF_NAME}"));
    check.require(NAME.is_match(text), format_args!("name {text:?} has characters that X-Ray refuses"));
}

fn trace_id(check: &mut Check, id: &Value) {
    let is_one = id.as_str().is_some_and(|id| TRACE_ID.is_match(id) && id != "1-00000000-000000000000000000000000");
    check.require(is_one, format_args!("trace_id is {id}, not 1-, 8 and 24 lower-case hex digits"));
}

/// 16 lower-case hex digits that are not all 0.
pub(crate) fn is_id(id: &Value) -> bool {
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    id.as_str().is_some_and(|id| id.len() == 16 && id.bytes().all(is_digit) && id.bytes().any(|digit| digit != b'0'))
}
