//! How it went: `error`, `throttle` and `fault`, which X-Ray counts by and does not derive from the status.

use serde_json::Value;

use crate::check::Check;

pub(super) fn check(check: &mut Check, json: &Value) {
    let flag = |name: &str| json[name] == true;
    let (error, throttle, fault) = (flag("error"), flag("throttle"), flag("fault"));
    check.require(!throttle || error, "throttle without error");
    let has_cause = !json["cause"].is_null();
    check.require(!has_cause || error || fault, "cause of neither error nor fault");
    let Some(status) = json["http"]["response"]["status"].as_u64() else { return };
    let is_error = (400..500).contains(&status);
    check.require(error || !is_error, format_args!("no error at status {status}"));
    check.require(fault || status < 500, format_args!("no fault at status {status}"));
    check.require(throttle || status != 429, format_args!("no throttle at status {status}"));
    if !has_cause {
        check.require(!error || is_error, format_args!("error at status {status}, and no cause"));
        check.require(!fault || status >= 500, format_args!("fault at status {status}, and no cause"));
        // AWS' services throttle with status 400, too.
        let throttles = status == 429 || (is_error && json["namespace"] == "aws");
        check.require(!throttle || throttles, format_args!("throttle at status {status}, and no cause"));
    }
}
