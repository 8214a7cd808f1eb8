//! Sends each record to AWS X-Ray, by its daemon.

mod address;
mod document;
mod error;
mod escape;
mod http;
mod lost;
mod name;
mod origin;
mod sampling;
mod settings;
mod udp;
mod underway;
mod writer;
mod xray;

pub use address::{DaemonAddress, HostAndPort};
pub use error::Error;
pub use origin::{Origin, Platform};
pub use sampling::{LocalRules, Sampling, SamplingMode, SamplingSettings};
pub use settings::{FailureHook, Settings};
pub use xray::XRay;
