//! The object that is answered.

use std::time::SystemTime;

use tachograph_core::iso_8601;

use crate::state::State;

/// The keys that are ours. A check of such a name would write it twice.
pub(crate) const RESERVED: [&str; 3] = ["status", "version", "timestamp"];

/// One flat object, on one line.
pub(crate) fn body<'a>(
    status: &str,
    version: Option<&str>,
    checks: impl Iterator<Item = (&'a str, State)>,
    time: SystemTime,
) -> Vec<u8> {
    let mut body = Vec::with_capacity(256);
    body.push(b'{');
    member("status", status, &mut body);
    if let Some(version) = version {
        body.push(b',');
        member("version", version, &mut body);
    }
    for (name, state) in checks {
        body.push(b',');
        member(name, state.as_str(), &mut body);
    }
    body.extend_from_slice(b",\"timestamp\":\"");
    body.extend_from_slice(&iso_8601(time));
    body.extend_from_slice(b"\"}");
    body
}

fn member(name: &str, value: &str, body: &mut Vec<u8>) {
    string(name, body);
    body.push(b':');
    string(value, body);
}

fn string(text: &str, body: &mut Vec<u8>) {
    // Neither a text nor a vector can fail.
    let _ = serde_json::to_writer(body, text);
}
