//! Clusters of Aurora.

use serde_json::json;

use super::super::names::Name;
use super::super::published::Metric;
use super::super::widget::{Board, Fill, Widget, expression};
use super::heading;
use crate::Settings;

/// From where on a writer has no room for a peak.
const BUSY: f64 = 80.0;

pub(super) fn fill(_settings: &Settings, cluster: &Name, board: &mut Board) {
    let metric = |name: &str| Metric::of("AWS/RDS", name, &[("DBClusterIdentifier", &cluster.text)]);
    let line = |name: &str, stat: &str, label: &str| metric(name).line(json!({"stat": stat, "label": label}));
    board.row(1, [heading(&cluster.text)]);
    let cpu = vec![line("CPUUtilization", "Maximum", "the busiest"), line("CPUUtilization", "Average", "average")];
    // What is paid for is told of the volume that all instances share, as it was in five minutes.
    let volume = |name: &str, id: &str, label: &str| {
        let hidden = metric(name).line(json!({"id": id, "stat": "Average", "visible": false}));
        [hidden, expression(&format!("{id} / 300"), label)]
    };
    let mut operations = vec![
        line("ReadIOPS", "Maximum", "reads of an instance"),
        line("WriteIOPS", "Maximum", "writes of an instance"),
    ];
    operations.extend(volume("VolumeReadIOPs", "read", "reads of the volume"));
    operations.extend(volume("VolumeWriteIOPs", "written", "writes of the volume"));
    board.row(
        6,
        [
            Widget::graph("CPU", "%", 60, cpu).up_to(100).threshold("busy", BUSY, Fill::Above),
            Widget::graph("I/O operations", "per second", 300, operations),
        ],
    );
    // Each instance tells them once a minute.
    let connections = vec![
        metric("DatabaseConnections").line(json!({"id": "open", "stat": "Sum", "visible": false})),
        expression("open * 60 / PERIOD(open)", "all instances"),
        line("DatabaseConnections", "Maximum", "the fullest instance"),
    ];
    let lag = vec![line("AuroraReplicaLag", "Maximum", "the slowest"), line("AuroraReplicaLag", "Average", "average")];
    board.row(
        6,
        [Widget::graph("Connections", "connections", 60, connections), Widget::graph("Replica lag", "ms", 60, lag)],
    );
}
