//! The queries that we ship, over lines that the exporter wrote, with the answers that are known.

use std::collections::BTreeSet;
use std::fmt;

use tachograph_core::CallKind::{Database, External};
use tachograph_core::request;
use tachograph_dashboards::{Settings, queries};
use tachograph_json::Format;
use tachograph_logs_insights::{Event, MOST_FIELDS, Query, Row};

use crate::recorded::Recorded;

const HOUR: u64 = 60 * 60 * 1000;

/// Why something did not work.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

fn query(name: &str) -> Query {
    let queries = queries(&Settings::new("experiments-api"));
    let query = queries.iter().find(|query| query.name == name).unwrap_or_else(|| panic!("there is a query {name}"));
    Query::parse(&query.text).unwrap_or_else(|refused| panic!("{name}: {refused}\n{}", query.text))
}

fn answer(name: &str, recorded: &Recorded) -> Vec<Row> {
    query(name).run(recorded.events())
}

/// Some columns of each row, each value by a blank from the next; `-` is one that is missing.
fn told(rows: &[Row], columns: &[&str]) -> Vec<String> {
    let value = |row: &Row, column: &&str| match row.get(column) {
        value if value.is_there() => value.to_string(),
        _ => "-".to_owned(),
    };
    rows.iter().map(|row| columns.iter().map(|column| value(row, column)).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_query_is_in_the_language_and_says_what_it_is() {
    let settings = Settings::new("experiments-api");
    let queries = queries(&settings);
    let names: BTreeSet<&str> = queries.iter().map(|query| query.name).collect();
    assert_eq!(names.len(), queries.len(), "each is found by its name");
    for query in &queries {
        let read = Query::parse(&query.text).unwrap_or_else(|refused| panic!("{}: {refused}", query.name));
        assert_eq!(read.sources(), [""; 0], "{}: a saved query has its groups beside it", query.name);
        assert!(query.text.ends_with('\n') && query.description.ends_with('.'), "{}", query.name);
        assert!(query.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", query.name);
    }
}

/// One of each kind of line, with all that can be in it.
fn everything() -> Recorded {
    let recorded = Recorded::new(Format::Structured);
    recorded.request("POST", "/experiments", 503, || {
        request().user("u-1").action("experiment.create").error(&Refused);
        (0..6).for_each(|_| recorded.call(Database, "main", "SELECT 1", 200).completed());
        recorded.call(External, "partner:8080", "GET", 2000).failed("timeout");
        request().cache_hit("flags");
    });
    recorded.task("rollup", || {
        request().error(&Refused);
    });
    recorded
}

#[test]
fn fields_are_those_that_lines_have() {
    let events = everything().events();
    let mut written: BTreeSet<String> = events.iter().flat_map(Event::names).map(str::to_owned).collect();
    written.extend(["@timestamp", "@message"].map(str::to_owned));
    for query in queries(&Settings::new("experiments-api")) {
        for field in Query::parse(&query.text).unwrap().fields() {
            assert!(written.contains(field), "{}: no line has `{field}`: {written:?}", query.name);
        }
    }
    for event in &events {
        assert!(event.names().count() < MOST_FIELDS / 2, "there is room for the application's own");
    }
}

#[test]
fn errors_are_the_newest_first() {
    let recorded = Recorded::new(Format::Structured);
    recorded.taking("/fine", 1);
    recorded.request("POST", "/experiments", 500, || {
        recorded.pass(1);
        request().user("u-1").action("experiment.create").error(&Refused);
    });
    recorded.request("GET", "/missing", 404, || recorded.pass(1));
    recorded.task("rollup", || {
        recorded.pass(1);
        request().error(&Refused);
    });
    let rows = answer("errors", &recorded);
    let columns = ["user_id", "action", "route", "name", "status_code", "error_message"];
    assert_eq!(told(&rows, &columns), ["- - - rollup - refused", "u-1 experiment.create /experiments - 500 refused"]);
}

#[test]
fn slow_requests_are_those_over_the_threshold() {
    let recorded = Recorded::new(Format::Structured);
    recorded.taking("/just", 1000);
    recorded.taking("/slow", 1001);
    recorded.taking("/slower", 3000);
    recorded.stream("/stream", 60_000);
    recorded.task("rollup", || recorded.pass(5000));
    let rows = answer("slow-requests", &recorded);
    assert_eq!(told(&rows, &["route", "duration_ms"]), ["/slower 3000", "/slow 1001"]);
    assert!(rows[0].text("verdict").is_some_and(|verdict| verdict.contains("own code")), "{rows:?}");

    let mut settings = Settings::new("experiments-api");
    settings.thresholds.p99_ms = 2000;
    let other = queries(&settings).into_iter().find(|query| query.name == "slow-requests").unwrap();
    assert_eq!(Query::parse(&other.text).unwrap().run(recorded.events()).len(), 1);
}

#[test]
fn errors_are_counted_by_action() {
    let recorded = Recorded::new(Format::Structured);
    for (user, action, status) in [
        ("u-1", "create", 500),
        ("u-1", "create", 500),
        ("u-2", "create", 503),
        ("u-3", "delete", 500),
        ("u-4", "create", 200),
    ] {
        recorded.request("POST", "/experiments", status, || {
            recorded.pass(1);
            request().user(user).action(action);
        });
    }
    let rows = answer("errors-by-action", &recorded);
    let told = told(&rows, &["action", "error_type", "errors", "users"]);
    assert_eq!(told[0], "create 500 2 1");
    assert_eq!(
        BTreeSet::from_iter(told),
        BTreeSet::from(["create 500 2 1", "create 503 1 1", "delete 500 1 1"].map(str::to_owned))
    );
}

#[test]
fn the_trail_of_a_request_is_all_its_lines_in_their_order() {
    let recorded = Recorded::new(Format::Structured);
    for _ in 0..2 {
        recorded.request("GET", "/experiments", 200, || {
            recorded.pass(1);
            recorded.call(Database, "main", "SELECT 1", 1).completed();
        });
    }
    let queries = queries(&Settings::new("experiments-api"));
    let query = queries.iter().find(|query| query.name == "request-trail").unwrap();
    let of = |id: &str| {
        let text = query.text.replace("00000000-0000-0000-0000-000000000000", id);
        assert_ne!(text, query.text, "the id has a place");
        Query::parse(&text).unwrap().run(recorded.events())
    };
    let rows = of("00000000-0000-4000-8000-000000000001");
    assert_eq!(told(&rows, &["logger", "statement"]), ["tachograph.request -", "tachograph.call SELECT ?"]);
    assert!(of("another").is_empty());
}

#[test]
fn endpoints_have_their_percentiles() {
    let recorded = Recorded::new(Format::Structured);
    (1..=100).rev().for_each(|millis| recorded.taking("/many", millis));
    recorded.request("GET", "/few", 200, || recorded.call(Database, "main", "SELECT 1", 98).completed());
    recorded.stream("/stream", 60_000);
    let rows = answer("endpoints", &recorded);
    let columns = ["method", "route", "requests", "average", "p50", "p95", "p99", "slowest", "queries", "bytes"];
    assert_eq!(told(&rows, &columns), ["GET /few 1 98 98 98 98 98 1 0", "GET /many 100 50.5 50 95 99 100 0 0"]);
}

#[test]
fn the_breakdown_of_each_endpoint_adds_up() {
    let recorded = Recorded::new(Format::Structured);
    for _ in 0..2 {
        recorded.request("GET", "/experiments", 200, || {
            recorded.pass(3);
            recorded.call(Database, "main", "SELECT 1", 5).completed();
            recorded.call(External, "partner:8080", "GET", 7).completed();
        });
    }
    recorded.taking("/fast", 1);
    let rows = answer("breakdown", &recorded);
    let columns = ["route", "total", "own", "db", "db_wait", "external", "cache", "body", "waiting"];
    assert_eq!(told(&rows, &columns), ["/experiments 30 6 10 0 14 0 0 0", "/fast 1 1 0 0 0 0 0 0"]);
}

#[test]
fn versions_are_told_apart() {
    let (old, new) =
        (Recorded::of_version("1.4.2", Format::Structured), Recorded::of_version("1.5.0", Format::Structured));
    [1, 3].into_iter().for_each(|millis| old.taking("/experiments", millis));
    [10, 30].into_iter().for_each(|millis| new.taking("/experiments", millis));
    let rows = query("versions").run(new.events().into_iter().chain(old.events()));
    assert_eq!(
        told(&rows, &["route", "version", "average", "p95"]),
        ["/experiments 1.4.2 2 3", "/experiments 1.5.0 20 30"]
    );
}

/// Two requests with a loop of 6 and of 10 queries of 20 ms, and one with a loop of 12 calls of 5 ms.
fn with_loops() -> Recorded {
    let recorded = Recorded::new(Format::Structured);
    for times in [6, 10] {
        recorded.request("GET", "/experiments", 200, || {
            let ask = |id: usize| {
                recorded.call(Database, "main", &format!("SELECT * FROM users WHERE id = {id}"), 20).completed()
            };
            (0..times).for_each(ask);
        });
    }
    recorded.request("GET", "/report", 200, || {
        (0..12).for_each(|_| recorded.call(External, "partner:8080", "GET", 5).completed());
    });
    recorded
}

#[test]
fn loops_are_found_with_their_place() {
    let rows = answer("n-plus-one", &with_loops());
    let columns = ["route", "target", "summary", "requests", "calls", "most_calls", "cost"];
    assert_eq!(
        told(&rows, &columns),
        ["/experiments main SELECT users 2 8 10 320", "/report partner:8080 GET 1 12 12 60"]
    );
    assert!(rows[0].text("callsite").is_some_and(|place| place.contains("queries.rs:")), "{rows:?}");
}

#[test]
fn findings_are_the_dearest_first_and_say_what_to_do() {
    let recorded = with_loops();
    recorded.taking("/slow", 1500);
    let rows = answer("findings", &recorded);
    let told = told(&rows, &["finding", "route", "times", "cost", "dearest"]);
    let expected =
        ["blocking /slow 1 1500 1500", "slow_request /slow 1 1500 1500", "n_plus_one /experiments 2 320 200"];
    for line in expected {
        assert!(told.iter().any(|told| told == line), "{line} of {told:?}");
    }
    let costs: Vec<f64> = rows.iter().filter_map(|row| row.number("cost")).collect();
    assert!(costs.len() == rows.len() && costs.is_sorted_by(|one, next| one >= next), "{costs:?}");
    assert!(rows.iter().all(|row| row.text("what_to_do").is_some()), "{rows:?}");
}

#[test]
fn statements_have_their_time_and_who_makes_them() {
    let recorded = with_loops();
    recorded.request("POST", "/events", 500, || {
        recorded.call(Database, "main", "INSERT INTO events VALUES (1)", 8).failed("busy")
    });
    let rows = answer("statements", &recorded);
    let columns = ["statement", "route", "calls", "total", "average", "slowest", "failed"];
    assert_eq!(
        told(&rows, &columns),
        [
            "SELECT * FROM users WHERE id = ? /experiments 16 320 20 20 0",
            "INSERT INTO events VALUES (?) /events 1 8 8 8 1",
        ]
    );
}

/// Calls to two services: at 23 h on Thursday, at 0 h on Friday, and at 0 h on Sunday.
fn with_hosts() -> Recorded {
    let recorded = Recorded::new(Format::Structured);
    for (millis, target, takes) in
        [(23 * HOUR, "a:80", 10), (HOUR, "a:80", 20), (0, "b:80", 40), (48 * HOUR, "a:80", 60)]
    {
        recorded.pass(millis);
        recorded.request("GET", "/report", 200, || {
            recorded.call(External, target, "GET", takes).completed();
            recorded.call(External, target, "GET", takes).failed("timeout");
        });
    }
    recorded
}

#[test]
fn hosts_are_told_by_hour_and_by_weekday() {
    let recorded = with_hosts();
    let columns = ["target", "calls", "average", "slowest", "failed"];
    assert_eq!(told(&answer("hosts", &recorded), &columns), ["b:80 2 40 40 1", "a:80 6 30 60 3"]);
    let columns = ["target", "hour", "calls", "average", "slowest", "failed"];
    assert_eq!(
        told(&answer("hosts-by-hour", &recorded), &columns),
        ["a:80 0 4 40 60 2", "a:80 23 2 10 10 1", "b:80 0 2 40 40 1"]
    );
    let columns = ["target", "weekday", "calls", "average"];
    assert_eq!(
        told(&answer("hosts-by-weekday", &recorded), &columns),
        ["a:80 0 2 60", "a:80 4 2 10", "a:80 5 2 20", "b:80 5 2 40"]
    );
}

#[test]
fn views_are_averaged_over_lines_of_text() {
    let recorded = Recorded::new(Format::Text);
    recorded.taking("/flags/{key}", 10);
    recorded.taking("/flags/{key}", 25);
    recorded.request("POST", "/events", 201, || recorded.pass(4));
    recorded.request("OPTIONS", "/events", 204, || recorded.pass(500));
    recorded.request("HEAD", "/events", 200, || recorded.pass(500));
    recorded.stream("/stream", 2);
    let rows = answer("average-by-view", &recorded);
    assert_eq!(told(&rows, &["view", "average", "requests"]), ["/flags/{key} 17.5 2", "/events 4 1", "/stream 2 1"]);
}

#[test]
fn the_article_s_own_query_has_its_answer() {
    let recorded = Recorded::new(Format::Text);
    [10, 20, 30].into_iter().for_each(|millis| recorded.taking("/experiments/{id}", millis));
    recorded.request("GET", "/experiments", 500, || recorded.pass(7));
    recorded.request("OPTIONS", "/experiments", 204, || recorded.pass(900));
    let query = r#"PARSE @message "[*] * * * *" as logger, method, view, duration, status_code
        | filter logger = "profiler" and method != "OPTIONS" and status_code like /^2/ and duration > 10
        | stats avg(duration) by view"#;
    let rows = Query::parse(query).unwrap().run(recorded.events());
    assert_eq!(told(&rows, &["view", "avg(duration)"]), ["/experiments/{id} 25"]);
}
