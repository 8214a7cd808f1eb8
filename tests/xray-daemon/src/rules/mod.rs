//! What has to hold of one document, beyond being JSON.

use serde_json::Value;

use crate::check::{Check, Kind, LONG_TEXT, Members, TEXT};
use crate::json;

mod annotations;
mod aws;
mod cause;
mod findings;
mod http;
pub(crate) mod identity;
mod sql;
mod status;
mod times;

/// AWS says 64 kB.
const MOST_BYTES: usize = 64_000;

/// Readers of JSON stop at 128, and X-Ray puts documents into one another.
const MOST_LEVELS: usize = 120;

const SEGMENT: Members = &[
    ("name", LONG_TEXT),
    ("id", LONG_TEXT),
    ("trace_id", LONG_TEXT),
    ("parent_id", LONG_TEXT),
    ("start_time", Kind::Number),
    ("end_time", Kind::Number),
    ("in_progress", Kind::Flag),
    ("service", Kind::Object),
    ("user", TEXT),
    ("origin", TEXT),
    ("resource_arn", TEXT),
    ("http", Kind::Object),
    ("aws", Kind::Object),
    ("error", Kind::Flag),
    ("throttle", Kind::Flag),
    ("fault", Kind::Flag),
    ("cause", Kind::Any),
    ("annotations", Kind::Object),
    ("metadata", Kind::Object),
    ("subsegments", Kind::List),
];

const SUBSEGMENT: Members = &[
    ("name", LONG_TEXT),
    ("id", LONG_TEXT),
    ("type", LONG_TEXT),
    ("trace_id", LONG_TEXT),
    ("parent_id", LONG_TEXT),
    ("start_time", Kind::Number),
    ("end_time", Kind::Number),
    ("in_progress", Kind::Flag),
    ("namespace", LONG_TEXT),
    ("traced", Kind::Flag),
    ("precursor_ids", Kind::List),
    ("http", Kind::Object),
    ("aws", Kind::Object),
    ("sql", Kind::Object),
    ("error", Kind::Flag),
    ("throttle", Kind::Flag),
    ("fault", Kind::Flag),
    ("cause", Kind::Any),
    ("annotations", Kind::Object),
    ("metadata", Kind::Object),
    ("subsegments", Kind::List),
];

const SERVICE: Members = &[
    ("version", TEXT),
    // Not in the guide, but what AWS' own SDKs write.
    ("compiler", TEXT),
    ("compiler_version", TEXT),
    ("runtime", TEXT),
    ("runtime_version", TEXT),
];

/// What a part is, which decides what it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Segment,
    /// A subsegment that was sent alone.
    Alone,
    /// A subsegment inside of this part of a trace.
    Inside {
        parent: &'a Value,
        trace_id: &'a Value,
    },
}

/// What is wrong with the bytes of a document, and the document where they are one.
pub(crate) fn document(bytes: &[u8]) -> (Option<Value>, Vec<String>) {
    let mut check = Check::of(format!("document of {} bytes", bytes.len()));
    check.require(bytes.len() <= MOST_BYTES, format_args!("that is more than {MOST_BYTES}"));
    let json = match json::read(bytes) {
        Ok((json, twice)) => {
            twice.iter().for_each(|name| check.complain(format_args!("a member is there twice: {name}")));
            Some(json)
        }
        Err(error) => {
            check.complain(error);
            None
        }
    };
    let json = json.filter(|json| {
        check.require(json.is_object(), "it is no object");
        json.is_object()
    });
    let mut complaints = std::mem::take(&mut check.complaints);
    if let Some(json) = &json {
        let levels = json::depth(json);
        check.require(levels <= MOST_LEVELS, format_args!("{levels} levels are inside of one another"));
        complaints.append(&mut check.complaints);
        let part = if json["type"] == "subsegment" { Part::Alone } else { Part::Segment };
        self::part(json, part, &mut complaints);
    }
    (json, complaints)
}

fn part(json: &Value, part: Part<'_>, complaints: &mut Vec<String>) {
    let is_segment = part == Part::Segment;
    let mut check = Check::of(what(json, is_segment));
    if !json.is_object() {
        check.complain("it is no object");
        complaints.append(&mut check.complaints);
        return;
    }
    check.members("", json, if is_segment { SEGMENT } else { SUBSEGMENT });
    identity::check(&mut check, json, part);
    times::check(&mut check, json);
    status::check(&mut check, json);
    cause::check(&mut check, json);
    annotations::check(&mut check, json);
    findings::check(&mut check, json);
    http::check(&mut check, json, is_segment);
    aws::check(&mut check, json, is_segment);
    if is_segment {
        check.members("service", &json["service"], SERVICE);
    } else {
        sql::check(&mut check, json);
    }
    complaints.append(&mut check.complaints);
    let trace_id = match part {
        Part::Inside { trace_id, .. } => trace_id,
        Part::Segment | Part::Alone => &json["trace_id"],
    };
    for inside in json["subsegments"].as_array().into_iter().flatten() {
        self::part(inside, Part::Inside { parent: &json["id"], trace_id }, complaints);
    }
}

pub(crate) fn what(json: &Value, is_segment: bool) -> String {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let kind = if is_segment { "segment" } else { "subsegment" };
    format!("{kind} {:?} ({})", text("name"), text("id"))
}

#[cfg(test)]
mod tests;
