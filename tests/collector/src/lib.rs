//! A strict OTLP receiver for tests: it takes traces, metrics and logs over gRPC and HTTP/protobuf on ports of its own,
//! and complains of whatever the strictest of back ends would refuse, in words that say what is wrong with what.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use tachograph_collector::Collector;
//!
//! let collector = Collector::start().await;
//! // A service is told to export to `collector.endpoint_grpc()`, does something, and then:
//! // collector.wait_for(|received| received.spans.len() == 3).await;
//! collector.finish();
//! assert_eq!(collector.complaints(), [""; 0]);
//! # });
//! ```
//!
//! What arrives is kept as it was accepted, and what was refused only as a complaint. The receiver runs on a thread of its
//! own, so a test that blocks does not hold it up.

mod answer;
mod attributes;
mod aws;
mod check;
mod collector;
mod grpc;
mod http;
mod identifiers;
mod intake;
mod log;
mod metric;
mod received;
mod rules;
mod server;
mod span;
#[cfg(test)]
mod testing;
mod unknown;

pub use answer::Answer;
pub use attributes::Attributes;
pub use aws::Aws;
pub use collector::Collector;
pub use log::Log;
pub use metric::{Exemplar, Histogram, Metric, Number, Point, Shape, Temporality};
pub use received::{Export, Received, Signal, Transport};
pub use span::{Code, Event, Kind, Link, Span, Status};
