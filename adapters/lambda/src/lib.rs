//! Measures the invocations of a function in AWS Lambda.

mod error;
mod flush;
mod future;
mod handler;
#[cfg(feature = "http")]
mod http;
mod invocations;
mod layer;
mod process;
mod run;
mod start;
mod surroundings;
#[cfg(test)]
mod tests;
mod time_limit;

pub use error::HandlerError;
pub use future::InvocationFuture;
pub use handler::{Handler, HandlerFuture, handler};
#[cfg(feature = "http")]
pub use http::run_http;
pub use invocations::Invocations;
pub use layer::{Layer, layer};
pub use run::{run, run_concurrent};

// Their types stand in the interface above.
#[cfg(feature = "http")]
pub use lambda_http;
pub use {lambda_runtime, tachograph_core as core};
