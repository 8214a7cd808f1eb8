//! Counts requests and their calls, and shows them to Prometheus.
//!
//! ```
//! use tachograph_core::{Handle, Service};
//! use tachograph_prometheus::{Naming, Prometheus, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new("experiments-api").version("1.4.2");
//! let settings = Settings { naming: Naming::Plain, ..Settings::default() };
//! let prometheus = Prometheus::new(&service, settings)?;
//! let handle = Handle::builder().exporter(prometheus.clone()).service(service).build();
//!
//! # use tachograph_core::{OpenRequest, RequestHead};
//! # let head = RequestHead { method: "GET", path: "/flags/dark-mode", route: Some("/flags/{key}"), ..RequestHead::default() };
//! # let mut request = OpenRequest::open(&handle, head).unwrap();
//! # request.respond(200, Some(0), false);
//! # request.complete();
//! // What answers `GET /metrics` hands over the value of the header `Accept`.
//! let page = prometheus.render(&handle, Some(b"text/plain"));
//! assert_eq!(page.content_type, "text/plain; version=0.0.4; charset=utf-8");
//! assert!(page.body.contains(r#"http_requests_total{method="GET",path="/flags/{key}",status="200"} 1"#));
//! # Ok(())
//! # }
//! ```
//!
//! The page is OpenMetrics 1.0 for those who name it in `Accept`, as Prometheus does, else Prometheus' text format 0.0.4.
//! Nothing is computed before it is asked for, and counting takes no lock that threads share.
//!
//! # What is on the page
//! Every metric of requests has the same labels: by OpenTelemetry's names `http_request_method`, `http_route`,
//! `http_response_status_code`, `error_type`, `url_scheme` and `network_protocol_version`, by plain names `method`, `path`
//! (which is the route) and `status`.
//!
//! | by OpenTelemetry's names | by plain names | |
//! |---|---|---|
//! | `http_server_requests_total` | `http_requests_total` | every request, however it ended |
//! | `http_server_request_duration_seconds` | `http_request_duration_seconds` | histogram, to the last byte of the body |
//! | `http_server_request_share_seconds_total` | `http_request_share_seconds_total` | by `share`: `db`, `db_wait`, `external`, `cache`, `own`, `body` and `waiting` sum to the durations |
//! | `http_server_active_requests` | `http_requests_in_progress` | requests and tasks that are open; no labels |
//! | `http_server_streams_total` | `http_streams_total` | upgrades and event streams, which are in no latency |
//! | `http_server_request_body_size_bytes`, `http_server_response_body_size_bytes` | `http_request_size_bytes`, `http_response_size_bytes` | histograms |
//! | `http_server_request_db_queries` | `http_request_db_queries` | histogram: queries of a request, where there are any |
//! | `db_client_connection_wait_time_seconds` | `db_connection_wait_seconds` | histogram: where a request waited more than once, each time counts as the mean |
//! | `cache_hits_total`, `cache_misses_total` | the same | keys that caches had and had not |
//! | `db_client_operation_duration_seconds` | `db_query_duration_seconds` | histogram by `db_system_name`, `db_namespace`, `db_query_summary` and `error_type`; by `database`, `operation` and `error_type`, and without BEGIN, COMMIT and ROLLBACK, which are no queries |
//! | `http_client_request_duration_seconds` | `external_call_duration_seconds` | histogram by `server_address`, `server_port`, `http_request_method`, `http_response_status_code` and `error_type` (`call_summary` where what is asked is no method); by `target`, `operation`, `status` and `error_type` |
//! | `rpc_client_call_duration_seconds` | as above | histogram by `rpc_system`, `rpc_service`, `rpc_method` and `error_type`: calls of the AWS SDK |
//! | `cache_operation_duration_seconds` | `cache_call_duration_seconds` | histogram by `cache_name`, `cache_operation` and `error_type`; by `cache`, `operation` and `error_type` |
//! | `task_duration_seconds` | the same | histogram by `task` and `error_type` |
//! | `db_client_connections_usage`, `db_client_connection_max`, `db_client_connection_pending_requests`, `db_client_connection_timeouts_total` | `db_pool_connections`, `db_pool_connections_max`, `db_pool_waiting`, `db_pool_timeouts_total` | of pools that are [watched](Prometheus::watch_pool) |
//!
//! And by either naming `target_info`, `build_info`, what Linux knows of the process (`process_cpu_seconds_total`,
//! `process_resident_memory_bytes` and their like), and what tachograph says of itself: `tachograph_bounds_hit_total`,
//! `tachograph_dropped_total` by exporter, `tachograph_series_overflowed_total`.
//!
//! Behind it stands what [sources](Prometheus::add_source) have: the application's own counters, gauges and histograms.
//!
//! - A client that left is a request with `error_type="client_disconnected"`; by plain names its `status` is 499 where there
//!   was no answer yet. Without a status, a panic is 500 and what was open at shutdown 503.
//! - `error_type` of a call is the type of its error, its status from 400 on, `cancelled`, or `_OTHER`.
//! - Calls beyond those that a record keeps one by one ([`Limits`](tachograph_core::Limits)) are exact in counts and sums, and
//!   in the bucket of their mean; the few that are in a record's totals only are counted as `calls_ungrouped` in
//!   `tachograph_bounds_hit_total`.
//! - In OpenMetrics, each series of requests has an exemplar with the trace of the slowest one of about a minute.
//!
//! # How many series there are
//! Whoever sends requests does not decide it: the path and the Host header are in no label, what no route matched is one
//! series (`path="_unmatched"` by plain names), and so are all unknown methods (`_OTHER`). A family (requests, tasks, each
//! kind of calls) has at most [`max_series`](Settings::max_series) label sets; the rest is counted in one series more, with
//! the label `otel_metric_overflow="true"` or, by plain names, the value `_overflow`, in
//! `tachograph_series_overflowed_total`, and told of once.

mod accept;
mod bounds;
mod call;
mod error;
mod exemplar;
mod histogram;
mod labels;
mod names;
mod nanos;
mod page;
mod pool;
mod process;
mod prometheus;
mod render;
mod request;
mod series;
mod settings;
mod source;
mod target;

pub use error::Error;
pub use pool::PoolUse;
pub use prometheus::{Prometheus, Rendered};
pub use settings::{Naming, Settings, WarningHook};
pub use source::{Collected, Distribution, LabelPairs, Samples};
