//! Writes each record as one line of JSON or text.
//!
//! ```
//! use std::time::Duration;
//! use tachograph_core::{Handle, Service};
//! use tachograph_json::{Json, Output, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("requests.log");
//! let service = Service::new("experiments-api").version("1.4.2");
//! let settings = Settings { output: Output::File(path.clone()), ..Settings::default() };
//! let handle = Handle::builder().exporter(Json::new(&service, settings)?).service(service).build();
//!
//! # let work = async {};
//! # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! # assert!(std::pin::pin!(handle.task("rollup", work)).poll(&mut context).is_ready());
//! handle.shutdown(Duration::from_secs(2));
//! let line = std::fs::read_to_string(path)?;
//! assert!(line.starts_with(r#"{"timestamp":""#) && line.contains(r#""name":"rollup","outcome":"completed""#));
//! # Ok(())
//! # }
//! ```
//!
//! # The line of a request
//! Flat, in this order, the application's own fields behind it, and last `metadata`, the one object. Times are in
//! milliseconds to the microsecond, sizes in bytes. A field that does not apply is left out; a measured zero is written.
//!
//! | field | |
//! |---|---|
//! | `timestamp` | the end, ISO 8601 in UTC |
//! | `level` | `info`, `warning` (4xx, or a finding that [costs much](tachograph_core::Thresholds::warning)), `error` (5xx, a body that failed), `critical` (a panic) |
//! | `logger` | `tachograph.request`; `tachograph.task`, `tachograph.call`, `tachograph.finding`; the target of an application's own line |
//! | `message` | for those who read: `GET /experiments/{id} 200 12.34 ms` |
//! | `event` | `request`, `task`, `call` or `finding`; an application's own line has none |
//! | `service`, `version`, `environment` | as configured |
//! | `request_id`, `trace_id`, `span_id` | always there |
//! | `user_id`, `action` | where the application said them |
//! | `method`, `route`, `path` | `route` where one matched; a task has `name` instead of the three |
//! | `status_code` | where an answer was given |
//! | `outcome` | `completed`, `client_disconnected`, `panicked`, `body_failed`, `open_at_shutdown`; of a task also `cancelled` |
//! | `error_type` | the type of the error that the application gave, else the outcome or the status of a failure |
//! | `error_message`, `error_chain` | where the application gave an error: what it says, and what its sources say, joined by `: ` |
//! | `duration_ms` | to the last byte of the body |
//! | `first_byte_ms` | to the head of the answer, where there was one |
//! | `request_bytes`, `response_bytes` | of requests; `request_bytes` where the size is known |
//! | `streaming` | of requests: whether it is an upgrade or an event stream, whose duration says nothing about latency |
//! | `db_queries`, `db_ms` | BEGIN, COMMIT and ROLLBACK are no queries, but take their time |
//! | `db_total_ms` | where the database was called: the sum over calls, which may overlap |
//! | `db_wait_ms` | waiting for a connection, and what the pool does to hand it over (sqlx tests it) |
//! | `db_rows`, `db_errors`, `db_slowest_ms`, `db_repeats` | where the database was called; `db_errors` where it is known (sqlx's events do not tell); `db_repeats`: how often the most frequent statement ran |
//! | `external_calls`, `external_ms` | calls to other services |
//! | `external_total_ms`, `external_errors` | where another service was called; `external_errors` where it is known (the AWS SDK's spans do not tell) |
//! | `cache_hits`, `cache_misses`, `cache_ms` | keys found and not found |
//! | `cache_errors` | where a cache was called: a lookup that failed is neither a hit nor a miss |
//! | `own_ms`, `body_ms`, `waiting_ms` | the service's own code; sending the body; everything else |
//! | `findings` | how many reasons were found why it was slow, or will be; but for streams |
//! | `verdict` | where it was [worth a look](tachograph_core::Record::is_flagged): where its time went and why, in one sentence |
//!
//! `own_ms + db_ms + db_wait_ms + external_ms + cache_ms + body_ms + waiting_ms` is `duration_ms`, exactly, as written.
//!
//! # The lines of its calls
//! For the requests that [`Calls`] says, each kind, target, statement and callsite gets a line with `event: "call"`. It
//! begins as the request's own does, up to `user_id`, then has `method` and `route` (or `name`) and
//! `kind target summary statement callsite count errors error_type total_ms slowest_ms`; `summary`, `statement` and
//! `callsite` where they are known; `error_type` where a call failed: why the first did, by its type or the status that it
//! was answered with. Its level is then `warning`, else `info`.
//!
//! # The lines of its findings
//! Each [finding](tachograph_core::Finding) has a line with `event: "finding"`, behind those of the calls, the dearest first,
//! unless [`Settings::findings`] says no. It begins as the lines of calls do, then has
//! `finding summary statement target callsite span count limit distinct_parameters bytes cost_ms total_ms slowest_ms saves_ms hint`.
//!
//! | field | |
//! |---|---|
//! | `level` | `warning` where it costs 50 ms or more (or what the [thresholds](tachograph_core::Thresholds::warning) of its route say), else `info` |
//! | `message` | for those who read: `N+1: 41 x SELECT users at orders.rs:88, 340.2 ms of the request; load all rows by one query: …` |
//! | `finding` | the [kind](tachograph_core::FindingKind): `n_plus_one`, `slow_query`, `connection_wait` … |
//! | `summary`, `statement`, `target` | what was asked, of whom, where it is about calls; the pool that had no connection |
//! | `callsite`, `span` | where in the service's own code, where that is known |
//! | `count`, `limit` | how many calls, queries, waits or misses; the threshold, in the unit of its setting |
//! | `distinct_parameters` | how many different parameters the calls had, where that is known |
//! | `bytes` | of the answer, where it is about them |
//! | `cost_ms` | what it took of the request's time: instants at which several of the calls were open count once |
//! | `total_ms`, `slowest_ms` | the plain sum over the calls; the longest of them |
//! | `saves_ms` | of calls one after the other: what the request would gain if they were made at once |
//! | `hint` | what to do about it |
//!
//! # The application's own lines
//! `timestamp level logger message service version environment`, the ids and `user_id` of the request inside which it was
//! logged, and the event's fields. A field named as one of these, or `event`, gets an underscore behind its name; of
//! several fields of one name the last is written.
//!
//! # Order
//! Each thread has a buffer of its own, so lines of different threads can stand out of order, by the tenth of a second
//! after which a buffer is emptied at the latest. `timestamp` has the order.
//!
//! # The text format
//! For programs that read such lines already: no ids, no breakdown.
//!
//! `[profiler] GET /experiments/{id} 12.34 200`: five words always. The path stands where there is no route, `-` where
//! there is no status (or nothing at all), white space and control characters are percent-encoded, and a task is
//! `[profiler] TASK rollup 12.34 -`. An application's own line is `[shop::orders] info placed order_id=7 request_id=…`; a
//! logger `profiler` becomes `profiler_`. There are no lines of calls and findings.
//!
//! # Not every line
//! [`Settings::filter`] takes the lines of a level, an event or a logger. [`Settings::sample`] is the part of all requests and
//! tasks that have lines: what is [worth a look](tachograph_core::Record::is_flagged) (errors, and whatever has findings) always
//! has, with the `sample_weight` 1; of the others the trace id decides, and `sample_weight`, the last of our own members,
//! says how many each stands for. So `sum(sample_weight)` estimates how many there were. The lines of calls and findings
//! follow their request, the application's own lines are not sampled. [`Json::sampled_out`] counts those without lines.
//!
//! # Lines that are metrics
//! With the format `emf` (and the feature of that name) the line of a request is also an event of CloudWatch's embedded
//! metric format: `_aws` stands at its end, and CloudWatch makes metrics of the members that it names, by the sets of
//! `EmfSettings::dimensions`. All else are properties, to be found by Logs Insights and billed as no metric.
//!
//! | metric | by plain names | |
//! |---|---|---|
//! | `requests` | `http_requests_total` | 1 |
//! | `duration_ms` | `http_request_duration_seconds` | but for streams |
//! | `first_byte_ms` | | but for streams, where there was an answer |
//! | `errors` | `http_request_5xx_total` | 0 or 1: 5xx, a panic, a body that failed, open at shutdown; by plain names the status, 500 after a panic, 503 at shutdown |
//! | | `http_request_4xx_total` | 0 or 1; 499 where a client left before the answer |
//! | `findings` | `http_findings_total` | how many were found, of whatever kind; but for streams |
//! | `response_bytes` | `http_response_size_bytes` | |
//! | `db_queries`, `db_ms` | `db_queries_total` | where there were any |
//! | | `db_query_duration_seconds` | the slowest of the request: `Maximum` is that of all queries |
//! | `external_calls`, `external_ms` | `external_call_duration_seconds` | where there were any; by plain names the slowest of the request |
//! | `cache_hits`, `cache_misses` | `cache_hits_total`, `cache_misses_total` | where a cache was asked |
//! | `tasks`, `task_duration_ms`, `task_errors` | `tasks_total`, `task_duration_seconds`, `task_errors_total` | of tasks; an error is one that the application gave, or a panic |
//!
//! - `errors / requests` by their sums is the error rate. A member that the line does not have anyhow stands behind
//!   all of our own; a field of the application's of such a name gets an underscore behind it.
//! - A dimension is `service`, `version`, `environment`, `event`, `method`, `route`, `name`, `outcome` or `status_class`
//!   (`2xx`, written where it is a dimension; without an answer, that of the status by plain names). Each has few values, whoever sends requests: an unknown `method` is `_OTHER`,
//!   with the client's in `method_original`. A set of which a line lacks a member, or whose value CloudWatch does not take
//!   (longer than 1024 characters, blank, or not of ASCII), is left out of that line: what no route matched is counted by `service` and
//!   `environment` alone. A line that no set is left for is no metrics.
//! - The lines of calls, findings and of the application are none: what they tell of is counted by their request's line. Where a group of logs is named, they have an `_aws` that names it
//!   and no metrics: the CloudWatch agent takes no other line.
//! - Sampled lines would be metrics of those requests alone: `sample` below 1 needs `EmfSettings::aggregate`.
//!
//! # One line is one line
//! Whatever is in the data: control characters, U+0085 and the separators of Unicode are escaped, numbers that JSON does
//! not have (`NaN`, `inf`) are strings, and no line is longer than 1 MB. A text that has no room is cut and ends in `…`,
//! metadata that has none is left out, and such lines are counted as `line_cut` in [`dropped`](tachograph_core::Exporter::dropped).
//! Lines that an output does not take in time are dropped whole and counted; when it takes lines again, one of logger
//! `tachograph.json` (or of the exporter's [`name`](Settings::name)) says how many, in `dropped`.

mod beside;
mod call;
#[cfg(feature = "emf")]
pub mod emf;
mod error;
mod escape;
mod event;
mod filter;
mod finding;
mod json;
mod line;
mod notice;
mod number;
mod output;
mod request;
mod sample;
mod service;
mod settings;
mod text;
mod time;

#[cfg(feature = "emf")]
pub use emf::EmfSettings;
pub use error::Error;
pub use filter::{Event, Filter};
pub use json::Json;
pub use output::Output;
pub use sample::Sample;
pub use settings::{Calls, FailureHook, Format, Settings};
pub use tachograph_delivery as delivery;
#[cfg(feature = "emf")]
pub use tachograph_metrics as metrics;
pub use time::time_of;
