//! The queries that are shipped, asked of what the demonstration wrote.

use std::time::UNIX_EPOCH;

use tachograph_dashboards::{Settings, queries};
use tachograph_logs_insights::{Event, Query, Row};

use crate::case::Case;
use crate::client::Request;

fn shipped(name: &str) -> String {
    let queries = queries(&Settings::new("demo"));
    queries.into_iter().find(|query| query.name == name).expect("it is shipped").text
}

/// Asks the query of this name of these lines.
fn answer(name: &str, lines: &str) -> Vec<Row> {
    let query = Query::parse(&shipped(name)).expect("it is in the language");
    query.run(lines.lines().map(|line| {
        let time = tachograph_json::time_of(line.as_bytes())
            .map_or(0, |time| time.duration_since(UNIX_EPOCH).expect("nobody writes of the past").as_millis() as i64);
        Event::new(time, line)
    }))
}

fn told(rows: &[Row], columns: &[&str]) -> Vec<String> {
    let told = |row: &Row| columns.iter().map(|column| row.get(column).to_string()).collect::<Vec<_>>().join(" ");
    let mut told: Vec<String> = rows.iter().map(told).collect();
    // What is the slowest is for the machine to say.
    told.sort();
    told
}

pub(super) fn structured_lines_answer_what_is_shipped(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__CALLS", "all").start();
    (0..3).for_each(|_| drop(demo.get("/experiments")));
    (1..=4).for_each(|id| drop(demo.get(&format!("/experiments/{id}"))));
    demo.get("/experiments/1/report");
    let create = || Request::post("/experiments", r#"{"name":"New","key":"new"}"#).header("x-user-id", "u-17");
    let created = demo.ask(create());
    (0..2).for_each(|_| drop(demo.get("/fail?status=500")));
    demo.get("/fail?status=404");
    let lines = demo.stop_with_text();

    assert_eq!(
        told(&answer("endpoints", &lines), &["method", "route", "requests", "queries"]),
        [
            "GET /experiments 3 13",
            "GET /experiments/{id} 4 1",
            "GET /experiments/{id}/report 1 2",
            "GET /fail 3 0",
            "POST /experiments 1 1",
        ]
    );
    let of_all = answer("breakdown", &lines);
    for row in &of_all {
        let shares = ["own", "db", "db_wait", "external", "cache", "body", "waiting"];
        let sum: f64 = shares.iter().filter_map(|share| row.number(share)).sum();
        assert!((sum - row.number("total").unwrap()).abs() < 1e-6, "{row:?}");
    }
    assert_eq!(told(&answer("errors", &lines), &["method", "route", "status_code"]), ["GET /fail 500"; 2]);
    assert_eq!(told(&answer("errors-by-action", &lines), &["errors", "users"]), ["2 0"]);
    let loops = answer("n-plus-one", &lines);
    assert_eq!(told(&loops, &["route", "requests", "calls", "summary"]), ["/experiments 3 12 SELECT assignments"]);
    assert!(loops[0].text("callsite").is_some_and(|place| place.contains("store.rs:")), "{loops:?}");
    assert_eq!(told(&answer("hosts", &lines), &["calls", "failed"]), ["1 0"]);
    for by_time in ["hosts-by-hour", "hosts-by-weekday"] {
        assert_eq!(told(&answer(by_time, &lines), &["calls", "failed"]), ["1 0"], "{by_time}");
    }
    let queries: f64 = answer("statements", &lines).iter().filter_map(|row| row.number("calls")).sum();
    assert_eq!(queries, (3 * 13 + 4 + 2 + 1) as f64);

    let query = shipped("request-trail").replace("00000000-0000-0000-0000-000000000000", created.id());
    let trail = Query::parse(&query).expect("it is in the language").run(lines.lines().map(|line| Event::new(0, line)));
    assert_eq!(
        told(&trail, &["logger"]),
        ["tachograph.call", "tachograph.request", "tachograph_experiments::app"],
        "its line, its insert, and what the application said"
    );
}

pub(super) fn lines_of_text_answer_the_article(case: &Case) {
    let demo = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__FORMAT", "text").start();
    (1..=3).for_each(|id| drop(demo.get(&format!("/experiments/{id}"))));
    demo.get("/slow?ms=50");
    demo.ask(Request::new("HEAD", "/experiments"));
    let lines = demo.stop_with_text();
    let rows = answer("average-by-view", &lines);
    assert_eq!(told(&rows, &["view", "requests"]), ["/experiments/{id} 3", "/slow 1"]);
    assert_eq!(rows[0].text("view"), Some("/slow"), "the slowest first: {rows:?}");
    assert!(rows[0].number("average") >= Some(50.0), "{rows:?}");
}
