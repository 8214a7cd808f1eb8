//! Pages as they come out of the exporter, for requests made through the core.

mod application;
mod bench;
mod cardinality;
mod catalogue;
mod counts;
mod endpoint;
mod golden;
#[cfg(feature = "peer-tests")]
mod peers;
mod sources;
mod strict;
