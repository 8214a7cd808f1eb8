//! What can be chosen.

use serde_json::Value;

use super::{Board, KIND};
use crate::grafana::variable::{some_of, source, written};

/// What people notice, in milliseconds.
const MINIMUM_DURATION: &str = "200";

/// The first two are what no user asks by.
const METHODS: [&str; 7] = ["OPTIONS", "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"];
const EXCLUDED: usize = 2;

/// Logs Insights cannot be asked which values there are, so they are written: versions and statuses as regular expressions,
/// endpoints as a part of them. What stands there at first is a part of all.
pub(super) fn variables(board: &Board<'_>) -> Vec<Value> {
    let settings = board.settings;
    vec![
        source(KIND),
        written("region", "Region", settings.region.as_deref().unwrap_or("default")),
        written("log_group", "Log group", &settings.log_group),
        written("service", "Service", &settings.service),
        written("version", "Version", ".*"),
        written("endpoint", "Endpoint has", "/"),
        some_of("excluded_methods", "Excluded methods", &METHODS, EXCLUDED),
        written("status", "Status", ".*"),
        written("minimum_duration", "Slower than (ms)", MINIMUM_DURATION),
    ]
}
