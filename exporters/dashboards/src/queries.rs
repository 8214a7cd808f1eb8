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
    /// The question itself, with what is to be known of it in comments: lines, of which each ends in a line break.
    pub text: String,
}

/// All questions, about the lines of this service.
///
/// ```
/// let settings = tachograph_dashboards::Settings::new("experiments-api");
/// let queries = tachograph_dashboards::queries(&settings);
/// let slow = queries.iter().find(|query| query.name == "slow-requests").unwrap();
/// assert!(slow.text.contains("duration_ms > 1000"));
/// ```
pub fn queries(settings: &Settings) -> Vec<Query> {
    let slow_requests = SLOW_REQUESTS.replace("SLOW_MS", &settings.thresholds.p99_ms.to_string());
    let query = |name, description, text: &str| Query { name, description, text: text.to_owned() };
    vec![
        query("errors", "Requests and tasks that failed, the newest first.", ERRORS),
        query("slow-requests", "Slow requests, the slowest first, and why each was slow.", &slow_requests),
        query(
            "errors-by-action",
            "What the failed requests were about, and how many users they met.",
            ERRORS_BY_ACTION,
        ),
        query("request-trail", "Everything that was written about one request, in its order.", REQUEST_TRAIL),
        query("endpoints", "How often each endpoint is asked and how long it takes, the slowest first.", ENDPOINTS),
        query("breakdown", "Where the time of each endpoint goes, the dearest first.", BREAKDOWN),
        query("versions", "Whether an endpoint got slower with a version.", VERSIONS),
        query("findings", "Why requests are slow, where, and what is to be done: the dearest first.", FINDINGS),
        query("n-plus-one", "What is asked again and again in one request, and from where.", N_PLUS_ONE),
        query("statements", "The statements that take the most time, and who makes them.", STATEMENTS),
        query("hosts", "How other services answer.", HOSTS),
        query("hosts-by-hour", "How other services answer, by the hour of the day (UTC).", HOSTS_BY_HOUR),
        query("hosts-by-weekday", "How other services answer, by the day of the week (UTC).", HOSTS_BY_WEEKDAY),
        query("average-by-view", "The average duration of each view, of lines in the text format.", AVERAGE_BY_VIEW),
    ]
}

const ERRORS: &str = r#"filter event in ["request", "task"] and level in ["error", "critical"]
| sort @timestamp desc
| limit 100
| display @timestamp, request_id, user_id, action, method, route, name, status_code, outcome, error_type, error_message
"#;

const SLOW_REQUESTS: &str = r#"filter event = "request" and streaming = 0 and duration_ms > SLOW_MS
| sort duration_ms desc
| limit 100
| display @timestamp, request_id, method, route, status_code, duration_ms, own_ms, db_queries, db_ms, db_wait_ms, external_ms, verdict
"#;

const ERRORS_BY_ACTION: &str = r#"filter event in ["request", "task"] and level in ["error", "critical"]
| stats count(*) as errors, count_distinct(user_id) as users, latest(request_id) as an_example by action, error_type
| sort errors desc
"#;

const REQUEST_TRAIL: &str = r#"# Put the request's id here, and ask all log groups that its lines go to.
filter request_id = "00000000-0000-0000-0000-000000000000"
| sort @timestamp asc
| limit 1000
| display @timestamp, level, logger, message, statement, callsite, error_message
"#;

const ENDPOINTS: &str = r#"# With `sample` below 1, slow and failed requests are more than their share here.
filter event = "request" and streaming = 0
| stats count(*) as requests, avg(duration_ms) as average, pct(duration_ms, 50) as p50, pct(duration_ms, 95) as p95, pct(duration_ms, 99) as p99, max(duration_ms) as slowest, avg(db_queries) as queries, avg(response_bytes) as bytes by method, route
| sort p95 desc
"#;

const BREAKDOWN: &str = r#"filter event = "request" and streaming = 0
| stats sum(duration_ms) as total, sum(own_ms) as own, sum(db_ms) as db, sum(db_wait_ms) as db_wait, sum(external_ms) as external, sum(cache_ms) as cache, sum(body_ms) as body, sum(waiting_ms) as waiting by method, route
| sort total desc
"#;

const VERSIONS: &str = r#"filter event = "request" and streaming = 0
| stats count(*) as requests, avg(duration_ms) as average, pct(duration_ms, 95) as p95, avg(db_queries) as queries by method, route, version
| sort method asc, route asc, version asc
"#;

const FINDINGS: &str = r#"filter event = "finding"
| stats count(*) as times, sum(cost_ms) as cost, max(cost_ms) as dearest, latest(hint) as what_to_do by finding, method, route, summary, callsite
| sort cost desc
"#;

const N_PLUS_ONE: &str = r#"filter event = "finding" and finding in ["n_plus_one", "external_n_plus_one"]
| stats count(*) as requests, avg(`count`) as calls, max(`count`) as most_calls, sum(cost_ms) as cost by method, route, target, summary, callsite
| sort cost desc
"#;

const STATEMENTS: &str = r#"# Those of requests that are worth a look; with calls = "all" those of all requests.
filter event = "call" and kind = "database"
| stats sum(`count`) as calls, sum(total_ms) as total, sum(total_ms) / sum(`count`) as average, max(slowest_ms) as slowest, sum(errors) as failed by target, statement, callsite, method, route
| sort total desc
| limit 100
"#;

const HOSTS: &str = r#"# As requests that are worth a look saw them; with calls = "all", as all did.
filter event = "call" and kind = "external"
| stats sum(`count`) as calls, sum(total_ms) / sum(`count`) as average, max(slowest_ms) as slowest, sum(errors) as failed by target
| sort average desc
"#;

const HOSTS_BY_HOUR: &str = r#"# As requests that are worth a look saw them; with calls = "all", as all did.
filter event = "call" and kind = "external"
| fields floor(toMillis(@timestamp) / 3600000) % 24 as hour
| stats sum(`count`) as calls, sum(total_ms) / sum(`count`) as average, max(slowest_ms) as slowest, sum(errors) as failed by target, hour
| sort target asc, hour asc
"#;

const HOSTS_BY_WEEKDAY: &str = r#"# As requests that are worth a look saw them; with calls = "all", as all did.
# 0 is Sunday: the first day that is counted from, 1 January 1970, was a Thursday.
filter event = "call" and kind = "external"
| fields (floor(toMillis(@timestamp) / 86400000) + 4) % 7 as weekday
| stats sum(`count`) as calls, sum(total_ms) / sum(`count`) as average, max(slowest_ms) as slowest, sum(errors) as failed by target, weekday
| sort target asc, weekday asc
"#;

const AVERAGE_BY_VIEW: &str = r#"# For format = "text". What is structured needs no parsing: see "endpoints".
parse @message "[*] * * * *" as logger, method, view, duration, status_code
| filter logger = "profiler" and method not in ["OPTIONS", "HEAD"]
| stats avg(duration) as average, count(*) as requests by view
| sort average desc
"#;
