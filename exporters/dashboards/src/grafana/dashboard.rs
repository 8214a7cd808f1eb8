//! The model of a dashboard, and where its panels are.

use serde_json::{Value, json};

use super::panel::Panel;

/// How wide Grafana's grid is.
const COLUMNS: u64 = 24;

/// Grafana brings a model of an older version up to date itself: this one is understood from Grafana 10 on.
const SCHEMA_VERSION: u64 = 38;

/// Names of dashboards in addresses are no longer.
const MOST_OF_UID: usize = 40;

/// A dashboard.
#[derive(Debug)]
pub(crate) struct Dashboard {
    pub(crate) title: String,
    pub(crate) description: &'static str,
    /// By what its address is made: the same for the same service and source, so that importing it again replaces it.
    pub(crate) uid: String,
    pub(crate) variables: Vec<Value>,
    pub(crate) rows: Vec<Row>,
}

/// Panels under a heading, from left to right and then below.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) title: &'static str,
    /// Folded until somebody opens it, so that it costs nothing before.
    pub(crate) is_folded: bool,
    pub(crate) panels: Vec<Panel>,
}

impl Row {
    pub(crate) fn new(title: &'static str, panels: Vec<Panel>) -> Self {
        Row { title, is_folded: false, panels }
    }

    pub(crate) fn folded(self) -> Self {
        Row { is_folded: true, ..self }
    }
}

impl Dashboard {
    pub(crate) fn json(&self) -> Value {
        json!({
            "annotations": { "list": [] },
            "description": self.description,
            "editable": true,
            "fiscalYearStartMonth": 0,
            "graphTooltip": 1,
            "links": [],
            "panels": place(&self.rows),
            "refresh": "1m",
            "schemaVersion": SCHEMA_VERSION,
            "tags": ["tachograph"],
            "templating": { "list": self.variables },
            "time": { "from": "now-3h", "to": "now" },
            "timepicker": {},
            "timezone": "browser",
            "title": self.title,
            "uid": uid(&self.uid),
        })
    }
}

/// Letters, digits, `-` and `_`.
fn uid(text: &str) -> String {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    text.chars().map(|character| if is_allowed(character) { character } else { '-' }).take(MOST_OF_UID).collect()
}

/// Gives each panel its number and its place in the grid.
fn place(rows: &[Row]) -> Vec<Value> {
    let (mut placed, mut top) = (Vec::new(), 0);
    let mut number = 0;
    for row in rows {
        number += 1;
        let heading_number = number;
        let heading_top = top;
        top += 1;
        let (mut left, mut height, mut panels) = (0, 0, Vec::new());
        for panel in &row.panels {
            if left + panel.width > COLUMNS {
                (left, top, height) = (0, top + height, 0);
            }
            number += 1;
            panels.push(panel.json(number, json!({ "h": panel.height, "w": panel.width, "x": left, "y": top })));
            left += panel.width;
            height = height.max(panel.height);
        }
        let (inside, behind) = if row.is_folded { (panels, Vec::new()) } else { (Vec::new(), panels) };
        // What is folded takes no room; when it is opened, Grafana moves down what is below.
        top = if row.is_folded { heading_top + 1 } else { top + height };
        placed.push(json!({
            "collapsed": row.is_folded,
            "gridPos": { "h": 1, "w": COLUMNS, "x": 0, "y": heading_top },
            "id": heading_number,
            "panels": inside,
            "title": row.title,
            "type": "row",
        }));
        placed.extend(behind);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_what_grafana_takes() {
        assert_eq!(uid("tachograph-prometheus-Café API"), "tachograph-prometheus-Caf--API");
        assert_eq!(uid(&"a".repeat(50)).len(), MOST_OF_UID);
    }
}
