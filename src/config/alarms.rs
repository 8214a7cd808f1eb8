//! `[alarms]` and `[[objectives]]`: from where on somebody is told, and what was promised.

use serde::{Deserialize, Deserializer};

use super::bounds;

/// `[alarms]`: from where on something is not as it should be, for `tachograph alarms`. A service reads it, and does nothing
/// with it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AlarmsConfig {
    /// Who is told, by mail. Default: templates ask.
    #[serde(deserialize_with = "bounds::email")]
    pub email: Option<String>,
    /// The 99th percentile of durations, in milliseconds. Default 1000.
    #[serde(deserialize_with = "bounds::milliseconds")]
    pub p99_ms: Option<u64>,
    /// The part of requests that are errors. Default 0.01.
    #[serde(deserialize_with = "bounds::part")]
    pub error_rate: Option<f64>,
    /// The part of a pool's connections that are in use. Default 0.8.
    #[serde(deserialize_with = "bounds::part")]
    pub pool_utilization: Option<f64>,
    /// The part of keys that caches have; less is not as it should be. Default 0.85.
    #[serde(deserialize_with = "bounds::part")]
    pub cache_hit_rate: Option<f64>,
    /// The age of the oldest record of a Kinesis stream, in milliseconds. Default 60000.
    #[serde(deserialize_with = "bounds::milliseconds")]
    pub iterator_age_ms: Option<u64>,
    /// The part of a function's invocations that are cold starts. Default 0.05.
    #[serde(deserialize_with = "bounds::part")]
    pub cold_starts: Option<f64>,
    /// `[[alarms.counters]]`: the application's own counters that are worth an alarm.
    #[serde(deserialize_with = "counters")]
    pub counters: Vec<CounterConfig>,
}

/// `[[alarms.counters]]`: a counter of the application's own that is worth an alarm.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CounterConfig {
    /// Its name, as the application counts it: `safety_rollbacks_total`.
    #[serde(deserialize_with = "bounds::name")]
    pub name: String,
    /// The most of it in a period that is healthy. Default 0.
    #[serde(default, deserialize_with = "bounds::most")]
    pub most: f64,
    /// The period in seconds: a multiple of 60, up to a week. Default 300.
    #[serde(default, deserialize_with = "bounds::period")]
    pub period_s: Option<u64>,
    /// What is healthy, in words, for who is woken.
    #[serde(default)]
    pub healthy: Option<String>,
    /// What to do, in words.
    #[serde(default)]
    pub action: Option<String>,
}

/// `[[objectives]]`: what was promised to those who use the service, for alerts by how fast its budget of errors is used up.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ObjectiveConfig {
    /// Its name: `checkout`.
    #[serde(deserialize_with = "bounds::name")]
    pub name: String,
    /// The part of requests that are to be good: 0.999.
    #[serde(deserialize_with = "bounds::target")]
    pub target: f64,
    /// Only requests of this method. Default: of all.
    #[serde(default, deserialize_with = "bounds::method")]
    pub method: Option<String>,
    /// Only requests of this route. Default: of all.
    #[serde(default, deserialize_with = "bounds::route")]
    pub route: Option<String>,
    /// A good request takes no longer, in milliseconds. Default: it is one without an error.
    #[serde(default, deserialize_with = "bounds::milliseconds")]
    pub duration_ms: Option<u64>,
}

fn counters<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<CounterConfig>, D::Error> {
    // With and without the ending it is the same counter.
    let name = |counter: &'_ CounterConfig| counter.name.strip_suffix("_total").unwrap_or(&counter.name).to_owned();
    bounds::named(from, "counters", name)
}

pub(super) fn objectives<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ObjectiveConfig>, D::Error> {
    bounds::named(from, "objectives", |objective: &ObjectiveConfig| objective.name.clone())
}
