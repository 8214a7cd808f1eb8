//! What CloudWatch's embedded metric format needs to know.

use std::time::Duration;

use tachograph_metrics::Metrics;

/// Which metrics there are where the format is [`Emf`](crate::Format::Emf).
#[derive(Debug, Clone)]
pub struct EmfSettings {
    /// The namespace of the metrics. Default: the service's name.
    pub namespace: Option<String>,
    /// Sets of members of the line by which metrics are told apart; each is billed for each of its values. A set of which a
    /// line lacks a member is left out of that line. Default: `service, environment`, also with `method, route` (requests)
    /// and with `name` (tasks).
    pub dimensions: Vec<Vec<String>>,
    /// Instead of metrics in each request's line, an event for each series in so much time. Default none.
    pub aggregate: Option<Duration>,
    /// How often an event says what no request carries. Default a minute.
    pub interval: Duration,
    /// Whether CloudWatch keeps the metrics by the second. Default false.
    pub high_resolution: bool,
    /// The group that the CloudWatch agent writes the lines to. Default: none is said; over TCP, the service's name and
    /// `-metrics`, as AWS's own libraries have it, for the agent takes no line without one.
    pub log_group: Option<String>,
    /// The stream. Default: the agent's.
    pub log_stream: Option<String>,
    /// What no request carries: requests that are open, pools, the application's own numbers. Default none.
    pub metrics: Option<Metrics>,
}

impl Default for EmfSettings {
    fn default() -> Self {
        let set = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
        EmfSettings {
            namespace: None,
            dimensions: vec![
                set(&["service", "environment"]),
                set(&["service", "environment", "method", "route"]),
                set(&["service", "environment", "name"]),
            ],
            aggregate: None,
            interval: Duration::from_secs(60),
            high_resolution: false,
            log_group: None,
            log_stream: None,
            metrics: None,
        }
    }
}
