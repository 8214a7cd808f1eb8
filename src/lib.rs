//! Records, for each request of a Rust web service, where the time went.
//!
//! ```no_run
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! # #[cfg(feature = "axum")]
//! use axum::{Router, routing::get};
//!
//! # #[cfg(feature = "axum")]
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let _guard = tachograph::init!()?; // tachograph.toml, TACHOGRAPH_*, OTEL_*; JSON lines on stdout without any
//!
//!     let app = Router::new()
//!         .route("/experiments/{id}", get(|| async { "measured" }))
//!         .layer(tachograph::axum::layer());
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     let grace = std::time::Duration::from_secs(10);
//!     let serve = |told| axum::serve(listener, app).with_graceful_shutdown(told);
//!     Ok(tachograph::serve_until_shutdown(grace, serve).await?)
//! }
//! ```
//!
//! - [`init!`] sets a service up that has nothing set up yet, [`builder!`] one with a tracing subscriber of its own. Both
//!   return the guard that flushes when it is dropped: bind it to a name, for `let _ =` drops it at once.
//! - A module for each framework and client, switched on by a feature of its name: `axum`, `actix_web`, `rocket` (any other
//!   http 1.x service: `tower`), `sqlx`, `reqwest`, `redis`, `aws_sdk` (clients that are tower services: `tower::client`), and
//!   `tracing` for the application's own spans and events, with sqlx's queries and the AWS SDK's operations at no code.
//! - [`request`] is what the application says of the request it is working on; [`spawn`], [`spawn_blocking`],
//!   [`in_current_request`](InCurrentRequest::in_current_request) of a future and [`in_current_request()`] of a closure keep
//!   work with its request; [`task`] measures work that
//!   no request started; [`database_call`] and its like time clients that have no module here.
//! - [`testing`] captures records in tests, and holds them to budgets: [`assert_max_queries!`], [`assert_no_n_plus_one!`].
//!
//! # Features
//! | feature | what |
//! |---|---|
//! | `json` (default) | lines of JSON or text |
//! | `axum` (0.8), `actix-web` (4), `rocket` (0.5), `tower` (http 1.x) | requests |
//! | `sqlx` (0.9); `sqlx-sqlite`, `sqlx-postgres`, `sqlx-mysql`, `sqlx-any` | a measured pool; with the database's own, the rows that a statement changed, and aliases such as `SqlitePool` |
//! | `reqwest` (0.13); `reqwest-json`, `-query`, `-form`, `-multipart`, `-middleware` | a measured client; with the others, its methods of these names |
//! | `redis` (1) | a measured connection |
//! | `aws-sdk` (1) | an interceptor for its clients |
//! | `emf`, `cloudwatch-logs`, `xray`, `otlp-aws` | exporters to AWS: lines that are metrics of CloudWatch, too; lines to CloudWatch Logs; traces to the X-Ray daemon; OTLP to AWS's own end points, signed |
//! | `lambda` (1), `lambda-http` (1) | functions in AWS Lambda |
//! | `prometheus`, `otlp` | exporters; `otlp-tls` for endpoints at `https://`; with `opentelemetry` one trace with spans that are exported otherwise |
//! | `metrics` | the application's own counters, gauges and histograms, by the crate `metrics` |
//! | `page` | `/tachograph`, on which the service shows where the time goes |
//! | `health`, `admin` | `/health`, `/livez`, `/readyz`; a listener of their own for these, the metrics and the page |
//! | `tracing` | the application's events as lines, its spans in [`Record::spans`](Record::spans), sqlx's queries and the AWS SDK's operations at no code |
//! | `tokio` (with any framework) | [`spawn`], [`spawn_blocking`], [`serve_until_shutdown`], [`shutdown_signal`] |
//!
//! # When a process aborts
//! With `panic = "abort"` the first panic ends the process at once: the record of the request that panicked, those of all
//! requests in flight, and what was not yet sent (at most the last tenth of a second) are lost. Unwinding, the default,
//! loses nothing.

mod builder;
mod capture;
pub mod config;
mod error;
mod exporters;
mod guard;
mod init;
mod losses;
mod served;
#[cfg(feature = "tokio")]
mod shutdown;
#[cfg(feature = "tokio")]
mod spawn;
pub mod testing;

pub use builder::Builder;
pub use config::Config;
pub use error::Error;
pub use guard::Tachograph;
pub use init::init;
#[cfg(feature = "tokio")]
pub use shutdown::{Told, serve_until_shutdown, shutdown_signal};
#[cfg(feature = "tokio")]
pub use spawn::{spawn, spawn_blocking};

pub use tachograph_core as core;
pub use tachograph_core::{
    Capture, Clock, CurrentRequest, Exporter, FieldValue, Finding, FindingKind, Handle, Ignore, InCurrentRequest,
    Limits, ManualClock, OpenCall, Outcome, PendingCall, Record, Routes, Service, Share, Silence, Task, Thresholds,
    cache_call, database_call, deliberate, external_call, in_current_request, other_call, request, task,
};
pub use testing::{
    assert_max_external_calls, assert_max_queries, assert_max_response_bytes, assert_no_findings, assert_no_n_plus_one,
};

#[cfg(feature = "actix-web")]
pub use tachograph_actix_web as actix_web;
#[cfg(feature = "admin")]
pub use tachograph_admin as admin;
#[cfg(feature = "aws-sdk")]
pub use tachograph_aws_sdk as aws_sdk;
#[cfg(feature = "axum")]
pub use tachograph_axum as axum;
#[cfg(feature = "cloudwatch-logs")]
pub use tachograph_cloudwatch_logs as cloudwatch_logs;
#[cfg(feature = "health")]
pub use tachograph_health as health;
#[cfg(feature = "json")]
pub use tachograph_json as json;
#[cfg(feature = "lambda")]
pub use tachograph_lambda as lambda;
#[cfg(any(feature = "emf", feature = "metrics", feature = "otlp", feature = "prometheus"))]
pub use tachograph_metrics as metrics;
#[cfg(feature = "otlp")]
pub use tachograph_otlp as otlp;
#[cfg(feature = "page")]
pub use tachograph_page as page;
#[cfg(feature = "prometheus")]
pub use tachograph_prometheus as prometheus;
#[cfg(feature = "redis")]
pub use tachograph_redis as redis;
#[cfg(feature = "reqwest")]
pub use tachograph_reqwest as reqwest;
#[cfg(feature = "rocket")]
pub use tachograph_rocket as rocket;
#[cfg(feature = "sqlx")]
pub use tachograph_sqlx as sqlx;
#[cfg(feature = "tower")]
pub use tachograph_tower as tower;
#[cfg(feature = "tracing")]
pub use tachograph_tracing as tracing;
#[cfg(feature = "xray")]
pub use tachograph_xray as xray;

/// The README's examples, so that they compile.
#[cfg(all(
    doctest,
    feature = "actix-web",
    feature = "axum",
    feature = "health",
    feature = "json",
    feature = "rocket",
    feature = "sqlx",
    feature = "tracing"
))]
#[doc = include_str!("../README.md")]
struct Readme;
