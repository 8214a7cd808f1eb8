//! What is made of settings, read as those read it for whom it is made.

mod cloudformation;
mod cloudwatch;
mod grafana;
#[cfg(feature = "peer-tests")]
mod peers;
mod promql;
mod rules;
