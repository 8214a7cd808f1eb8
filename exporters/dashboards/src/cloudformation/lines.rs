//! Metrics that CloudWatch Logs counts in lines: filters, and what they are called by.

use serde_json::{Value, json};

use super::published::Metric;
use crate::Settings;

/// Behind the namespace of the exporter, so that nothing is counted twice under one name.
pub(super) const NAMESPACE: &str = "/lines";

/// What a filter counts.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// Which lines.
    pub(super) pattern: String,
    /// What is added for each of them: a number, or the member that has it.
    pub(super) value: String,
    /// What is counted.
    pub(super) metric: Metric,
    /// The member that tells lines apart, by the name of its dimension.
    pub(super) dimension: Option<(&'static str, &'static str)>,
}

impl Filter {
    /// Counts lines of which all of this holds.
    pub(super) fn new(settings: &Settings, name: &str, value: &str, conditions: &[&str]) -> Self {
        let service = is("service", &settings.service);
        let environment = settings.environment.as_ref().map(|environment| is("environment", environment));
        let own = [Some(service), environment].into_iter().flatten();
        let all: Vec<String> = own.chain(conditions.iter().map(|condition| format!("({condition})"))).collect();
        Filter {
            pattern: format!("{{ {} }}", all.join(" && ")),
            value: value.to_owned(),
            metric: Metric::of(&namespace(settings), name, &[]),
            dimension: None,
        }
    }

    pub(super) fn by(mut self, dimension: &'static str, member: &'static str) -> Self {
        self.dimension = Some((dimension, member));
        self
    }

    /// What a template has of it, for the lines of this group.
    pub(super) fn properties(&self, log_group: Value) -> Value {
        let mut transformation = json!({
            "MetricNamespace": self.metric.namespace,
            "MetricName": self.metric.name,
            "MetricValue": self.value,
            "Unit": "Count",
        });
        // By CloudWatch's rules a filter has one or the other.
        match self.dimension {
            Some((key, member)) => {
                transformation["Dimensions"] = json!([{"Key": key, "Value": format!("$.{member}")}]);
            }
            None => transformation["DefaultValue"] = 0.into(),
        }
        json!({
            "LogGroupName": log_group,
            "FilterPattern": self.pattern,
            "MetricTransformations": [transformation],
        })
    }
}

/// The namespace of metrics of lines.
pub(super) fn namespace(settings: &Settings) -> String {
    format!("{}{NAMESPACE}", settings.namespace)
}

fn is(member: &str, value: &str) -> String {
    format!("($.{member} = \"{}\")", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The requests of the service, for those whose lines are no metrics.
pub(super) fn of_requests(settings: &Settings) -> Vec<(&'static str, Filter)> {
    let slow = format!("$.duration_ms > {}", settings.thresholds.p99_ms);
    let request = "$.event = \"request\"";
    let failed = "($.level = \"error\") || ($.level = \"critical\")";
    let count = |name, conditions: &[&str]| Filter::new(settings, name, "1", conditions);
    vec![
        ("RequestsInLines", count("requests", &[request])),
        ("ErrorsInLines", count("errors", &[request, failed])),
        ("SlowRequestsInLines", count("slow_requests", &[request, "$.streaming IS FALSE", &slow])),
    ]
}

/// The starts that invocations of functions waited for. Those ahead of time are none.
pub(super) fn of_cold_starts(settings: &Settings) -> Filter {
    Filter::new(settings, "cold_starts", "1", &["$.cold_start IS TRUE"]).by("FunctionName", "function_name")
}

/// What a counter of the application's own adds up to, whatever its labels; `member` is what it is called in lines.
pub(super) fn of_counter(settings: &Settings, member: &str) -> Filter {
    // An event that says of many requests what they came to has another message.
    let metrics = "($.logger = \"tachograph.metrics\") && ($.message = \"metrics\")";
    Filter::new(settings, member, &format!("$.{member}"), &[metrics, &format!("$.{member} = *")])
}
