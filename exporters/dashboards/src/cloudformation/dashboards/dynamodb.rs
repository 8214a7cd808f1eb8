//! Tables of DynamoDB.

use serde_json::{Value, json};

use super::super::names::Name;
use super::super::published::Metric;
use super::super::widget::{Board, Fill, Widget, expression, search};
use super::heading;
use crate::Settings;

pub(super) fn fill(_settings: &Settings, table: &Name, board: &mut Board) {
    let metric = |name: &str| Metric::of("AWS/DynamoDB", name, &[("TableName", &table.text)]);
    let line = |name: &str, stat: &str, label: &str| metric(name).line(json!({"stat": stat, "label": label}));
    // Consumed units are told as sums, provisioned ones by the second.
    let capacity = |what: &str| -> Vec<Value> {
        vec![
            metric(&format!("Consumed{what}CapacityUnits"))
                .line(json!({"id": "consumed", "stat": "Sum", "visible": false})),
            expression("consumed / PERIOD(consumed)", "consumed"),
            line(&format!("Provisioned{what}CapacityUnits"), "Average", "provisioned"),
        ]
    };
    // Only by operation are they counted; of all operations they are found by a search.
    let by_operation = |name: &str| {
        let schema = "{AWS/DynamoDB,TableName,Operation}";
        let found = format!("SEARCH('{schema} MetricName=\"{name}\" TableName=\"{}\"', 'Sum', 60)", table.text);
        search(&found)
    };
    board.row(1, [heading(&table.text)]);
    board.row(
        6,
        [
            Widget::graph("Read capacity", "units per second", 60, capacity("Read")),
            Widget::graph("Write capacity", "units per second", 60, capacity("Write")),
        ],
    );
    let throttled = vec![
        by_operation("ThrottledRequests"),
        line("ReadThrottleEvents", "Sum", "reads"),
        line("WriteThrottleEvents", "Sum", "writes"),
    ];
    let graph =
        |title: &str, metrics| Widget::graph(title, "in a minute", 60, metrics).threshold("any", 0.0, Fill::Above);
    board.row(6, [graph("Throttled requests", throttled), graph("System errors", vec![by_operation("SystemErrors")])]);
}
