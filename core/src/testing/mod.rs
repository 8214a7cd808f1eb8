//! Instances that keep their records, for tests; and what tests demand of records.
//!
//! ```
//! use tachograph_core::testing;
//!
//! let instance = testing::instance();
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output } }
//! # }
//! let (answer, record) = block_on(instance.record(async {
//!     tachograph_core::request().field("colour", "red");
//!     42
//! }));
//! assert_eq!(answer, 42);
//! assert_eq!(record.field("colour"), Some(&"red".into()));
//! tachograph_core::assert_max_queries!(record, 0);
//! ```
//!
//! # Findings of a whole run
//! Each instance that a test makes looks at these variables:
//!
//! - `TACHOGRAPH_TESTING_FINDINGS`: with `report`, the [`findings()`] of every record that the instance sees are
//!   appended to a file, each as a line of JSON; with `deny`, a test with findings fails besides, when it drops its
//!   instance, so that `cargo test` does not exit with 0. Else nothing happens.
//! - `TACHOGRAPH_TESTING_REPORT`: the file, as an absolute path, for tests run in folders of their own. Default:
//!   `tachograph-findings.jsonl` in the folder `target`. Naming a file without saying what for means `report`.
//!
//! The file is there, if empty, where nothing was found. Runs append to it: remove it first to see the findings of one.
//!
//! ```sh
//! rm -f target/tachograph-findings.jsonl
//! TACHOGRAPH_TESTING_FINDINGS=deny cargo test --no-fail-fast
//! ```
//!
//! A line has `timestamp`, `test` (the name of the thread that made the instance, which is the test's unless the tests run
//! one at a time), `instance` (where it was made), `method`, `route` (or `path`, or `task`) and `status_code` of the record,
//! and `finding`, `summary`, `statement`, `target`, `callsite`, `span`, `count`, `limit`, `distinct_parameters`, `hint` of
//! the finding.
//!
//! A test that is about findings says so by [`Instance::expect_findings`]. What is meant to be as it is, everywhere, is
//! [`deliberate`](crate::deliberate), [allowed](crate::CurrentRequest::allow) or [silenced](crate::Silence).

#[doc(hidden)]
pub mod assertions;
mod capture;
mod findings;
mod instance;
mod log_line;
mod message;
mod report;
mod run;
mod statements;
mod table;

#[cfg(test)]
mod tests;

pub use capture::capture;
pub use findings::findings;
pub use instance::{Instance, instance};
pub use log_line::LogLine;
