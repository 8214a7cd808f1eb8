//! Sends each record to AWS X-Ray, by its daemon.

mod address;
mod error;

pub use address::{DaemonAddress, HostAndPort};
pub use error::Error;
