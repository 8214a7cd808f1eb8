//! What the lines say, by Logs Insights.

use serde_json::{Value, json};
use tachograph_core::Share;

use super::{Board, REGION};
use crate::grafana::dashboard::Row;
use crate::grafana::panel::{Panel, Worse};
use crate::queries::queries;

/// Lines of requests, as far as they are chosen. What the line says to those who read, `GET /experiments/{id} 200 12.34 ms`, is
/// always there, with the path where no route matched and the outcome where there was no answer: a field that a line lacks
/// matches nothing. The endpoint is a part of it as it stands: in a regular expression its slashes would have to be escaped.
const REQUESTS: &str = "filter event = \"request\" and service = \"$service\" and streaming = 0\n\
                        | filter version like /^(?:$version)$/ and message like \"$endpoint\"\n\
                        | filter message like / (?:$status)(?: [a-z_]+)? [0-9.]+ ms$/\n\
                        | filter method not in [${excluded_methods:doublequote}]";

/// The same of lines in the text format.
const TEXT: &str = "parse @message \"[*] * * * *\" as logger, method, view, duration, status_code\n\
                    | filter logger = \"profiler\" and method not in [${excluded_methods:doublequote}]\n\
                    | filter view like \"$endpoint\" and status_code like /^(?:$status)$/";

/// Only what is slow.
const SLOW: &str = "duration_ms > $minimum_duration";

/// A question, and by what its answer is divided: a time first where it is to be drawn.
fn question(text: &str, by: &[&str]) -> Value {
    json!({
        "expression": text,
        "id": "",
        "logGroupNames": ["$log_group"],
        "queryLanguage": "CWLI",
        "queryMode": "Logs",
        "region": REGION,
        "statsGroups": by,
    })
}

/// Numbers of requests over time, by one of their fields or all together.
fn drawn(requests: &str, numbers: &str, by: Option<&str>) -> Value {
    let by: Vec<&str> = ["bin(5m)"].into_iter().chain(by).collect();
    question(&format!("{requests}\n| stats {numbers} by {}", by.join(", ")), &by)
}

impl Board<'_> {
    pub(super) fn lines(&self) -> Row {
        let slow = format!("{REQUESTS} and {SLOW}");
        let shares = |function: &str| {
            let share = |share: Share| format!("{function}({0}_ms) as {0}", share.name());
            Share::ALL.map(share).join(", ")
        };
        let panels =
            vec![
                self.graph(
                    "Average by endpoint",
                    "The average duration of requests that took longer than the duration chosen above, by endpoint.",
                )
                .unit("ms")
                .width(24)
                .target(drawn(&slow, "avg(duration_ms) as average", Some("route"))),
                self.graph("Time of a request", "What the mean duration consists of.")
                    .unit("ms")
                    .stacked()
                    .target(drawn(REQUESTS, &shares("avg"), None)),
                self.graph("Shares of the time", "The same as parts of all.")
                    .unit("ms")
                    .stacked_to_all()
                    .target(drawn(REQUESTS, &shares("sum"), None)),
                self.graph("Duration", "Percentiles of the requests that are chosen above.")
                    .unit("ms")
                    .threshold(self.settings.thresholds.p99_ms as f64, Worse::Above)
                    .target(drawn(
                        REQUESTS,
                        "pct(duration_ms, 50) as p50, pct(duration_ms, 95) as p95, pct(duration_ms, 99) as p99",
                        None,
                    )),
                self.graph("Slow requests", "How many took longer than the duration chosen above, by endpoint.")
                    .stacked()
                    .target(drawn(&slow, "count(*) as requests", Some("route"))),
            ];
        Row::new("Lines", panels)
    }

    pub(super) fn versions(&self) -> Row {
        let by = Some("version");
        let failed =
            format!("{REQUESTS}\n| fields strcontains(level, \"error\") + strcontains(level, \"critical\") as failed");
        let panels = vec![
            self.graph("Duration by version", "The 95th percentile of the requests that each version answered.")
                .unit("ms")
                .threshold(self.settings.thresholds.p99_ms as f64, Worse::Above)
                .target(drawn(REQUESTS, "pct(duration_ms, 95) as p95", by)),
            self.graph("Errors by version", "The part of its requests that each version failed at.")
                .unit("percentunit")
                .threshold(self.settings.thresholds.error_rate, Worse::Above)
                .target(drawn(&failed, "avg(failed) as errors", by)),
        ];
        Row::new("Versions", panels)
    }

    /// The questions that there are for the console, too.
    pub(super) fn tables(&self) -> Row {
        let titles = [
            ("endpoints", "Endpoints"),
            ("slow-requests", "The slowest requests"),
            ("findings", "Findings"),
            ("n-plus-one", "Loops"),
            ("statements", "Statements"),
            ("hosts", "Other services"),
            ("errors", "Failed requests"),
        ];
        let all = queries(self.settings);
        let table = |(name, title): (&str, &str)| {
            let query = all.iter().find(|query| query.name == name)?;
            let panel = Panel::table(&self.source, title, query.description, Vec::new());
            Some(panel.target(question(query.text.trim_end(), &[])))
        };
        Row::new("What was found", titles.into_iter().filter_map(table).collect()).folded()
    }

    pub(super) fn text(&self) -> Row {
        let slow = format!("{TEXT} and duration > $minimum_duration");
        let panels = vec![
            self.graph(
                "Average by view",
                "The average duration of requests that took longer than the duration chosen above, of lines in the text format.",
            )
            .unit("ms")
            .width(24)
            .target(drawn(&slow, "avg(duration) as average", Some("view"))),
        ];
        Row::new("Lines in the text format", panels).folded()
    }
}
