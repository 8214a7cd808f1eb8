//! `[exporters]`: where records go.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[exporters]`: where records go.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ExportersConfig {
    /// `[exporters.json]`: lines of JSON or text. Needs the feature `json`.
    pub json: Option<JsonConfig>,
    /// `[exporters.otlp]`: OTLP, to a collector or a back end. Needs the feature `otlp`.
    pub otlp: Option<OtlpConfig>,
    /// `[exporters.prometheus]`: a page for Prometheus. Needs the feature `prometheus`.
    pub prometheus: Option<PrometheusConfig>,
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

/// `[exporters.prometheus]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PrometheusConfig {
    /// Where the page is. Default: `/metrics`.
    pub path: String,
    /// `opentelemetry` or `plain` (`http_requests_total` by `method`, `path`, `status`; the `path` is the route). Default:
    /// `opentelemetry`.
    pub naming: String,
}

impl Default for PrometheusConfig {
    fn default() -> Self {
        PrometheusConfig { path: "/metrics".into(), naming: "opentelemetry".into() }
    }
}

/// `[exporters.otlp]`. What is not said here is as OpenTelemetry's variables say (`OTEL_EXPORTER_OTLP_ENDPOINT` and its
/// like), else as its specification does.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OtlpConfig {
    /// The base, to which `/v1/traces` and its like are added for HTTP. Default: `http://127.0.0.1:4317`, by HTTP
    /// `http://127.0.0.1:4318`.
    pub endpoint: Option<String>,
    /// `grpc` or `http/protobuf`. Default: `grpc`, but `http/protobuf` for an endpoint at port 4318. Where OpenTelemetry's
    /// variables say the endpoint, it is the other way round, as its specification has it: `grpc` for port 4317 alone.
    pub protocol: Option<String>,
    /// Which of `traces`, `metrics` and `logs`. Default: all three.
    pub signals: Option<Vec<String>>,
    /// Headers of each request, such as the key of a back end.
    pub headers: BTreeMap<String, String>,
    /// `gzip` or `none`. Default: `none`.
    pub compression: Option<String>,
    /// How long one attempt to send may take. Default 10000.
    pub timeout_ms: Option<u64>,
    /// A file with the certificates (PEM) that the receiver's is checked by. Default: those of the system.
    pub certificate: Option<String>,
    /// A file with the certificate (PEM) by which the service says who it is.
    pub client_certificate: Option<String>,
    /// A file with its key (PEM).
    pub client_key: Option<String>,
    /// Which traces are sampled: `always_on`, `always_off`, `traceidratio`, or one of these behind `parentbased_`.
    /// Default: `parentbased_always_on`.
    pub sampler: Option<String>,
    /// The part of all traces that `traceidratio` samples, from 0 to 1. Default 1. Without a `sampler` it is that of
    /// `parentbased_traceidratio`.
    pub sample_ratio: Option<f64>,
    /// How often metrics are sent. Default 60000.
    pub metric_interval_ms: Option<u64>,
}

impl ExportersConfig {
    /// What there is where nothing is configured: lines on stdout, and what does nothing before it is asked.
    pub(crate) fn embedded() -> Self {
        ExportersConfig {
            json: cfg!(feature = "json").then(JsonConfig::default),
            otlp: None,
            prometheus: cfg!(feature = "prometheus").then(PrometheusConfig::default),
        }
    }
}
