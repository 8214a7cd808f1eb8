//! Sends each record to AWS X-Ray, by its daemon.

mod address;
mod error;
mod http;
mod origin;
mod sampling;

pub use address::{DaemonAddress, HostAndPort};
pub use error::Error;
pub use origin::{Origin, Platform};
pub use sampling::{LocalRules, Sampling, SamplingMode, SamplingSettings};
