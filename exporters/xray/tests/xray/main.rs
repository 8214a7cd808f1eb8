//! The exporter from outside.

mod opentelemetry;
#[cfg(feature = "peer-tests")]
mod peers;
mod random;
mod sending;
mod underway;
