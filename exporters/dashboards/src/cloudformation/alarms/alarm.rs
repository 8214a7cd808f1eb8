//! One alarm.

use serde_json::{Value, json};

use super::super::dashboards::cut;
use super::super::published::Metric;
use super::super::template::Template;
use super::super::widget::number;
use crate::Settings;

/// How long a description can be.
const LONGEST_DESCRIPTION: usize = 1024;

/// An alarm, and why it is one.
#[derive(Debug, Clone)]
pub(super) struct Alarm {
    /// As a part of the name of a resource: `Latency`.
    pub(super) id: String,
    /// As who is woken reads it: `p99 latency`.
    pub(super) name: String,
    pub(super) condition: Option<&'static str>,
    /// What is watched, in words.
    pub(super) what: String,
    pub(super) healthy: String,
    pub(super) action: String,
    pub(super) watched: Watched,
    pub(super) comparison: Comparison,
    pub(super) threshold: f64,
    pub(super) window: Window,
    pub(super) missing: Missing,
}

/// What is watched.
#[derive(Debug, Clone)]
pub(super) enum Watched {
    /// A statistic of a metric: `Sum`, or a percentile as `p99`.
    Metric { metric: Metric, stat: &'static str },
    /// What is computed of sums of metrics.
    Math { expression: &'static str, label: &'static str, sums: Vec<(&'static str, Metric)> },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Comparison {
    Above,
    Below,
}

/// So many of so many periods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) period_s: u64,
    pub(super) periods: u32,
    pub(super) breaching: u32,
}

/// What it means that nothing is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing {
    /// All is well.
    NotBreaching,
    /// As it was.
    Ignore,
    /// Nobody knows, and who is told of alarms is told of that.
    Unknown,
}

impl Missing {
    fn as_str(self) -> &'static str {
        match self {
            Missing::NotBreaching => "notBreaching",
            Missing::Ignore => "ignore",
            Missing::Unknown => "missing",
        }
    }
}

impl Window {
    /// All of so many periods.
    pub(super) fn all(periods: u32, period_s: u64) -> Self {
        Window { period_s, periods, breaching: periods }
    }
}

impl Alarm {
    pub(super) fn create(self, settings: &Settings, topic: &Value, template: &mut Template) {
        // A name has 255 characters, and the longest of ours begins where it is known to fit.
        let environment = settings.environment.iter().map(|environment| cut(environment, 25));
        let of: Vec<String> = [cut(&settings.service, 50)].into_iter().chain(environment).collect();
        let mut properties = json!({
            "AlarmName": format!("{}: {}", of.join(" "), self.name),
            "AlarmDescription": self.description(),
            "AlarmActions": [topic],
            "OKActions": [topic],
            "ComparisonOperator": match self.comparison {
                Comparison::Above => "GreaterThanThreshold",
                Comparison::Below => "LessThanThreshold",
            },
            "Threshold": number(self.threshold),
            "EvaluationPeriods": self.window.periods,
            "DatapointsToAlarm": self.window.breaching,
            "TreatMissingData": self.missing.as_str(),
        });
        if let Missing::Unknown = self.missing {
            properties["InsufficientDataActions"] = json!([topic]);
        }
        self.watched.describe(self.window.period_s, &mut properties);
        template.resource(&format!("{}Alarm", self.id), "AWS::CloudWatch::Alarm", self.condition, properties);
    }

    fn description(&self) -> String {
        let text = format!("{} Healthy: {}. What to do: {}.", self.what, self.healthy, self.action);
        if text.len() <= LONGEST_DESCRIPTION {
            return text;
        }
        format!("{}…", &text[..text.floor_char_boundary(LONGEST_DESCRIPTION - '…'.len_utf8())])
    }
}

impl Watched {
    fn describe(&self, period_s: u64, properties: &mut Value) {
        match self {
            Watched::Metric { metric, stat } => {
                properties["Namespace"] = metric.namespace.clone().into();
                properties["MetricName"] = metric.name.clone().into();
                properties["Dimensions"] = metric.pairs();
                properties["Period"] = period_s.into();
                if stat.starts_with('p') {
                    properties["ExtendedStatistic"] = (*stat).into();
                    // A percentile of a few requests is one request's.
                    properties["EvaluateLowSampleCountPercentile"] = "ignore".into();
                } else {
                    properties["Statistic"] = (*stat).into();
                }
            }
            Watched::Math { expression, label, sums } => {
                let result = json!({"Id": "result", "Expression": expression, "Label": label, "ReturnData": true});
                let sum = |(id, metric): &(&str, Metric)| {
                    let of = json!({
                        "Namespace": metric.namespace,
                        "MetricName": metric.name,
                        "Dimensions": metric.pairs(),
                    });
                    json!({
                        "Id": id,
                        "MetricStat": {"Metric": of, "Period": period_s, "Stat": "Sum"},
                        "ReturnData": false,
                    })
                };
                properties["Metrics"] = std::iter::once(result).chain(sums.iter().map(sum)).collect();
            }
        }
    }
}
