//! Dashboards, alarms and queries for CloudWatch, Prometheus and Grafana, made from the names that the exporters use.

mod settings;

pub use settings::{Counter, Objective, Resources, Settings, Thresholds};
