//! The dashboard over CloudWatch.

mod lines;
mod metrics;
mod variables;

use serde_json::Value;

use super::dashboard::Dashboard;
use super::panel::Panel;
use super::variable::datasource;
use crate::settings::Settings;

/// What Grafana calls CloudWatch.
const KIND: &str = "cloudwatch";

/// The region that is chosen.
const REGION: &str = "$region";

/// What all panels have in common.
struct Board<'a> {
    settings: &'a Settings,
    source: Value,
}

impl Board<'_> {
    fn graph(&self, title: impl Into<String>, description: impl Into<String>) -> Panel {
        Panel::graph(&self.source, title, description)
    }
}

pub(super) fn dashboard(settings: &Settings) -> Dashboard {
    let board = Board { settings, source: datasource(KIND) };
    let lines = [board.lines(), board.versions(), board.tables(), board.text()];
    Dashboard {
        title: format!("{}: requests in CloudWatch", settings.service),
        description: "Where the time of requests goes. Made by `tachograph dashboards grafana --source cloudwatch`.",
        uid: format!("tachograph-cw-{}", settings.service),
        variables: variables::variables(&board),
        rows: board.metrics().into_iter().chain(lines).collect(),
    }
}
