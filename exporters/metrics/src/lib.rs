//! Counts requests and their calls, and the application's own numbers, for every exporter of metrics.
//!
//! ```
//! use tachograph_core::{Handle, Service};
//! use tachograph_metrics::{Metrics, Naming, Number, Points, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new("experiments-api").version("1.4.2");
//! let metrics = Metrics::new(&service, Settings::default())?;
//! let handle = Handle::builder().exporter(metrics.clone()).service(service).build();
//!
//! # use tachograph_core::{OpenRequest, RequestHead};
//! # let head = RequestHead { method: "GET", path: "/flags/dark-mode", route: Some("/flags/{key}"), ..RequestHead::default() };
//! # let mut request = OpenRequest::open(&handle, head).unwrap();
//! # request.respond(200, Some(0), false);
//! # request.complete();
//! // An exporter of metrics takes a snapshot whenever it needs one, and renders it.
//! let snapshot = metrics.collect(&handle, Naming::OpenTelemetry);
//! let requests = snapshot.metric("http.server.requests").unwrap();
//! assert_eq!(requests.unit, "{request}");
//! let Points::Counter(points) = &requests.points else { panic!("it only grows") };
//! assert_eq!(points[0].value, Number::Whole(1));
//! assert_eq!(points[0].attributes.get("http.route"), Some(&"/flags/{key}".into()));
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is computed before it is asked for, and counting takes no lock that threads share. Sums are held in whole
//! nanoseconds and bytes, so that they do not depend on the order in which they were added.
//!
//! # What is counted
//! All metrics of requests but the active ones have the same attributes: by OpenTelemetry's names `http.request.method`,
//! `http.route`, `http.response.status_code`, `error.type`, `url.scheme` and `network.protocol.version`, by plain names
//! `method`, `path` (which is the route) and `status`.
//!
//! | by OpenTelemetry's names | by plain names | |
//! |---|---|---|
//! | `http.server.requests` | `http_requests` | every request, however it ended |
//! | `http.server.active_requests` | `http_requests_in_progress` | requests that are open, by `http.request.method` and `url.scheme`; by `method` |
//! | `http.server.request.duration` | `http_request_duration_seconds` | histogram, to the last byte of the body |
//! | `http.server.request.share` | `http_request_share_seconds` | by `share`: `db`, `db_wait`, `external`, `cache`, `own`, `body` and `waiting` sum to the durations |
//! | `http.server.streams` | `http_streams` | upgrades and event streams, which are in no latency |
//! | `http.server.findings` | `http_findings` | by `finding`: how much was found of each [kind](tachograph_core::FindingKind), `n_plus_one`, `slow_request` and the others; a request can have several |
//! | `http.server.request.body.size`, `http.server.response.body.size` | `http_request_size_bytes`, `http_response_size_bytes` | histograms |
//! | `http.server.request.db.queries` | `http_request_db_queries` | histogram: queries of a request, where there are any |
//! | `db.client.connection.wait_time` | `db_connection_wait_seconds` | histogram of each wait that a request or a task was in, by `db.client.connection.pool.name` (`unknown` where nobody has told it); by `database`. Which routes wait is the share `db_wait` |
//! | `cache.hits`, `cache.misses` | `cache_hits`, `cache_misses` | keys that caches had and had not |
//! | `db.client.operation.duration` | `db_query_duration_seconds` | histogram by `db.system.name`, `db.namespace`, `db.query.summary` and `error.type`; by `database`, `operation` and `error_type`, and without BEGIN, COMMIT and ROLLBACK, which are no queries. By OpenTelemetry's names also commands of Redis, by `db.system.name`, `db.operation.name`, `cache.name` and `error.type` |
//! | `http.client.request.duration` | `external_call_duration_seconds` | histogram by `server.address`, `server.port`, `http.request.method`, `http.response.status_code` and `error.type` (`call.summary` where what is asked is no method); by `target`, `operation`, `status` and `error_type` |
//! | `rpc.client.call.duration` | as above | histogram by `rpc.system`, `rpc.service`, `rpc.method` and `error.type`: calls of the AWS SDK, and of gRPC, which have `server.address` and `server.port`, too |
//! | `cache.operation.duration` | `cache_call_duration_seconds` | histogram by `cache.name`, `cache.operation` and `error.type` of caches that are no database; of all, by `cache`, `operation` and `error_type` |
//! | `task.duration` | `task_duration_seconds` | histogram by `task` and `error.type` |
//! | `task.findings` | `task_findings` | the same of tasks, by `task`, `error.type` and `finding` |
//! | `task.active` | `tasks_in_progress` | tasks that are open |
//! | `db.client.connection.{count,max,pending_requests,timeouts}` | `db_pool_{connections,connections_max,waiting,timeouts}` | of pools that the instance [watches](tachograph_core::Handle::watch_pool) |
//! | `process.{cpu.time,memory.usage,memory.virtual,thread.count,unix.file_descriptor.count,…}` | `process_cpu_seconds` and its like | what Linux knows of the process |
//!
//! [`names`] is the same list for programs, with the attributes of each.
//!
//! And by either naming what tachograph says of itself: `tachograph.bounds.hit`, `tachograph.dropped` by exporter and
//! `tachograph.series.overflowed`. Behind it stands what [sources](Metrics::add_source) have: what the application counts with
//! the `metrics` crate, by the feature `recorder`, is one.
//!
//! - A client that left is a request with `error.type` `client_disconnected`; by plain names its `status` is 499 where
//!   there was no answer yet. Without a status, a panic is 500 and what was open at shutdown 503.
//! - `error.type` of a call is the type of its error, its status from 400 on, `cancelled`, or `_OTHER`.
//! - Calls beyond those that a record keeps one by one ([`Limits`](tachograph_core::Limits)) are exact in counts and sums,
//!   and in the bucket of their mean; the few that are in a record's totals only are counted as `calls_ungrouped` in
//!   `tachograph.bounds.hit`.
//! - Each series of durations of requests has an exemplar: the trace of the slowest one of about a minute, of those whose
//!   trace is [kept](tachograph_core::Record::keeps_trace).
//!
//! # How many series there are
//! Whoever sends requests does not decide it: the path and the Host header are in no attribute, what no route matched is one
//! series (`path` `_unmatched` by plain names), and so are all unknown methods (`_OTHER`). A family (requests, tasks, each
//! kind of calls) has at most [`max_series`](Settings::max_series) sets of attributes; the rest is counted in one series
//! more, with the attribute `otel.metric.overflow` or, by plain names, the value `_overflow`, in
//! `tachograph.series.overflowed`, and told of once.

mod active;
mod attributes;
mod bounds;
mod call;
mod collect;
mod collection;
mod delta;
mod error;
mod exporter;
mod findings;
mod groups;
mod histogram;
mod instrument;
pub mod names;
mod naming;
mod nanos;
mod pool;
mod process;
mod prometheus;
#[cfg(feature = "recorder")]
mod recorder;
mod request;
mod resource;
mod series;
mod settings;
mod slowest;
mod snapshot;
mod source;
mod task;
mod totals;

pub use attributes::{Attribute, Attributes, Value};
pub use delta::Delta;
pub use error::Error;
pub use exporter::Metrics;
pub use groups::{Groups, Taken};
pub use instrument::{Instrument, Kind};
pub use naming::Naming;
pub use prometheus::{prometheus_label, prometheus_name};
#[cfg(feature = "recorder")]
pub use recorder::Recorder;
pub use request::plain_status;
pub use series::Add;
pub use settings::{Settings, WarningHook};
pub use snapshot::{Distribution, Exemplar, Metric, Number, Origin, Point, Points, Snapshot};
