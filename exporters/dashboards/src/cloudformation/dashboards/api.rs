//! How the service answers, and where the time goes.

use serde_json::{Value, json};
use tachograph_json::emf::{Of, Signal};

use super::super::lines;
use super::super::published::{Metric, Published};
use super::super::widget::{Board, Fill, Widget, expression, search};
use super::heading;
use crate::{Error, Settings, queries};

/// The parts of a request's time, as they are called in its line, and in words.
const SHARES: [(&str, &str); 7] = [
    ("own_ms", "own_code"),
    ("db_ms", "database"),
    ("db_wait_ms", "connection_wait"),
    ("external_ms", "external"),
    ("cache_ms", "cache"),
    ("body_ms", "body"),
    ("waiting_ms", "waiting"),
];

pub(super) fn board(settings: &Settings, published: &Published) -> Result<Board, Error> {
    let mut board = Board::new(settings);
    board.row(6, [rate(published)?, latency(settings, published)?, error_rate(settings, published)?]);
    board.row(6, [active(published)?, pools(settings, published)?, cache(settings, published)?]);
    board.row(1, [heading("Where the time goes")]);
    let endpoints = published.search(Signal::Duration, Of::Request, &["method", "route"], "p95", 300);
    let endpoints = endpoints.map(|found| {
        let unit = published.time_unit(Signal::Duration);
        Widget::graph("p95 of each endpoint", unit, 300, vec![search(&found)])
    });
    board.row(7, [Some(breakdown(settings)), endpoints].into_iter().flatten());
    board.row(1, [heading("Endpoints, and what makes them slow")]);
    for name in ["endpoints", "findings"] {
        let query = queries(settings).into_iter().find(|query| query.name == name);
        let table =
            query.map(|query| Widget::table(query.description, &settings.log_group, &without_comments(&query.text)));
        board.row(8, table);
    }
    if !settings.counters.is_empty() {
        board.row(1, [heading("The application's own counters")]);
        board.row(6, [counters(settings, published)]);
    }
    Ok(board)
}

fn hidden(metric: &Metric, id: &str, stat: &str) -> Value {
    metric.line(json!({"id": id, "stat": stat, "visible": false}))
}

fn rate(published: &Published) -> Result<Widget, Error> {
    let requests = published.metric(Signal::Requests)?;
    let metrics = vec![hidden(&requests, "requests", "Sum"), expression("requests / PERIOD(requests)", "requests")];
    Ok(Widget::graph("Requests", "per second", 60, metrics))
}

fn latency(settings: &Settings, published: &Published) -> Result<Widget, Error> {
    let duration = published.metric(Signal::Duration)?;
    let metrics = ["p50", "p95", "p99"].map(|stat| duration.line(json!({"stat": stat, "label": stat})));
    let most = settings.thresholds.p99_ms as f64 / published.millis(Signal::Duration);
    let graph = Widget::graph("Duration", published.time_unit(Signal::Duration), 60, metrics.into());
    Ok(graph.threshold("p99", most, Fill::Above))
}

fn error_rate(settings: &Settings, published: &Published) -> Result<Widget, Error> {
    let (errors, requests) = (published.metric(Signal::Errors)?, published.metric(Signal::Requests)?);
    let metrics = vec![
        hidden(&errors, "errors", "Sum"),
        hidden(&requests, "requests", "Sum"),
        expression("IF(requests > 0, 100 * errors / requests, 0)", "errors"),
    ];
    let graph = Widget::graph("Errors", "% of requests", 60, metrics);
    Ok(graph.threshold("too many", 100.0 * settings.thresholds.error_rate, Fill::Above))
}

fn active(published: &Published) -> Result<Widget, Error> {
    let active = published.metric(Signal::ActiveRequests)?;
    // Each instance tells it once a minute.
    let metrics = vec![
        hidden(&active, "active", "Sum"),
        expression("active * 60 / PERIOD(active)", "all instances"),
        active.line(json!({"stat": "Maximum", "label": "the busiest instance"})),
    ];
    Ok(Widget::graph("Active requests", "requests", 60, metrics))
}

fn pools(settings: &Settings, published: &Published) -> Result<Widget, Error> {
    let fullest = published.metric(Signal::PoolUtilization)?;
    let mut metrics = vec![fullest.line(json!({"stat": "Maximum", "label": "the fullest"}))];
    let each = published.search(Signal::PoolUtilization, Of::Pool, &["pool"], "Maximum", 60);
    metrics.extend(each.map(|found| search(&found)));
    let graph = Widget::graph("Connection pools", "% in use", 60, metrics).up_to(100);
    Ok(graph.threshold("too full", 100.0 * settings.thresholds.pool_utilization, Fill::Above))
}

fn cache(settings: &Settings, published: &Published) -> Result<Widget, Error> {
    let (hits, misses) = (published.metric(Signal::CacheHits)?, published.metric(Signal::CacheMisses)?);
    let metrics = vec![
        hidden(&hits, "hits", "Sum"),
        hidden(&misses, "misses", "Sum"),
        expression("100 * hits / (hits + misses)", "hits"),
    ];
    let graph = Widget::graph("Caches", "% of keys found", 300, metrics).up_to(100);
    Ok(graph.threshold("too few", 100.0 * settings.thresholds.cache_hit_rate, Fill::Below))
}

/// Means of the parts add up to the mean of the whole.
fn breakdown(settings: &Settings) -> Widget {
    let means: Vec<String> = SHARES.iter().map(|(member, words)| format!("avg({member}) as {words}")).collect();
    let query = format!("filter event = \"request\" and streaming = 0\n| stats {} by bin(5m)", means.join(", "));
    Widget::areas("Mean time of a request, in ms", &settings.log_group, &query)
}

fn counters(settings: &Settings, published: &Published) -> Widget {
    let names = settings.counters.iter().filter_map(|counter| published.counter(&counter.name));
    let line =
        |name: String| Metric::of(&lines::namespace(settings), &name, &[]).line(json!({"stat": "Sum", "label": name}));
    Widget::graph("Counted in an hour", "", 3600, names.map(line).collect())
}

/// A question that stands behind its source in one line of pipes begins with none.
fn without_comments(query: &str) -> String {
    let lines: Vec<&str> = query.lines().filter(|line| !line.starts_with('#')).collect();
    lines.join("\n")
}
