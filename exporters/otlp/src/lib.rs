//! Sends traces, metrics and logs by OTLP, the protocol of OpenTelemetry.

mod attributes;
#[cfg(feature = "opentelemetry")]
mod bridge;
#[cfg(test)]
mod decoded;
mod dropped;
mod envelope;
mod error;
mod frame;
mod log;
mod metrics;
mod otlp;
mod protobuf;
mod resource;
mod settings;
mod signal;
mod trace;
mod transport;

#[cfg(feature = "opentelemetry")]
pub use bridge::join_opentelemetry;
pub use error::Error;
pub use otlp::{Otlp, OtlpBuilder};
pub use resource::{Resource, ResourceError};
pub use settings::{
    Batches, Compression, Connection, Exemplars, Limits, Protocol, Sampling, Settings, Target, Temporality, Tls,
    Warning,
};
pub use signal::Signal;
pub use tachograph_delivery::Failure;

#[cfg(feature = "opentelemetry")]
pub use opentelemetry;
