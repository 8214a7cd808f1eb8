//! The request that a segment served, or that a subsegment made.

use serde_json::Value;

use crate::check::{Check, Kind, Members, TEXT};

const HTTP: Members = &[("request", Kind::Object), ("response", Kind::Object)];

const SERVED: Members =
    &[("method", TEXT), ("url", TEXT), ("user_agent", TEXT), ("client_ip", TEXT), ("x_forwarded_for", Kind::Flag)];

const MADE: Members =
    &[("method", TEXT), ("url", TEXT), ("user_agent", TEXT), ("client_ip", TEXT), ("traced", Kind::Flag)];

const RESPONSE: Members = &[("status", Kind::Whole), ("content_length", Kind::Whole)];

pub(super) fn check(check: &mut Check, json: &Value, is_segment: bool) {
    let http = &json["http"];
    if check.members("http", http, HTTP).is_none() {
        return;
    }
    let request = &http["request"];
    check.members("http.request", request, if is_segment { SERVED } else { MADE });
    let is_forwarded = request["x_forwarded_for"] == true;
    check.require(!is_forwarded || !request["client_ip"].is_null(), "x_forwarded_for without client_ip");
    check.members("http.response", &http["response"], RESPONSE);
    if let Some(status) = http["response"]["status"].as_u64() {
        check.require((100..600).contains(&status), format_args!("status {status} is none of HTTP's"));
    }
    let is_placed = is_segment || request.is_null() || !json["namespace"].is_null();
    check.require(is_placed, "http.request without namespace: it would not be on the map");
}
