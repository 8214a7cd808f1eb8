//! Lines as they come out of the exporter, for requests made through the core.

mod bench;
#[cfg(feature = "emf")]
mod emf;
mod filter;
mod findings;
mod golden;
mod hostile;
mod outputs;
mod sample;
mod strict;
mod text;
