//! Dashboards, alarms and queries for CloudWatch, Prometheus and Grafana, made from the names that the exporters use.

mod cloudformation;
mod error;
mod grafana;
mod prometheus;
mod queries;
mod settings;

pub use cloudformation::{cloudwatch_alarms, cloudwatch_dashboards};
pub use error::Error;
pub use grafana::{Source, grafana};
pub use prometheus::prometheus_rules;
pub use queries::{Query, queries};
pub use settings::{Counter, Objective, Resources, Settings, Thresholds};
