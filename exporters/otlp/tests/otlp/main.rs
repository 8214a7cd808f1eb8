//! The exporter, as receivers see it.

mod export;
