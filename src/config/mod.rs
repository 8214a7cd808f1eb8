//! The configuration: what can be said, and from where it is read.
//!
//! Lowest first: the defaults, the standard variables (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
//! `AWS_XRAY_TRACING_NAME`), `tachograph.toml` in the working directory (or the file named by `TACHOGRAPH_CONFIG`), and
//! `TACHOGRAPH_<SECTION>__<KEY>`, with two underscores between levels: `TACHOGRAPH_SERVICE__ENVIRONMENT=staging`,
//! `TACHOGRAPH_EXPORTERS__JSON__OUTPUT=stderr`; a list is written as in TOML, `TACHOGRAPH_CAPTURE__IGNORE='["/health"]'`.
//!
//! The presence of an exporter's table switches it on. Where no exporter is named anywhere, JSON lines go to stdout.

mod environment;
mod load;
mod standard;

use serde::Deserialize;

/// Everything that can be configured. An unknown key is an error.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// `[service]`: what the service is called.
    pub service: ServiceConfig,
    /// `[capture]`: what is measured.
    pub capture: CaptureConfig,
    /// `[exporters]`: where it goes. None: to stdout, as JSON lines.
    pub exporters: Option<ExportersConfig>,
    /// From where it was read, for the line at start.
    #[serde(skip)]
    pub(crate) origin: Origin,
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

/// `[capture]`: what is measured.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CaptureConfig {
    /// Requests that pass unmeasured; see [`Ignore`](crate::Ignore).
    pub ignore: Option<Vec<String>>,
    /// From how many milliseconds on a request is slow. Default 1000.
    pub slow_request_ms: Option<u64>,
    /// Names of request headers that become fields, `header_<name>`. Default: none.
    pub request_headers: Vec<String>,
}

/// `[exporters]`: where records go.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ExportersConfig {
    /// `[exporters.json]`: lines of JSON or text. Needs the feature `json`.
    pub json: Option<JsonConfig>,
}

/// `[exporters.json]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct JsonConfig {
    /// `stdout`, `stderr`, `file:PATH` or `tcp://HOST:PORT`. Default: `stdout`.
    pub output: String,
    /// `structured` or `text`. Default: `structured`.
    pub format: String,
    /// Which requests have their calls written out: `flagged`, `all` or `none`. Default: `flagged`.
    pub calls: String,
}

impl Default for JsonConfig {
    fn default() -> Self {
        JsonConfig { output: "stdout".into(), format: "structured".into(), calls: "flagged".into() }
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

impl ExportersConfig {
    /// What is shown where nothing is configured.
    pub(crate) fn embedded() -> Self {
        ExportersConfig { json: cfg!(feature = "json").then(JsonConfig::default) }
    }
}
