//! What many requests come to: endpoints by impact, percentiles, statements, hosts, findings, versions.
//!
//! A [`Summary`] takes requests one by one, in any order, and can be merged with another: the page of a service makes one
//! for every few seconds, the report over log files one on every thread.
//!
//! Times are whole microseconds, sizes bytes. Where lines were sampled, a request stands for several: its weight.
//!
//! ```
//! use tachograph_summary::{Call, Limits, Request, Summary};
//!
//! let mut summary = Summary::new(Limits::default());
//! let endpoint = summary.endpoint("1.4.2", "GET", "/experiments/{id}");
//! endpoint.add(&Request { weight: 1.0, status: Some(200), duration: 12_300, ..Request::default() });
//! let query = Call { kind: "database", target: "sqlite", summary: "SELECT experiments", ..Call::default() };
//! endpoint.add_call(&Call { weight: 1.0, count: 1, total: 9_000, slowest: 9_000, ..query });
//!
//! let p95 = endpoint.durations(|_| true).percentile(0.95).unwrap();
//! assert!((12_200..12_400).contains(&p95));
//! ```

mod asked;
mod bounds;
mod bucket;
mod call;
mod cause;
pub mod compare;
mod counts;
mod distribution;
mod endpoint;
mod finding;
mod key;
mod limits;
mod names;
mod request;
mod shares;
mod statuses;
mod stored;
mod summary;
mod sums;

pub use call::{Call, CallKey, Calls};
pub use cause::Cause;
pub use compare::{Change, Comparison, Sample, Sensitivity, Verdict, compare};
pub use distribution::Distribution;
pub use endpoint::Endpoint;
pub use finding::{Finding, FindingKey, Findings};
pub use key::{EndpointKey, Variant};
pub use limits::{Limits, Overflowed};
pub use names::{Names, OVERFLOW};
pub use request::Request;
pub use shares::{SHARES, Share, Shares};
pub use stored::Error;
pub use summary::Summary;
pub use sums::Sums;
