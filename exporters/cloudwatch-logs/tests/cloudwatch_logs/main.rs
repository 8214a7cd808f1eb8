//! The exporter against a strict receiver, in and out of trouble.

mod bench;
mod creation;
mod groups;
mod killed;
mod lines;
mod memory;
mod outages;
#[cfg(feature = "peer-tests")]
mod peers;
mod recursion;
mod refusals;
mod shutdown;
mod volume;
