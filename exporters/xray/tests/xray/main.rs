//! The exporter from outside.

mod opentelemetry;
mod sending;
mod underway;
