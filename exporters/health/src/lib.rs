//! Says whether the service is well: `/health`, `/livez` and `/readyz`.
//!
//! ```
//! use std::io;
//! use tachograph_core::endpoint::Request;
//! use tachograph_core::{Handle, Service};
//! use tachograph_health::Health;
//!
//! # #[derive(Clone)]
//! # struct Pool;
//! # impl Pool { async fn ping(&self) -> io::Result<()> { Ok(()) } }
//! # async fn search() -> Result<(), String> { Err("no route to host".to_owned()) }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let pool = Pool;
//! let health = Health::default();
//! health.check("database", move || {
//!     let pool = pool.clone();
//!     async move { pool.ping().await }
//! })?;
//! health.optional_check("search", search)?;
//!
//! let handle = Handle::builder().service(Service::new("experiments-api").version("1.4.2")).build();
//! handle.serve(health)?; // an adapter mounts it
//! let endpoints = handle.endpoints();
//! let response = endpoints.answer(Request::new("GET", "/health", "").of(&handle)).unwrap().await;
//! let body = std::str::from_utf8(&response.body)?;
//! assert_eq!(response.status, 200);
//! assert!(body.starts_with(
//!     r#"{"status":"degraded","version":"1.4.2","database":"connected","search":"error","timestamp":""#
//! ));
//! # Ok(()) }
//! ```
//!
//! # What is answered
//! One flat JSON object: `status`, the service's `version` where it is known, each check by its name in the order of
//! set-up, and `timestamp`, the time of the answer. Never cached on the way (`cache-control: no-store`).
//!
//! | path | checks | 503 | for |
//! |---|---|---|---|
//! | `/health` | all | while a critical check fails | people, monitoring, load balancers that know one path |
//! | `/readyz` | the critical ones | while one of them fails, and from the shutdown on | whoever sends requests: load balancers, Kubernetes' readiness |
//! | `/livez` | none | never | whoever restarts the process: Kubernetes' liveness. A database that is down is no reason to |
//!
//! `status` is `ok` while every check of the path is `connected`, else `degraded`. Once the instance is told that
//! the service is about to end ([`Handle::drain`](tachograph_core::Handle::drain)), `/readyz` says `shutting_down` at
//! once, without any check.
//!
//! Load balancers look at the status code alone, and a service that lacks something optional should go on serving: an
//! [optional](Health::optional_check) check that fails leaves the code at 200, and shows in `status` and under its name.
//!
//! # Checks
//! A check is `connected`, or `timeout` where it took longer than [`Settings::timeout`] (default 2 s), or `error` where
//! it failed or panicked. Errors often name hosts and users, so none is in an answer. They are in the log: one line of
//! logger `tachograph.health` for each change of a check's state, an error for a critical check, a warning for an
//! optional one, and an info when it is well again.
//!
//! Checks run at the same time, and only when somebody asks. A flood of probes is one check: whoever asks while one runs
//! gets its result, whoever asks within [`Settings::cache`] (default 1 s) after its end gets the same, and a prober that
//! hangs up ends it for nobody.
//!
//! A check can come at any time, from wherever what it looks at is made. Any closure that returns a future can be one. It
//! is called for each run, so what the future needs is cloned:
//!
//! ```no_run
//! # use tachograph_health::{Error, Health};
//! # fn example(
//! #     health: Health, pool: sqlx::SqlitePool, connection: redis::aio::ConnectionManager, client: reqwest::Client,
//! # ) -> Result<(), Error> {
//! health.check("database", move || {
//!     let pool = pool.clone(); // sqlx: any pool
//!     async move { sqlx::query("SELECT 1").execute(&pool).await }
//! })?;
//! health.check("redis", move || {
//!     let mut connection = connection.clone(); // redis: a ConnectionManager or MultiplexedConnection
//!     async move { redis::cmd("PING").query_async::<()>(&mut connection).await }
//! })?;
//! health.optional_check("partner", move || {
//!     let request = client.get("http://partner/livez"); // reqwest: an error for 4xx and 5xx, too
//!     async move { request.send().await?.error_for_status() }
//! })?;
//! # Ok(()) }
//! ```
//!
//! The measured clients have these ready: `health.check("database", pool.health_check())`, so does redis'
//! `connection`, and reqwest's `client.health_check(url)`. They go by the client itself and not the measured one, whose calls would be part
//! of no request, and counted as unattributed; so should a closure's.
//!
//! A service that is to start while something it needs is down makes its connection in the check, or lazily
//! (`PgPool::connect_lazy`, `ConnectionManager::new_lazy_with_config`).

mod body;
mod check;
mod checks;
mod error;
mod health;
mod log;
mod settings;
mod state;

pub use error::Error;
pub use health::Health;
pub use settings::Settings;

// Its types stand in the interface above.
pub use tachograph_core as core;
