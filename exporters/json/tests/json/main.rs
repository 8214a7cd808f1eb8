//! Lines as they come out of the exporter, for requests made through the core.

mod bench;
mod golden;
mod hostile;
mod outputs;
mod text;
