//! What dashboards and alarms are made for.

use tachograph_metrics::Naming;

/// What dashboards and alarms are made for. Without a configuration the defaults fit a service that says nothing either.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// The name of the service, as it is in lines and metrics.
    pub service: String,
    /// Where it runs: `production`; none where it does not say.
    pub environment: Option<String>,
    /// The namespace of its metrics in CloudWatch. Default: the service's name.
    pub namespace: String,
    /// The sets of dimensions by which the EMF exporter publishes them.
    pub dimensions: Vec<Vec<String>>,
    /// Names of metrics in EMF.
    pub emf_naming: Naming,
    /// Names of metrics in Prometheus.
    pub prometheus_naming: Naming,
    /// Upper bounds, in seconds, of the buckets of durations that Prometheus is shown. Default those of the metrics.
    pub duration_buckets: Vec<f64>,
    /// The group of its lines in CloudWatch Logs. Default: `/<service>/requests`.
    pub log_group: String,
    /// How many days its lines are kept; none: for ever.
    pub retention_days: Option<u32>,
    /// The region; none: the one where a template is deployed, and the data source's own.
    pub region: Option<String>,
    /// What else of AWS the service uses.
    pub resources: Resources,
    /// From where on something is not as it should be.
    pub thresholds: Thresholds,
    /// The application's own counters that are worth an alarm.
    pub counters: Vec<Counter>,
    /// What was promised to those who use the service.
    pub objectives: Vec<Objective>,
    /// Who is told of alarms, by mail.
    pub email: Option<String>,
}

/// What else of AWS the service uses, by the names there. Where a kind has none, templates ask for them by parameters.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Resources {
    /// Lambda functions.
    pub functions: Vec<String>,
    /// Aurora clusters.
    pub clusters: Vec<String>,
    /// DynamoDB tables.
    pub tables: Vec<String>,
    /// Kinesis streams.
    pub streams: Vec<String>,
    /// SQS queues of what could not be processed.
    pub dead_letter_queues: Vec<String>,
}

/// From where on something is not as it should be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// The 99th percentile of durations, in milliseconds. Default 1000.
    pub p99_ms: u64,
    /// The part of requests that are errors. Default 0.01.
    pub error_rate: f64,
    /// The part of a pool's connections that are in use. Default 0.8.
    pub pool_utilization: f64,
    /// The part of keys that caches have. Default 0.85.
    pub cache_hit_rate: f64,
    /// The age of the oldest record of a stream, in milliseconds. Default 60000.
    pub iterator_age_ms: u64,
    /// The part of invocations that are cold starts. Default 0.05.
    pub cold_starts: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            p99_ms: 1000,
            error_rate: 0.01,
            pool_utilization: 0.8,
            cache_hit_rate: 0.85,
            iterator_age_ms: 60_000,
            cold_starts: 0.05,
        }
    }
}

/// A counter of the application's own with an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// Its name, as the application counts it: `safety_rollbacks_total`.
    pub name: String,
    /// The most of it in a period that is healthy.
    pub most: f64,
    /// The period, in seconds. Default 300.
    pub period_s: u64,
    /// What is healthy, in words, for who is woken.
    pub healthy: Option<String>,
    /// What to do, in words.
    pub action: Option<String>,
}

/// What was promised to those who use the service.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// Its name: `checkout`.
    pub name: String,
    /// The part of requests that are to be good: 0.999.
    pub target: f64,
    /// Only requests of this method; none: of all.
    pub method: Option<String>,
    /// Only requests of this route; none: of all.
    pub route: Option<String>,
    /// A good request takes no longer, in milliseconds; none: it is one without an error.
    pub duration_ms: Option<u64>,
}

impl Settings {
    /// For a service of this name.
    pub fn new(service: &str) -> Self {
        let set = |members: &[&str]| members.iter().map(ToString::to_string).collect();
        Settings {
            service: service.to_owned(),
            environment: None,
            namespace: service.to_owned(),
            dimensions: vec![
                set(&["service", "environment"]),
                set(&["service", "environment", "method", "route"]),
                set(&["service", "environment", "name"]),
            ],
            emf_naming: Naming::OpenTelemetry,
            prometheus_naming: Naming::OpenTelemetry,
            duration_buckets: tachograph_metrics::Settings::default().duration_buckets,
            log_group: usual_log_group(service),
            retention_days: None,
            region: None,
            resources: Resources::default(),
            thresholds: Thresholds::default(),
            counters: Vec::new(),
            objectives: Vec::new(),
            email: None,
        }
    }
}

/// The group that the exporter writes to where none is said, which has no character that a group cannot have.
fn usual_log_group(service: &str) -> String {
    let is_of_a_group = |character: char| character.is_ascii_alphanumeric() || "_/.#-".contains(character);
    let allowed = service.chars().map(|character| if is_of_a_group(character) { character } else { '-' });
    let name: String = allowed.take(256).collect();
    format!("/{}/requests", if name.is_empty() { "service" } else { &name })
}
