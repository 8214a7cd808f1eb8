//! The exporter from outside.

mod opentelemetry;
