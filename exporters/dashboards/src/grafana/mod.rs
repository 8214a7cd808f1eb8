//! A dashboard for Grafana.

mod cloudwatch;
mod dashboard;
mod panel;
mod prometheus;
mod variable;

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

/// The dashboard, as JSON: one classic model, to be imported by hand or provisioned. It asks for its data source by a
/// variable, so that either way nothing has to be replaced in it.
///
/// ```
/// use tachograph_dashboards::{Settings, Source, grafana};
///
/// let dashboard = grafana(&Settings::new("experiments-api"), Source::Prometheus);
/// assert!(dashboard.contains("http_server_request_duration_seconds_bucket"));
/// ```
pub fn grafana(settings: &Settings, source: Source) -> String {
    let dashboard = match source {
        Source::Prometheus => prometheus::dashboard(settings),
        Source::CloudWatch => cloudwatch::dashboard(settings),
    };
    format!("{:#}\n", dashboard.json())
}
