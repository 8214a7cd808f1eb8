//! What many requests come to: endpoints by impact, percentiles, statements, hosts, findings, versions.
//!
//! A [`Summary`] takes requests one by one, in any order, and can be merged with another: the page of a service makes one
//! for every few seconds, the report over log files one on every thread.
//!
//! Times are whole microseconds, sizes bytes. Where lines were sampled, a request stands for several: its weight.

mod call;
mod distribution;
mod endpoint;
mod key;
mod request;
mod shares;
mod summary;

pub use call::{Call, CallKey, Calls, Finding, FindingKey, Findings};
pub use distribution::Distribution;
pub use endpoint::{Endpoint, Sums};
pub use key::{EndpointKey, Variant};
pub use request::Request;
pub use shares::{SHARES, Share, Shares};
pub use summary::{Limits, Summary};
