//! Shows metrics to Prometheus.
//!
//! ```
//! use tachograph_core::{Handle, Service};
//! use tachograph_metrics::{Metrics, Naming, Settings};
//! use tachograph_prometheus::Page;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new("experiments-api").version("1.4.2");
//! let metrics = Metrics::new(&service, Settings::default())?;
//! let handle = Handle::builder().exporter(metrics.clone()).service(service).build();
//! handle.serve(Page::new(&metrics).naming(Naming::Plain))?; // at /metrics, wherever its endpoints are mounted
//!
//! # use tachograph_core::{OpenRequest, RequestHead, endpoint::Request};
//! # let head = RequestHead { method: "GET", path: "/flags/dark-mode", route: Some("/flags/{key}"), ..RequestHead::default() };
//! # let mut request = OpenRequest::open(&handle, head).unwrap();
//! # request.respond(200, Some(0), false);
//! # request.complete();
//! # let endpoints = handle.endpoints();
//! # let answer = endpoints.answer(Request::new("GET", "/metrics", "").of(&handle)).unwrap();
//! # let response = tokio::runtime::Builder::new_current_thread().build()?.block_on(answer);
//! assert_eq!(response.value("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
//! let page = std::str::from_utf8(&response.body)?;
//! assert!(page.contains(r#"http_requests_total{method="GET",path="/flags/{key}",status="200"} 1"#));
//! # Ok(())
//! # }
//! ```
//!
//! # What is on the page
//! What [`tachograph_metrics`] counts: the table there says what that is. By OpenTelemetry's names, its metrics are called
//! as OpenTelemetry's rules for Prometheus have it: `http.server.request.duration`, in seconds, is
//! `http_server_request_duration_seconds`, by the labels `http_request_method`, `http_route` and so on; counters end in
//! `_total`. By plain names they are called as services write them by hand: `http_request_duration_seconds` by `method`,
//! `path` and `status`.
//!
//! - `db.client.connection.count` goes by the name that the conventions had first, `db_client_connections_usage`: only
//!   histograms may end in `_count`. What is known of the process goes by the names of Prometheus' own clients.
//! - Before it stand `target_info`, OpenTelemetry's resource, and `build_info`.
//! - Behind it stands what the application counts itself. A metric that is called as one that is on the page already is
//!   left out, and told of.
//! - In OpenMetrics, each series of durations of requests has an exemplar with the trace of the slowest one of about a
//!   minute.

mod accept;
mod coding;
mod labels;
mod name;
mod number;
mod page;
mod render;
mod scrapes;
mod writer;

pub use page::{Page, Rendered};
