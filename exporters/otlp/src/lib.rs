//! Sends traces, metrics and logs by OTLP, the protocol of OpenTelemetry.

#[cfg(feature = "opentelemetry")]
mod bridge;

#[cfg(feature = "opentelemetry")]
pub use bridge::join_opentelemetry;

#[cfg(feature = "opentelemetry")]
pub use opentelemetry;
