//! Which lines there are.

use serde_json::Value;
use tachograph_core::{CallKind, Exporter, Level, LogEvent};
use tachograph_json::{Calls, Event, Filter, Json, Settings};

use crate::bench::{Bench, Collected, service};

/// What there is of requests, tasks, calls and an application's log of every level: the event, logger and level of each line.
fn lines(filter: Filter) -> Vec<String> {
    let bench = Bench::new(Settings { calls: Calls::All, filter, ..Settings::default() });
    bench.request("/good", 200, || bench.call(CallKind::Database, "SELECT 1", 1));
    bench.request("/bad", 500, || {});
    bench.task("rollup", || {});
    for (level, target) in [(Level::Debug, "shop::orders"), (Level::Error, "shop::orders"), (Level::Error, "other")] {
        bench.handle.log(&LogEvent { level, target, ..bench.event("said") });
    }
    let lines = bench.lines();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| format!("{} {}", line["level"].as_str().unwrap(), line["logger"].as_str().unwrap())).collect()
}

#[test]
fn lines_can_be_those_of_a_level_an_event_or_a_logger() {
    let all = [
        "info tachograph.request",
        "info tachograph.call",
        "error tachograph.request",
        "info tachograph.task",
        "debug shop::orders",
        "error shop::orders",
        "error other",
    ];
    assert_eq!(lines(Filter::default()), all);
    let loud = Filter { level: Some(Level::Error), ..Filter::default() };
    assert_eq!(lines(loud), ["error tachograph.request", "error shop::orders", "error other"]);
    let calls = Filter { events: Some(vec![Event::Call]), ..Filter::default() };
    assert_eq!(lines(calls), ["info tachograph.call"]);
    let tasks = Filter { events: Some(vec![Event::Task, Event::Request]), ..Filter::default() };
    assert_eq!(lines(tasks), ["info tachograph.request", "error tachograph.request", "info tachograph.task"]);
    let shop = Filter { loggers: Some(vec!["shop".into(), "tachograph.task".into()]), ..Filter::default() };
    assert_eq!(lines(shop), ["info tachograph.task", "debug shop::orders", "error shop::orders"]);
    let quiet_log = Filter { level: Some(Level::Info), events: Some(vec![Event::Log]), loggers: None };
    assert_eq!(lines(quiet_log), ["error shop::orders", "error other"]);
}

#[test]
fn an_exporter_without_the_log_does_not_show_it() {
    let json = |filter| {
        let settings = Settings { filter, name: "errors".into(), ..Settings::default() };
        Json::with_sink(&service(), settings, Box::new(Collected::default())).unwrap()
    };
    let without = json(Filter { events: Some(vec![Event::Request]), ..Filter::default() });
    assert!(!without.shows_events());
    assert!(json(Filter::default()).shows_events());
    assert_eq!(without.name(), "errors");
}
