//! Records in tests: of a service's answer, or of a block of code; and what tests demand of them.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use tachograph::testing::{assert_max_queries, assert_max_response_bytes, assert_no_n_plus_one};
//! use tower::ServiceExt;
//!
//! let app = Router::new()
//!     .route("/users/{id}", get(async || {
//!         tachograph::request().user(7);
//!         "somebody"
//!     }))
//!     .layer(tachograph::axum::layer());
//!
//! let t = tachograph::testing::instance(); // private: tests may run side by side
//! let request = Request::get("/users/7").body(Body::empty()).unwrap();
//! let (response, record) = t.measure(app.oneshot(request)).await;
//!
//! assert_eq!(response.status(), 200);
//! assert_eq!(record.route(), Some("/users/{id}"));
//! assert_eq!(record.user_id(), Some("7"));
//! assert_max_queries!(record, 1);
//! assert_no_n_plus_one!(record);
//! assert_max_response_bytes!(record, 10_000);
//! # }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! | what a test is made with | how it is measured |
//! |---|---|
//! | `tower::ServiceExt::oneshot` | [`measure`](Instance::measure), as above |
//! | `axum-test`, `actix_web::test`, `rocket::local` | [`measure_one`](Instance::measure_one) |
//! | `#[sqlx::test]` | the pool is measured in the test: `pool.measured("main")` |
//! | a repository's function, a job: no request | [`record`](tachograph_core::testing::Instance::record) |
//!
//! ```
//! # #[cfg(feature = "sqlx-sqlite")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sqlx::Error> {
//! use tachograph::sqlx::{Measured, SqlitePool};
//! use tachograph::testing::{self, assert_max_queries};
//!
//! async fn names(pool: &SqlitePool) -> Result<Vec<String>, sqlx::Error> {
//!     sqlx::query_scalar("SELECT name FROM experiments").fetch_all(pool).await
//! }
//!
//! // With #[sqlx::test], the test's argument is the pool: `async fn a_list_is_one_query(pool: sqlx::SqlitePool)`.
//! let pool = sqlx::SqlitePool::connect("sqlite::memory:").await?.measured("main");
//! sqlx::query("CREATE TABLE experiments (name TEXT)").execute(&pool).await?;
//!
//! let (names, record) = testing::instance().record(names(&pool)).await;
//! assert!(names?.is_empty());
//! assert_max_queries!(record, 1);
//! # Ok(()) }
//! # #[cfg(not(feature = "sqlx-sqlite"))]
//! # fn main() {}
//! ```
//!
//! # What a test that fails says
//! ```text
//! GET /experiments (200) made 13 queries, and 3 are allowed:
//!   12 x SELECT COUNT(*) FROM assignments WHERE experiment_id = $1    4.1 ms   12 different parameters   12 rows   at src/store.rs:88
//!    1 x SELECT id, name FROM experiments ORDER BY id                 0.4 ms                             12 rows   at src/store.rs:60
//!   N+1: 12 x SELECT assignments at store.rs:88, 4.1 ms of the request; load all rows by one query: with a JOIN, or with IN or ANY over the keys
//! ```
//!
//! In tests two queries of one statement from one place are an N+1, or duplicates, as their data are small ([`findings`]);
//! nothing that they demand depends on how fast the machine is.
//!
//! # Findings of a whole run
//! No test needs to be changed to see the findings of all that use an instance of this module:
//!
//! ```sh
//! rm -f target/tachograph-findings.jsonl
//! TACHOGRAPH_TESTING_FINDINGS=deny cargo test --no-fail-fast
//! ```
//!
//! A line of JSON is appended to the file for each finding, and a test with findings fails when it drops its instance. With
//! `report` it does not. [More](tachograph_core::testing#findings-of-a-whole-run).
//!
//! # Queries that only the tracing layer sees
//! Queries are counted of measured pools. Those that only the tracing layer sees count where the test installs it
//! ([`tachograph::tracing::install`](https://docs.rs/tachograph-tracing)): a process has one subscriber, so it is for all
//! its tests.

mod instance;

pub use instance::{Instance, instance};
pub use tachograph_core::testing::{LogLine, capture, findings};
pub use tachograph_core::{
    ManualClock, SequentialIds, assert_max_external_calls, assert_max_queries, assert_max_response_bytes,
    assert_no_findings, assert_no_n_plus_one,
};
