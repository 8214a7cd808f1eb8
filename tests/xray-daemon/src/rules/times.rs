//! When a part began, and when it ended.

use serde_json::Value;

use crate::check::Check;

/// 2000 to 2100, in seconds. Milliseconds are far beyond.
const SECONDS: std::ops::Range<f64> = 946_684_800.0..4_102_444_800.0;

pub(super) fn check(check: &mut Check, json: &Value) {
    let (start, end) = (&json["start_time"], &json["end_time"]);
    check.require(!start.is_null(), "start_time is missing");
    for (name, time) in [("start_time", start), ("end_time", end)] {
        if let Some(seconds) = time.as_f64() {
            check.require(SECONDS.contains(&seconds), format_args!("{name} is {seconds}, not seconds of this century"));
        }
    }
    if let (Some(start), Some(end)) = (start.as_f64(), end.as_f64()) {
        check.require(start <= end, format_args!("it ends at {end}, before it begins at {start}"));
    }
    let in_progress = json["in_progress"] == true;
    check.require(in_progress || !end.is_null(), "neither end_time nor in_progress");
    check.require(!in_progress || end.is_null(), "it has ended and is in progress");
}
