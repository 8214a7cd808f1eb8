//! Functions: all of them together, and each by itself.

use serde_json::{Value, json};

use super::super::lines;
use super::super::names::Name;
use super::super::published::Metric;
use super::super::widget::{Board, Fill, Widget, expression};
use super::heading;
use crate::Settings;

fn metric(name: &str, function: &Name) -> Metric {
    Metric::of("AWS/Lambda", name, &[("FunctionName", &function.text)])
}

fn line(name: &str, function: &Name, stat: &str, label: &str) -> Value {
    metric(name, function).line(json!({"stat": stat, "label": label}))
}

/// One line for each function.
pub(super) fn overview(settings: &Settings, functions: &[Name], board: &mut Board) {
    let each =
        |name: &str, stat: &str| functions.iter().map(|function| line(name, function, stat, &function.text)).collect();
    board.row(
        6,
        [
            Widget::graph("Invocations", "in a minute", 60, each("Invocations", "Sum")),
            Widget::graph("Errors", "in a minute", 60, each("Errors", "Sum")),
            Widget::graph("Duration (p99)", "ms", 60, each("Duration", "p99")),
            Widget::graph("Throttles", "in a minute", 60, each("Throttles", "Sum")),
        ],
    );
    board.row(
        6,
        [cold_starts(settings, functions), {
            Widget::graph("Concurrent executions", "", 60, each("ConcurrentExecutions", "Maximum"))
        }],
    );
}

fn cold_starts(settings: &Settings, functions: &[Name]) -> Widget {
    let starts = lines::of_cold_starts(settings).metric;
    let of = |(place, function): (usize, &Name)| {
        let (starts_id, all_id) = (format!("starts{place}"), format!("invocations{place}"));
        let starts = Metric::of(&starts.namespace, &starts.name, &[("FunctionName", &function.text)]);
        [
            starts.line(json!({"id": starts_id, "stat": "Sum", "visible": false})),
            metric("Invocations", function).line(json!({"id": all_id, "stat": "Sum", "visible": false})),
            expression(&format!("100 * FILL({starts_id}, 0) / {all_id}"), &function.text),
        ]
    };
    let metrics = functions.iter().enumerate().flat_map(of).collect();
    let graph = Widget::graph("Cold starts", "% of invocations", 300, metrics);
    graph.threshold("too many", 100.0 * settings.thresholds.cold_starts, Fill::Above)
}

pub(super) fn fill(_settings: &Settings, function: &Name, board: &mut Board) {
    board.row(1, [heading(&function.text)]);
    let counts = ["Invocations", "Errors", "Throttles"].map(|name| line(name, function, "Sum", name));
    let durations = ["p50", "p95", "p99", "Maximum"].map(|stat| line("Duration", function, stat, stat));
    board.row(
        6,
        [
            Widget::graph("Invocations", "in a minute", 60, counts.into()),
            Widget::graph("Duration", "ms", 60, durations.into()),
        ],
    );
}
