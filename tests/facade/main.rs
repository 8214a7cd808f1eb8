//! The facade: configuration, set-up, the house that it stands on, and what the documents say of it. One binary, to be
//! linked once.

mod budgets;
mod capture;
#[cfg(feature = "cloudwatch-logs")]
mod cloudwatch_logs;
mod config;
mod dashboards;
mod docs;
#[cfg(feature = "emf")]
mod emf;
mod house;
#[cfg(feature = "otlp")]
mod otlp_aws;
mod page;
mod setup;
#[cfg(feature = "xray")]
mod xray;
