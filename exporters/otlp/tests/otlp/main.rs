//! The exporter, as receivers see it.

#[cfg(feature = "aws")]
mod aws;
mod export;
