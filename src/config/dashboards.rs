//! `[dashboards]`: what dashboards, alarms and queries are made for.

use serde::Deserialize;

use super::bounds;

/// `[dashboards]`: what `tachograph dashboards`, `alarms` and `queries` write is made for. A service reads it, and does nothing
/// with it. What is not said here is as the tables of the exporters say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DashboardsConfig {
    /// The region. Default: that of `[exporters.cloudwatch_logs]`, else the one where a template is deployed.
    #[serde(deserialize_with = "bounds::region")]
    pub region: Option<String>,
    /// The namespace of the metrics in CloudWatch. Default: that of `[exporters.json.emf]` or
    /// `[exporters.cloudwatch_logs.emf]`, else the service's name.
    #[serde(deserialize_with = "bounds::namespace")]
    pub namespace: Option<String>,
    /// The group of the lines of requests. Default: that of `[exporters.cloudwatch_logs]`, else `/<service>/requests`.
    #[serde(deserialize_with = "bounds::log_group")]
    pub log_group: Option<String>,
    /// How many days it keeps its lines. Default: as `[exporters.cloudwatch_logs]` says, else for ever.
    #[serde(deserialize_with = "bounds::retention_days")]
    pub retention_days: Option<u32>,
    /// The names of Lambda functions that the service uses. Default: templates ask for them, and likewise for the others.
    pub functions: Vec<String>,
    /// Its Aurora clusters.
    pub clusters: Vec<String>,
    /// Its DynamoDB tables.
    pub tables: Vec<String>,
    /// Its Kinesis streams.
    pub streams: Vec<String>,
    /// Its SQS queues of what could not be processed.
    pub dead_letter_queues: Vec<String>,
}
