//! A dashboard for Grafana.

use crate::settings::Settings;

/// Where Grafana takes the numbers from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Source {
    /// A Prometheus that scrapes the service.
    #[default]
    Prometheus,
    /// CloudWatch: Logs Insights over the lines, and the metrics in them.
    CloudWatch,
}

/// The dashboard as JSON: a classic model, to be imported by hand or provisioned.
pub fn grafana(_settings: &Settings, _source: Source) -> String {
    String::new()
}
