//! One panel.

use serde_json::{Value, json};

/// A panel: what it shows of what its data source is asked.
#[derive(Debug)]
pub(crate) struct Panel {
    kind: &'static str,
    title: String,
    description: String,
    unit: &'static str,
    pub(crate) width: u64,
    pub(crate) height: u64,
    datasource: Value,
    targets: Vec<Value>,
    threshold: Option<(f64, Worse)>,
    stacking: &'static str,
    most: Option<f64>,
    columns: Vec<Column>,
}

/// On which side of a threshold it is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worse {
    Above,
    Below,
}

/// A column of a table: how the data source calls it, how it is headed, and what it is counted in.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) heading: &'static str,
    pub(crate) unit: &'static str,
}

impl Panel {
    /// Lines over time.
    pub(crate) fn graph(datasource: &Value, title: impl Into<String>, description: impl Into<String>) -> Self {
        Panel {
            kind: "timeseries",
            title: title.into(),
            description: description.into(),
            unit: "short",
            width: 12,
            height: 8,
            datasource: datasource.clone(),
            targets: Vec::new(),
            threshold: None,
            stacking: "none",
            most: None,
            columns: Vec::new(),
        }
    }

    /// A table of these columns, the most of the first number above.
    pub(crate) fn table(datasource: &Value, title: &str, description: &str, columns: Vec<Column>) -> Self {
        Panel { kind: "table", columns, width: 24, height: 9, ..Panel::graph(datasource, title, description) }
    }

    /// What is counted, by Grafana's name.
    pub(crate) fn unit(self, unit: &'static str) -> Self {
        Panel { unit, ..self }
    }

    pub(crate) fn width(self, width: u64) -> Self {
        Panel { width, ..self }
    }

    /// From here on it is not as it should be.
    pub(crate) fn threshold(self, at: f64, worse: Worse) -> Self {
        Panel { threshold: Some((at, worse)), ..self }
    }

    /// One on top of the other.
    pub(crate) fn stacked(self) -> Self {
        Panel { stacking: "normal", ..self }
    }

    /// One on top of the other, as parts of all.
    pub(crate) fn stacked_to_all(self) -> Self {
        Panel { stacking: "percent", ..self }
    }

    /// The axis ends here.
    pub(crate) fn up_to(self, most: f64) -> Self {
        Panel { most: Some(most), ..self }
    }

    /// One more question to the data source.
    pub(crate) fn target(mut self, mut target: Value) -> Self {
        target["refId"] = reference(self.targets.len()).into();
        target["datasource"] = self.datasource.clone();
        self.targets.push(target);
        self
    }

    pub(crate) fn json(&self, number: u64, place: Value) -> Value {
        let mut panel = json!({
            "datasource": self.datasource,
            "description": self.description,
            "fieldConfig": { "defaults": self.defaults(), "overrides": self.overrides() },
            "gridPos": place,
            "id": number,
            "options": self.options(),
            "targets": self.targets,
            "title": self.title,
            "type": self.kind,
        });
        if !self.columns.is_empty() {
            panel["transformations"] = self.transformations();
        }
        panel
    }

    fn defaults(&self) -> Value {
        let mut defaults =
            json!({ "unit": self.unit, "thresholds": self.thresholds(), "color": { "mode": "palette-classic" } });
        if self.kind == "timeseries" {
            let is_stacked = self.stacking != "none";
            defaults["min"] = 0.into();
            defaults["custom"] = json!({
                "drawStyle": "line",
                "fillOpacity": if is_stacked { 60 } else { 8 },
                "lineWidth": 1,
                "showPoints": "auto",
                "spanNulls": false,
                "stacking": { "group": "A", "mode": self.stacking },
                "thresholdsStyle": { "mode": if self.threshold.is_some() { "dashed" } else { "off" } },
            });
        }
        if let Some(most) = self.most {
            defaults["max"] = most.into();
        }
        defaults
    }

    fn thresholds(&self) -> Value {
        let steps = match self.threshold {
            None => json!([{ "color": "green", "value": null }]),
            Some((at, Worse::Above)) => json!([{ "color": "green", "value": null }, { "color": "red", "value": at }]),
            Some((at, Worse::Below)) => json!([{ "color": "red", "value": null }, { "color": "green", "value": at }]),
        };
        json!({ "mode": "absolute", "steps": steps })
    }

    fn overrides(&self) -> Vec<Value> {
        let with_unit = self.columns.iter().filter(|column| !column.unit.is_empty());
        let with_unit = with_unit.map(|column| {
            json!({
                "matcher": { "id": "byName", "options": column.heading },
                "properties": [{ "id": "unit", "value": column.unit }],
            })
        });
        with_unit.collect()
    }

    fn options(&self) -> Value {
        if self.kind == "timeseries" {
            return json!({
                "legend": { "calcs": ["mean", "max"], "displayMode": "table", "placement": "bottom", "showLegend": true },
                "tooltip": { "mode": "multi", "sort": "desc" },
            });
        }
        let by = self.columns.iter().find(|column| !column.unit.is_empty());
        let sorted = by.map(|column| json!({ "displayName": column.heading, "desc": true }));
        json!({
            "cellHeight": "sm",
            "showHeader": true,
            "sortBy": sorted.into_iter().collect::<Vec<_>>(),
        })
    }

    /// One table of all answers, with the columns in their order and under their headings.
    fn transformations(&self) -> Value {
        let indexes = self.columns.iter().enumerate().map(|(place, column)| (column.name.clone(), place.into()));
        let headings = self.columns.iter().map(|column| (column.name.clone(), column.heading.into()));
        json!([
            { "id": "merge", "options": {} },
            {
                "id": "organize",
                "options": {
                    "excludeByName": { "Time": true },
                    "indexByName": indexes.collect::<serde_json::Map<_, _>>(),
                    "renameByName": headings.collect::<serde_json::Map<_, _>>(),
                },
            },
        ])
    }
}

/// `A`, `B`, …, as Grafana calls the questions of a panel.
pub(crate) fn reference(number: usize) -> String {
    char::from(b'A' + (number % 26) as u8).to_string()
}
