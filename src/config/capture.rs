//! `[capture]`: what is measured, and from when on something is a finding.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[capture]`: what is measured.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CaptureConfig {
    /// Requests that pass unmeasured; see [`Ignore`](crate::Ignore).
    pub ignore: Option<Vec<String>>,
    /// From how many milliseconds on a request is slow. Default 1000.
    pub slow_request_ms: Option<u64>,
    /// A budget: more queries of one request are a finding. Default 20.
    pub max_queries: Option<u32>,
    /// Names of request headers that become fields, `header_<name>`. Default: none.
    pub request_headers: Vec<String>,
    /// Whether answers say where their time went, by a header `Server-Timing`, which the developer tools of browsers show;
    /// and strangers see. Default: only where `service.environment` is `development`, `dev`, `local` or `test`.
    pub server_timing: Option<bool>,
    /// Places of which no finding is made: a file, `src/orders.rs`, a line of one, `src/orders.rs:88`, the summary of a
    /// statement, `SELECT orders`, or the target of a call, `partner.example`. Default: none.
    pub silence: Vec<String>,
    /// `[capture.findings]`: from when on something is a finding.
    pub findings: FindingsConfig,
    /// `[capture.routes."GET /experiments"]`: routes that are judged otherwise. A route without a method stands for all of
    /// them; a name without a slash is that of a task.
    pub routes: BTreeMap<String, RouteConfig>,
}

/// `[capture.findings]`: from when on something is a [`Finding`](crate::Finding). The defaults are those of
/// [`Thresholds`](crate::Thresholds).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct FindingsConfig {
    /// So many times one statement from one place is `n_plus_one`, or `duplicate_query`. Default 5, at least 2.
    pub repeats: Option<u32>,
    /// From so many milliseconds on a query is a `slow_query`. Default 500.
    pub slow_query_ms: Option<u64>,
    /// From so many milliseconds on a call to another service is a `slow_external_call`. Default 1000.
    pub slow_external_call_ms: Option<u64>,
    /// So many calls to one service from one place are `external_n_plus_one`. Default 10, at least 2.
    pub external_repeats: Option<u32>,
    /// So many milliseconds that `sequential_calls` could have saved. Default 100.
    pub sequential_saving_ms: Option<u64>,
    /// From so many milliseconds of waiting for connections on: `connection_wait`. Default 100.
    pub connection_wait_ms: Option<u64>,
    /// From so many misses on: `cache_misses`, if they are at least half of what was looked up. Default 10.
    pub cache_misses: Option<u32>,
    /// An answer of more bytes is a `large_response`, if its request took longer than 100 ms. Default 300000.
    pub large_response_bytes: Option<u64>,
    /// From so many milliseconds of sending on: `slow_body`, if that is at least half of the request. Default 1000.
    pub slow_body_ms: Option<u64>,
    /// From so many milliseconds on a poll is `blocking`. Default 100.
    pub blocking_ms: Option<u64>,
    /// From so many milliseconds of waiting for nothing known on: `waiting`, if that is at least half of the request.
    /// Default 500.
    pub waiting_ms: Option<u64>,
    /// A finding that costs so many milliseconds makes the line of its request a warning. Default 50.
    pub warning_ms: Option<u64>,
    /// Findings that are not made, `["sequential_calls"]`; `["all"]`: none is. Default: all are.
    pub off: Vec<String>,
}

/// `[capture.routes."GET /experiments"]`: how one route is judged, or one task. What is not said here is as for all.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RouteConfig {
    /// From how many milliseconds on it is slow.
    pub slow_request_ms: Option<u64>,
    /// How many queries it may make.
    pub max_queries: Option<u32>,
    /// `[capture.routes."GET /experiments".findings]`: from when on something is a finding of it.
    pub findings: FindingsConfig,
}
