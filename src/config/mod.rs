//! The configuration: what can be said, and from where it is read.
//!
//! Lowest first: the defaults, the standard variables (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
//! `AWS_XRAY_TRACING_NAME`), `tachograph.toml` in the working directory (or the file named by `TACHOGRAPH_CONFIG`), and
//! `TACHOGRAPH_<SECTION>__<KEY>`, with two underscores between levels: `TACHOGRAPH_SERVICE__ENVIRONMENT=staging`,
//! `TACHOGRAPH_EXPORTERS__JSON__OUTPUT=stderr`; a list is written as in TOML, `TACHOGRAPH_CAPTURE__IGNORE='["/health"]'`.
//!
//! The presence of an exporter's table switches it on. Where no exporter is named anywhere, JSON lines go to stdout, and the
//! pages for Prometheus and for people are there to be mounted. `OTEL_EXPORTER_OTLP_ENDPOINT` switches OTLP on by itself, beside the others.

mod alarms;
mod bounds;
mod capture;
mod dashboards;
mod environment;
mod exporters;
mod load;
mod secret;
mod standard;

use serde::Deserialize;

pub use alarms::{AlarmsConfig, CounterConfig, ObjectiveConfig};
pub use capture::{CaptureConfig, FindingsConfig, RouteConfig};
pub use dashboards::DashboardsConfig;
pub use exporters::{
    CloudWatchLogsConfig, EmfConfig, ExportersConfig, JsonConfig, LogGroupConfig, OtlpAwsConfig, OtlpConfig,
    PageConfig, PrometheusConfig, XRayConfig,
};

/// Everything that can be configured. An unknown key is an error.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// `[service]`: what the service is called.
    pub service: ServiceConfig,
    /// `[capture]`: what is measured.
    pub capture: CaptureConfig,
    /// `[metrics]`: how it is counted, for every exporter that shows numbers.
    pub metrics: MetricsConfig,
    /// `[exporters]`: where it goes. None: to stdout, as JSON lines, and to whoever scrapes.
    pub exporters: Option<ExportersConfig>,
    /// `[admin]`: a listener of its own for what the service serves of itself. Needs the feature `admin`.
    pub admin: Option<AdminConfig>,
    /// `[dashboards]`: what dashboards, alarms and queries are made for, by the command line `tachograph`.
    pub dashboards: DashboardsConfig,
    /// `[alarms]`: from where on something is not as it should be.
    pub alarms: AlarmsConfig,
    /// `[[objectives]]`: what was promised to those who use the service.
    #[serde(deserialize_with = "alarms::objectives")]
    pub objectives: Vec<ObjectiveConfig>,
    /// From where it was read, for the line at start.
    #[serde(skip)]
    pub(crate) origin: Origin,
    /// The variables of OpenTelemetry, which its exporter reads itself: they stand below everything that is said here.
    /// Attributes of the resource, beyond the service's name, version and environment.
    #[serde(skip)]
    pub(crate) resource: Vec<(String, String)>,
    #[serde(skip)]
    pub(crate) opentelemetry: Vec<(String, String)>,
    /// The variables of AWS, and of the places where it runs services.
    #[serde(skip)]
    pub(crate) aws: Vec<(String, String)>,
}

/// `[service]`: what the service is called.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ServiceConfig {
    /// Its name. Default: the package's.
    pub name: Option<String>,
    /// Its version. Default: the package's.
    pub version: Option<String>,
    /// Where it runs: `production`.
    pub environment: Option<String>,
}

/// `[metrics]`: how it is counted, for every exporter that shows numbers.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MetricsConfig {
    /// How many series a family has at most; what is beyond is one series more. Default 2000.
    pub max_series: Option<usize>,
    /// Upper bounds in seconds of the buckets of durations. Default: those of OpenTelemetry's conventions for HTTP.
    pub duration_buckets: Option<Vec<f64>>,
    /// Upper bounds in seconds of the buckets of calls to databases and caches. Default: those of the conventions for
    /// databases.
    pub database_buckets: Option<Vec<f64>>,
    /// Upper bounds in bytes of the buckets of sizes.
    pub size_buckets: Option<Vec<f64>>,
    /// Upper bounds of the buckets of queries per request.
    pub query_buckets: Option<Vec<f64>>,
}

/// `[admin]`: a listener of its own for what the service serves of itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AdminConfig {
    /// The address. Default `127.0.0.1:9464`; port 0 takes a free one.
    pub listen: String,
}

impl Default for AdminConfig {
    fn default() -> Self {
        AdminConfig { listen: "127.0.0.1:9464".into() }
    }
}

impl Config {
    /// The exporters, to add to them in code what is on whatever is configured:
    ///
    /// ```
    /// # fn main() -> Result<(), tachograph::Error> {
    /// let mut config = tachograph::Config::load()?;
    /// config.exporters().prometheus.get_or_insert_default();
    /// # Ok(()) }
    /// ```
    ///
    /// Where none were configured, they are those that there would be.
    pub fn exporters(&mut self) -> &mut ExportersConfig {
        self.exporters.get_or_insert_with(ExportersConfig::embedded)
    }
}

/// From where a configuration was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Origin {
    pub(crate) file: Option<String>,
    pub(crate) variables: Vec<String>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = self.file.as_deref().into_iter();
        let sources: Vec<&str> = file.chain(self.variables.iter().map(String::as_str)).collect();
        f.write_str(if sources.is_empty() { "defaults" } else { "" })?;
        f.write_str(&sources.join(" + "))
    }
}
