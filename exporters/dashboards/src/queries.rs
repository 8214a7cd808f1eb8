//! Questions to CloudWatch Logs Insights, about the lines that the JSON exporter writes.

use crate::settings::Settings;

/// A question to CloudWatch Logs Insights.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// By what it is found: `slow-requests`.
    pub name: &'static str,
    /// What it answers, in one sentence.
    pub description: &'static str,
    /// The question itself, with what is to be known of it in comments.
    pub text: String,
}

/// All questions, about the lines of this service.
pub fn queries(settings: &Settings) -> Vec<Query> {
    let slow = settings.thresholds.p99_ms;
    vec![
        Query {
            name: "errors",
            description: "Requests and tasks that failed, the newest first.",
            text: r#"filter event in ["request", "task"] and level in ["error", "critical"]
| sort @timestamp desc
| limit 100
| display @timestamp, request_id, user_id, action, method, route, name, status_code, outcome, error_type, error_message
"#
            .to_owned(),
        },
        Query {
            name: "slow-requests",
            description: "Slow requests, the slowest first, and why each was slow.",
            text: format!(
                r#"filter event = "request" and streaming = 0 and duration_ms > {slow}
| sort duration_ms desc
| limit 100
| display @timestamp, request_id, method, route, status_code, duration_ms, own_ms, db_queries, db_ms, db_wait_ms, external_ms, verdict
"#
            ),
        },
    ]
}
