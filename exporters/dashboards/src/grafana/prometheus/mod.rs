//! The dashboard over Prometheus.

mod calls;
mod findings;
mod own;
mod requests;
mod time;
mod variables;
mod versions;

use serde_json::{Value, json};

use super::dashboard::Dashboard;
use super::panel::Panel;
use super::variable::datasource;
use crate::prometheus::{ENVIRONMENT, Label, SERVICE, Scope, VERSION};
use crate::settings::Settings;

/// What Grafana calls Prometheus.
const KIND: &str = "prometheus";

/// Over how long a time a rate is taken: Grafana knows how often Prometheus looks.
const WINDOW: &str = "$__rate_interval";

/// At most so many lines in a graph of what there can be thousands of.
const MOST_LINES: usize = 10;

/// What all panels have in common.
pub(super) struct Board<'a> {
    pub(super) settings: &'a Settings,
    pub(super) scope: Scope,
    source: Value,
}

impl Board<'_> {
    fn graph(&self, title: impl Into<String>, description: impl Into<String>) -> Panel {
        Panel::graph(&self.source, title, description)
    }

    /// A label, as it is called here.
    fn label(&self, label: Label) -> String {
        self.scope.label(label)
    }

    /// The labels that say which endpoint it is.
    fn endpoint(&self) -> [String; 2] {
        [self.label(Label::Method), self.label(Label::Route)]
    }

    /// `GET /experiments/{id}`
    fn endpoint_in_legend(&self) -> String {
        let [method, route] = self.endpoint();
        format!("{{{{{method}}}}} {{{{{route}}}}}")
    }

    /// `{{share}}`
    fn in_legend(&self, label: Label) -> String {
        format!("{{{{{}}}}}", self.label(label))
    }
}

/// A question to Prometheus, and what its lines are called.
fn query(expression: String, legend: impl Into<String>) -> Value {
    json!({
        "editorMode": "code",
        "exemplar": false,
        "expr": expression,
        "instant": false,
        "legendFormat": legend.into(),
        "range": true,
    })
}

/// The same, with the traces of some requests: their series have them.
fn query_with_exemplars(expression: String, legend: impl Into<String>) -> Value {
    let mut target = query(expression, legend);
    target["exemplar"] = true.into();
    target
}

/// How it stands at the end of the time that is looked at, as rows of a table.
fn query_of_table(expression: String) -> Value {
    let mut target = query(expression, "");
    target["format"] = "table".into();
    target["instant"] = true.into();
    target["range"] = false.into();
    target
}

/// The largest of them.
fn topmost(expression: &str) -> String {
    format!("topk({MOST_LINES}, {expression})")
}

pub(super) fn dashboard(settings: &Settings) -> Dashboard {
    let target = format!("{SERVICE}=\"$service\",{ENVIRONMENT}=~\"$environment\",{VERSION}=~\"$version\"");
    let scope = Scope::new(settings.prometheus_naming, target, WINDOW)
        .requests(Label::Route, "=~\"$endpoint\"")
        .requests(Label::Method, "!~\"$excluded_methods\"")
        .requests(Label::Status, "=~\"$status\"");
    let board = Board { settings, scope, source: datasource(KIND) };
    let rows = [
        board.requests(),
        board.time(),
        board.versions(),
        board.database(),
        board.external(),
        board.caches(),
        board.sizes(),
        board.findings(),
        board.tasks(),
    ];
    let of_settings = [board.objectives(), board.counters()].into_iter().flatten();
    Dashboard {
        title: format!("{}: requests", settings.service),
        description: "Where the time of requests goes. Made by `tachograph dashboards grafana`.",
        uid: format!("tachograph-{}", settings.service),
        variables: variables::variables(&board),
        rows: rows.into_iter().chain(of_settings).chain([board.process(), board.tachograph()]).collect(),
    }
}
