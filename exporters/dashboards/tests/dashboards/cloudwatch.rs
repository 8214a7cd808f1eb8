//! The dashboard for Grafana over CloudWatch.

use std::collections::BTreeMap;

use serde_json::Value;
use tachograph_dashboards::{Counter, Settings, Source, grafana};
use tachograph_logs_insights::{Event, Query, Row};
use tachograph_metrics::Naming;

use crate::cloudformation::emitted;
use crate::grafana::panels;

const NAMINGS: [Naming; 2] = [Naming::OpenTelemetry, Naming::Plain];

fn settings(naming: Naming) -> Settings {
    let mut settings = Settings::new("experiments-api");
    settings.environment = Some("production".to_owned());
    settings.emf_naming = naming;
    settings.counters = vec![Counter {
        name: "safety_rollbacks_total".to_owned(),
        most: 1.0,
        period_s: 604_800,
        healthy: None,
        action: None,
    }];
    settings
}

/// The targets of this mode, with the titles of their panels.
fn targets(settings: &Settings, mode: &str) -> Vec<(String, Value)> {
    let dashboard: Value = serde_json::from_str(&grafana(settings, Source::CloudWatch)).unwrap();
    let of_panel = |panel: &Value| -> Vec<(String, Value)> {
        let title = panel["title"].as_str().unwrap().to_owned();
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        targets.into_iter().map(|target| (title.clone(), target)).collect()
    };
    let all = panels(&dashboard).iter().flat_map(of_panel).collect::<Vec<_>>();
    all.into_iter().filter(|(_, target)| target["queryMode"] == mode).collect()
}

/// What Grafana asks when these are chosen, and nothing else but what is chosen at first.
fn substituted(expression: &str, chosen: &[(&str, &str)]) -> String {
    let at_first = [
        ("$service", "experiments-api"),
        ("$version", ".*"),
        ("$endpoint", "/"),
        ("$status", ".*"),
        ("$minimum_duration", "200"),
        ("${excluded_methods:doublequote}", "\"OPTIONS\",\"HEAD\""),
    ];
    let all = chosen.iter().chain(&at_first);
    let expression = all.fold(expression.to_owned(), |text, (name, value)| text.replace(name, value));
    assert!(!expression.replace("$)/", "").replace("$/", "").contains('$'), "{expression}");
    expression
}

fn answer(title: &str, lines: &[String], chosen: &[(&str, &str)]) -> Vec<Row> {
    let targets = targets(&settings(Naming::OpenTelemetry), "Logs");
    let (_, target) = targets.iter().find(|(other, _)| other == title).unwrap_or_else(|| panic!("no {title}"));
    let query = substituted(target["expression"].as_str().unwrap(), chosen);
    let events = lines.iter().map(|line| Event::new(0, line.clone()));
    Query::parse(&query).unwrap_or_else(|error| panic!("{error}: {query}")).run(events)
}

/// Eight requests of the exporter's own.
fn lines() -> Vec<String> {
    emitted::lines(&settings(Naming::OpenTelemetry)).iter().map(|line| Value::from(line.clone()).to_string()).collect()
}

#[test]
fn each_panel_over_the_lines_is_answered() {
    for (title, target) in targets(&settings(Naming::OpenTelemetry), "Logs") {
        assert_eq!((&target["logGroupNames"][0], &target["region"]), (&"$log_group".into(), &"$region".into()));
        let query = substituted(target["expression"].as_str().unwrap(), &[("$minimum_duration", "0")]);
        let parsed = Query::parse(&query).unwrap_or_else(|error| panic!("{error}: {query}"));
        let rows = parsed.run(lines().into_iter().chain(text()).map(|line| Event::new(0, line)));
        // The exporter has no lines of calls here, nor of findings.
        let is_of_them = ["Findings", "Loops", "Statements", "Other services"].contains(&&*title);
        assert!(!rows.is_empty() || is_of_them, "{title}: {query}");
        for group in target["statsGroups"].as_array().unwrap().iter().filter_map(Value::as_str) {
            assert!(query.lines().last().unwrap().split(" by ").nth(1).unwrap().contains(group), "{group}: {query}");
        }
    }
}

/// As the text format has it.
fn text() -> Vec<String> {
    let lines =
        ["GET /flags 300.00 200", "GET /flags 500.00 200", "GET /flags 100.00 200", "OPTIONS /flags 900.00 200"];
    let more = ["GET /slow 1000.00 503", "GET /gone 400.00 -"];
    lines
        .iter()
        .chain(&more)
        .map(|line| format!("[profiler] {line}"))
        .chain(["[other] GET /flags 999.00 200".to_owned()])
        .collect()
}

#[test]
fn the_average_of_a_view_is_that_of_slow_requests_by_the_methods_that_count() {
    let averages = |chosen: &[(&str, &str)]| -> BTreeMap<String, f64> {
        let rows = answer("Average by view", &text(), chosen);
        rows.iter().map(|row| (row.text("view").unwrap().to_owned(), row.number("average").unwrap())).collect()
    };
    let all = [("/flags", 400.0), ("/slow", 1000.0), ("/gone", 400.0)];
    let of = |some: &[(&str, f64)]| {
        some.iter().map(|(view, average)| ((*view).to_owned(), *average)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(averages(&[]), of(&all));
    assert_eq!(averages(&[("$minimum_duration", "0")])["/flags"], 300.0);
    assert_eq!(averages(&[("$status", "5..")]), of(&all[1..2]));
    assert_eq!(averages(&[("$endpoint", "/flags")]), of(&all[..1]));
    assert_eq!(averages(&[("${excluded_methods:doublequote}", "\"GET\"")]), of(&[("/flags", 900.0)]));
}

#[test]
fn lines_are_chosen_by_what_is_chosen_above() {
    let request = |version: &str, method: &str, path: &str, route: Option<&str>, end: &str, millis: f64| {
        let mut line = serde_json::json!({
            "event": "request", "service": "experiments-api", "version": version, "method": method, "path": path,
            "message": format!("{method} {} {end} {millis} ms", route.unwrap_or(path)), "streaming": false,
            "duration_ms": millis, "level": if end.starts_with('5') { "error" } else { "info" },
        });
        if let Some(route) = route {
            line["route"] = route.into();
        }
        line.to_string()
    };
    let lines = [
        request("1.0.0", "GET", "/flags/a", Some("/flags/{key}"), "200", 300.0),
        request("1.1.0", "GET", "/flags/b", Some("/flags/{key}"), "503", 500.0),
        request("1.1.0", "GET", "/flags/b", Some("/flags/{key}"), "200", 100.0),
        request("1.1.0", "HEAD", "/flags/b", Some("/flags/{key}"), "200", 900.0),
        request("1.1.0", "GET", "/nowhere", None, "404", 700.0),
        request("1.1.0", "GET", "/slow", Some("/slow"), "client_disconnected", 800.0),
        request("1.1.0", "GET", "/export", Some("/export"), "206 client_disconnected", 800.0),
    ];
    let count = |chosen: &[(&str, &str)]| -> f64 {
        answer("Slow requests", &lines, chosen).iter().map(|row| row.number("requests").unwrap()).sum()
    };
    assert_eq!(count(&[]), 5.0, "also what no route matched, and what was not answered");
    assert_eq!(count(&[("$minimum_duration", "0")]), 6.0);
    assert_eq!(count(&[("$version", "1[.]0[.]0")]), 1.0);
    assert_eq!(count(&[("$endpoint", "/flags/{key}")]), 2.0);
    assert_eq!(count(&[("$status", "5..")]), 1.0);
    assert_eq!(count(&[("$status", "client_disconnected")]), 2.0, "before the answer, and behind its head");
    assert_eq!(count(&[("$status", "206")]), 1.0);
    assert_eq!(count(&[("$service", "other")]), 0.0);
    let errors: BTreeMap<String, f64> = answer("Errors by version", &lines, &[])
        .iter()
        .map(|row| (row.text("version").unwrap().to_owned(), row.number("errors").unwrap()))
        .collect();
    assert_eq!(errors, BTreeMap::from([("1.0.0".to_owned(), 0.0), ("1.1.0".to_owned(), 0.2)]));
}

#[test]
fn each_metric_is_among_those_that_the_exporter_writes() {
    for naming in NAMINGS {
        let settings = settings(naming);
        let published = emitted::published(&emitted::lines(&settings));
        let all = targets(&settings, "Metrics");
        let is_math = |target: &Value| target["metricEditorMode"] == 1;
        for (title, target) in all.iter().filter(|(_, target)| !is_math(target)) {
            let wanted = target["dimensions"].as_object().unwrap();
            let is_it = |(namespace, (name, dimensions)): &(String, emitted::Name)| {
                let fits = |(name, value): (&String, &String)| match wanted
                    .get(name)
                    .map_or("*", |value| value.as_str().unwrap())
                {
                    "*" => true,
                    "$service" => value == "experiments-api",
                    other => value == other,
                };
                *namespace == target["namespace"]
                    && *name == target["metricName"]
                    && (target["matchExact"] == false || dimensions.keys().eq(wanted.keys()))
                    && dimensions.iter().all(fits)
            };
            assert!(published.iter().any(is_it), "{naming} {title}: {target}");
        }
        for (title, target) in all.iter().filter(|(_, target)| is_math(target)) {
            let words =
                target["expression"].as_str().unwrap().split(|character: char| !character.is_ascii_alphabetic());
            for id in words.filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase())) {
                let is_it =
                    |(other, target): &(String, Value)| other == title && target["id"] == id && target["hide"] == true;
                assert!(all.iter().any(is_it), "{title}: {id}");
            }
        }
        assert!(all.len() > 15, "{}", all.len());
        assert!(all.iter().any(|(_, target)| target["metricName"].as_str().unwrap().starts_with("safety_rollbacks")));
    }
}

#[test]
fn what_is_not_published_is_not_shown() {
    let mut without = settings(Naming::OpenTelemetry);
    without.dimensions = vec![vec!["service".to_owned(), "route".to_owned()]];
    assert!(targets(&without, "Metrics").iter().all(|(_, target)| target["dimensions"]["service"] == "$service"));
    let sets = |sets: &[&[&str]]| -> Vec<Vec<String>> {
        sets.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect()
    };
    without.dimensions = sets(&[&["service", "version"]]);
    assert_eq!(targets(&without, "Metrics").len(), 0, "nobody knows the version here");
    without.dimensions = sets(&[&["service", "environment", "event"], &["service"], &["service", "environment"]]);
    let (_, requests) = &targets(&without, "Metrics")[0];
    assert_eq!(requests["dimensions"], serde_json::json!({"service": "$service"}), "the smallest is taken");
    without.dimensions = sets(&[&["service", "event"]]);
    let (_, requests) = &targets(&without, "Metrics")[0];
    assert_eq!(requests["dimensions"], serde_json::json!({"service": "$service", "event": "request"}));
    without.dimensions = vec![vec!["no dimension".to_owned()]];
    assert_eq!(targets(&without, "Metrics").len(), 0);
    assert!(!targets(&without, "Logs").is_empty());
}
