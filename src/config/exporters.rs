//! `[exporters]`: where records go.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::secret;

/// `[exporters]`: where records go.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ExportersConfig {
    /// `[exporters.json]`: lines of JSON or text. Needs the feature `json`.
    pub json: Option<JsonConfig>,
    /// `[exporters.cloudwatch_logs]`: the same lines to CloudWatch Logs. Needs the feature `cloudwatch-logs`.
    pub cloudwatch_logs: Option<CloudWatchLogsConfig>,
    /// `[exporters.xray]`: traces to AWS X-Ray, by its daemon. Needs the feature `xray`.
    pub xray: Option<XRayConfig>,
    /// `[exporters.otlp]`: OTLP, to a collector or a back end. Needs the feature `otlp`.
    pub otlp: Option<OtlpConfig>,
    /// `[exporters.prometheus]`: a page for Prometheus. Needs the feature `prometheus`.
    pub prometheus: Option<PrometheusConfig>,
    /// `[exporters.page]`: a page for people. Needs the feature `page`.
    pub page: Option<PageConfig>,
}

/// `[exporters.json]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct JsonConfig {
    /// `stdout`, `stderr`, `file:PATH` or `tcp://HOST:PORT`. Default: `stdout`; for `emf`, the CloudWatch agent where
    /// `AWS_EMF_AGENT_ENDPOINT` names it, or `AWS_EMF_ENVIRONMENT` says that there is one (`Agent`, `EC2`, `ECS`). A value of
    /// this variable that AWS's own libraries do not know is told on stderr and ignored.
    pub output: Option<String>,
    /// `structured`, `emf` (which needs the feature `emf`) or `text`. Default: `structured`.
    pub format: String,
    /// Which requests have their calls written out: `flagged`, `all` or `none`. Default: `flagged`.
    pub calls: String,
    /// Whether each finding of a request (why it was slow, or will be) has a line. Default true.
    pub findings: bool,
    /// The part of all requests and tasks that have lines, from 0 to 1; errors, slow and flagged ones always have theirs. Where
    /// it is not 1, lines say in `sample_weight` how many they stand for. Metrics count all, so that `emf` needs
    /// `aggregate_ms` then. Default 1.
    pub sample: f64,
    /// What EMF calls its metrics: `opentelemetry` (by the names of the line) or `plain` (`http_request_duration_seconds`,
    /// `http_request_5xx_total`). Refused where the format is another. Default: `opentelemetry`.
    pub naming: String,
    /// `[exporters.json.emf]`: which metrics there are where the format is `emf`. Refused where it is another.
    pub emf: EmfConfig,
}

/// `[exporters.json.emf]`, CloudWatch's embedded metric format. What is not said here is as `AWS_EMF_NAMESPACE`,
/// `AWS_EMF_LOG_GROUP_NAME` and their like say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct EmfConfig {
    /// The namespace of the metrics. Default: `AWS_EMF_NAMESPACE`, else the service's name.
    pub namespace: Option<String>,
    /// Sets of members of the line by which metrics are told apart; each is billed for each of its values. There are `service`,
    /// `version`, `environment`, `event`, `method`, `route`, `name` (of tasks), `outcome` and `status_class`; a set of which a
    /// line lacks a member is left out of that line. Default: `[["service", "environment"], ["service", "environment",
    /// "method", "route"], ["service", "environment", "name"]]`.
    pub dimensions: Option<Vec<Vec<String>>>,
    /// Instead of one metric event for each request, one for each series in so many milliseconds. At least 1000. Default: none.
    pub aggregate_ms: Option<u64>,
    /// How often an event says what no request carries: requests that are open, pools, what was dropped, the application's
    /// own numbers. At least 1000. Default 60000.
    pub interval_ms: Option<u64>,
    /// Whether CloudWatch keeps the metrics by the second, which it bills for. Default false.
    pub high_resolution: bool,
    /// The group that the CloudWatch agent writes the lines to. Default: `AWS_EMF_LOG_GROUP_NAME`, else `<service>-metrics`
    /// where lines go over TCP.
    pub log_group: Option<String>,
    /// The stream. Default: `AWS_EMF_LOG_STREAM_NAME`, else the agent's.
    pub log_stream: Option<String>,
}

/// `[exporters.cloudwatch_logs]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CloudWatchLogsConfig {
    /// The group that all lines go to. Default: `/<service>/requests`, unless `groups` are said.
    pub group: Option<String>,
    /// The stream in each group. Default: one of this process' own, by host, time and process id.
    pub stream: Option<String>,
    /// `[[exporters.cloudwatch_logs.groups]]`: several groups, each with some of the lines.
    pub groups: Vec<LogGroupConfig>,
    /// How many days the groups that are created here keep their lines. Default: for ever.
    pub retention_days: Option<u32>,
    /// Whether groups and streams that are not there are created. Default true.
    pub create: Option<bool>,
    /// The region. Default: `AWS_REGION`, else what the AWS SDK finds.
    pub region: Option<String>,
    /// Another end point than the region's.
    pub endpoint: Option<String>,
    /// `structured`, `emf` (which needs the feature `emf`, and is for one group alone: each would count the requests again) or
    /// `text`. Default: `structured`.
    pub format: Option<String>,
    /// Which requests have their calls written out: `flagged`, `all` or `none`. Default: `flagged`.
    pub calls: Option<String>,
    /// As `findings` of `[exporters.json]`. Default true.
    pub findings: Option<bool>,
    /// As `sample` of `[exporters.json]`. Default 1.
    pub sample: Option<f64>,
    /// As `naming` of `[exporters.json]`. Default: `opentelemetry`.
    pub naming: Option<String>,
    /// `[exporters.cloudwatch_logs.emf]`: as `[exporters.json.emf]`.
    pub emf: EmfConfig,
    /// The longest time that a line waits before it is sent: what a process loses that is killed. At least 250. Default 1000.
    pub flush_interval_ms: Option<u64>,
    /// How many bytes of lines may wait while CloudWatch Logs does not take them, in all groups together. At least 1048576
    /// (1 MiB). Default 67108864 (64 MiB).
    pub buffer_bytes: Option<usize>,
}

/// `[[exporters.cloudwatch_logs.groups]]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LogGroupConfig {
    /// The group.
    pub group: String,
    /// Lines of this level and worse: `debug`, `info`, `warning`, `error` or `critical`. Metrics count all, so that
    /// `emf` needs `aggregate_ms` where the level is above `info`. Default: all.
    pub level: Option<String>,
    /// Which of `request`, `task`, `call`, `finding`, `log` (the application's own) and `metrics` (by EMF). Where the format is
    /// `emf`, `metrics` go with `request` and `task`, unless another group has them. Default: all.
    pub events: Option<Vec<String>>,
    /// Lines of loggers that begin with one of these. Default: all.
    pub loggers: Option<Vec<String>>,
    /// What its lines look like. Default: as of all.
    pub format: Option<String>,
    /// How many days it keeps its lines, where it is created here. Default: as of all.
    pub retention_days: Option<u32>,
}

/// `[exporters.xray]`. What is not said here is as `AWS_XRAY_DAEMON_ADDRESS` and its like say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct XRayConfig {
    /// `HOST:PORT` of the daemon, or `tcp:HOST:PORT udp:HOST:PORT`. Default: `AWS_XRAY_DAEMON_ADDRESS`, else
    /// `127.0.0.1:2000`.
    pub daemon_address: Option<String>,
    /// Which traces are sampled: `central` (by the rules in X-Ray, asked of the daemon), `local` (by a file's, else one a
    /// second and 5 %) or `always`. Default: `central`.
    pub sampling: Option<String>,
    /// A file with rules, in the form of version 2, for `local`, and for `central` while the daemon tells none.
    pub sampling_rules: Option<String>,
    /// Which of the application's fields, and of the members of the JSON line, are annotations, by which X-Ray finds traces; at
    /// most 50. Default: `request_id`, `name` (of a task), `action`, `route`, `outcome`, `environment`, `version`, `finding`,
    /// `verdict`.
    pub annotations: Option<Vec<String>>,
    /// After how many milliseconds a request that is still running is shown; 0: never. Default 10000.
    pub in_progress_ms: Option<u64>,
    /// Where the service runs: `ec2`, `ecs`, `eks`, `elastic_beanstalk`, `lambda`, `none`, or `auto`, which looks for itself.
    /// Default: `auto`.
    pub origin: Option<String>,
}

impl Default for JsonConfig {
    fn default() -> Self {
        JsonConfig {
            output: None,
            format: "structured".into(),
            calls: "flagged".into(),
            findings: true,
            sample: 1.0,
            naming: "opentelemetry".into(),
            emf: EmfConfig::default(),
        }
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

/// `[exporters.page]`: where the time goes, for people to look at.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PageConfig {
    /// Where the page is; what it needs is below. Default: `/tachograph`.
    pub path: String,
    /// How much of the process' memory it uses for what it remembers, in bytes. At least 1048576 (1 MiB). Default 16777216
    /// (16 MiB).
    pub memory_bytes: usize,
    /// By this it is shown to other machines, too, and behind a proxy: as a bearer's token, or as the password that a browser
    /// asks for. At least 16 characters. It is a secret, and is never shown; `TACHOGRAPH_EXPORTERS__PAGE__TOKEN` keeps it out
    /// of the file. Default: none, and then only this machine sees the page.
    #[serde(deserialize_with = "secret::read")]
    pub token: Option<String>,
    /// Where its numbers, but not single requests, outlive a restart, so that two versions can be compared. Default: nowhere.
    pub file: Option<String>,
}

impl Default for PageConfig {
    fn default() -> Self {
        PageConfig { path: "/tachograph".into(), memory_bytes: 16 * 1024 * 1024, token: None, file: None }
    }
}

impl fmt::Debug for PageConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageConfig")
            .field("path", &self.path)
            .field("memory_bytes", &self.memory_bytes)
            .field("token", &self.token.as_ref().map(|_| secret::HIDDEN))
            .field("file", &self.file)
            .finish()
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
    /// `[exporters.otlp.aws]`: to AWS's own end points, signed. Needs the feature `otlp-aws`.
    pub aws: Option<OtlpAwsConfig>,
}

/// `[exporters.otlp.aws]`: traces go to `https://xray.<region>.amazonaws.com`, metrics to `https://monitoring.…`, logs to
/// `https://logs.…`, unless an `endpoint` is said (or `OTEL_EXPORTER_OTLP_ENDPOINT`, or that of a signal), each signed with the
/// credentials that the AWS SDK finds. By `http/protobuf`, which is the default here.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OtlpAwsConfig {
    /// The region. Default: `AWS_REGION`, else `AWS_DEFAULT_REGION`, else what the AWS SDK finds: the profile's, the
    /// instance's.
    pub region: Option<String>,
    /// The group that log records go to; it must be there. Needed where logs are sent.
    pub log_group: Option<String>,
    /// The stream; it must be there. Needed where logs are sent.
    pub log_stream: Option<String>,
}

impl ExportersConfig {
    /// What there is where nothing is configured: lines on stdout, and what does nothing before it is asked.
    pub(crate) fn embedded() -> Self {
        ExportersConfig {
            json: cfg!(feature = "json").then(JsonConfig::default),
            cloudwatch_logs: None,
            xray: None,
            otlp: None,
            prometheus: cfg!(feature = "prometheus").then(PrometheusConfig::default),
            page: cfg!(feature = "page").then(PageConfig::default),
        }
    }
}
