//! Sends each record to AWS X-Ray, by its daemon.

mod address;
mod error;
mod http;
mod sampling;

pub use address::{DaemonAddress, HostAndPort};
pub use error::Error;
pub use sampling::LocalRules;
