//! What a dashboard of CloudWatch is made of.

use serde_json::{Value, json};

use super::template::parameter;
use crate::{Error, Settings};

/// How many columns a dashboard has.
const COLUMNS: usize = 24;

/// How many widgets a dashboard can have.
const MOST_WIDGETS: usize = 500;

/// A widget, but for its place.
#[derive(Debug, Clone)]
pub(super) struct Widget {
    kind: &'static str,
    properties: Value,
}

impl Widget {
    /// Text, in Markdown.
    pub(super) fn text(markdown: String) -> Self {
        Widget { kind: "text", properties: json!({"markdown": markdown}) }
    }

    /// A graph of metrics over time.
    pub(super) fn graph(title: impl Into<String>, unit: &str, period: u32, metrics: Vec<Value>) -> Self {
        let properties = json!({
            "title": title.into(),
            "metrics": metrics,
            "view": "timeSeries",
            "period": period,
            "yAxis": {"left": {"label": unit, "showUnits": false, "min": 0}},
        });
        Widget { kind: "metric", properties }
    }

    /// The answers to a question to Logs Insights, over time, on top of each other.
    pub(super) fn areas(title: &str, log_group: &str, query: &str) -> Self {
        let mut widget = Widget::table(title, log_group, query);
        widget.properties["view"] = "timeSeries".into();
        widget.properties["stacked"] = true.into();
        widget
    }

    /// The answers to a question to Logs Insights.
    pub(super) fn table(title: &str, log_group: &str, query: &str) -> Self {
        let query = format!("SOURCE '{log_group}' | {}", query.trim_end());
        Widget { kind: "log", properties: json!({"title": title, "query": query, "view": "table"}) }
    }

    /// With a line from which on something is not as it should be.
    pub(super) fn threshold(mut self, label: &str, value: f64, fill: Fill) -> Self {
        let line = json!({"label": label, "value": number(value), "fill": fill.as_str(), "color": "#d62728"});
        self.properties["annotations"] = json!({"horizontal": [line]});
        self
    }

    /// With an axis that ends there.
    pub(super) fn up_to(mut self, most: u32) -> Self {
        self.properties["yAxis"]["left"]["max"] = most.into();
        self
    }
}

/// Which side of a threshold is not as it should be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    Above,
    Below,
}

impl Fill {
    fn as_str(self) -> &'static str {
        match self {
            Fill::Above => "above",
            Fill::Below => "below",
        }
    }
}

/// A dashboard while it is filled from the top.
#[derive(Debug)]
pub(super) struct Board {
    region: String,
    widgets: Vec<Value>,
    next: usize,
}

impl Board {
    pub(super) fn new(settings: &Settings) -> Self {
        let region = settings.region.clone().unwrap_or_else(|| parameter("AWS::Region"));
        Board { region, widgets: Vec::new(), next: 0 }
    }

    /// One more row of this height, of widgets of one width.
    pub(super) fn row(&mut self, height: usize, widgets: impl IntoIterator<Item = Widget>) {
        let widgets: Vec<Widget> = widgets.into_iter().collect();
        let width = COLUMNS / widgets.len().max(1);
        for (place, Widget { kind, mut properties }) in widgets.into_iter().enumerate() {
            if kind != "text" {
                properties["region"] = self.region.clone().into();
            }
            let (x, y) = (place * width, self.next);
            self.widgets.push(
                json!({"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}),
            );
        }
        self.next += height;
    }

    /// The dashboard, as CloudWatch takes it: a text.
    pub(super) fn write(self, name: &str) -> Result<String, Error> {
        let count = self.widgets.len();
        if count > MOST_WIDGETS {
            return Err(Error::new(format!(
                "the dashboard `{name}` would have {count} widgets, but CloudWatch takes {MOST_WIDGETS}: name fewer resources"
            )));
        }
        Ok(json!({"start": "-PT3H", "widgets": self.widgets}).to_string())
    }
}

/// Without a point where there is nothing behind it.
pub(super) fn number(value: f64) -> Value {
    // 0.07 * 100 is a little more than 7.
    let value = (value * 1e9).round() / 1e9;
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

/// What is computed of other metrics of a graph.
pub(super) fn expression(expression: &str, label: &str) -> Value {
    json!([{"expression": expression, "label": label}])
}

/// All that are found, each of which is called by what tells it apart.
pub(super) fn search(search: &str) -> Value {
    json!([{"expression": search}])
}
