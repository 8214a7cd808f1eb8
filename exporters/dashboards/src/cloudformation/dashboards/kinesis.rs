//! Streams of Kinesis.

use serde_json::{Value, json};

use super::super::names::Name;
use super::super::published::Metric;
use super::super::widget::{Board, Fill, Widget};
use super::heading;
use crate::Settings;

pub(super) fn fill(settings: &Settings, stream: &Name, board: &mut Board) {
    let line = |name: &str, stat: &str, label: &str| -> Value {
        Metric::of("AWS/Kinesis", name, &[("StreamName", &stream.text)]).line(json!({"stat": stat, "label": label}))
    };
    let age = vec![line("GetRecords.IteratorAgeMilliseconds", "Maximum", "the oldest")];
    let records = vec![line("IncomingRecords", "Sum", "written"), line("GetRecords.Records", "Sum", "read")];
    let refused = vec![
        line("WriteProvisionedThroughputExceeded", "Sum", "writes"),
        line("ReadProvisionedThroughputExceeded", "Sum", "reads"),
    ];
    board.row(1, [heading(&stream.text)]);
    let most = settings.thresholds.iterator_age_ms as f64;
    board.row(
        6,
        [
            Widget::graph("Iterator age", "ms", 60, age).threshold("too old", most, Fill::Above),
            Widget::graph("Incoming records", "in a minute", 60, records),
            Widget::graph("Throttled", "in a minute", 60, refused),
        ],
    );
}
