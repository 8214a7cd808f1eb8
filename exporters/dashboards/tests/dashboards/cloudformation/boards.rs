//! The dashboards.

use serde_json::Value;
use tachograph_dashboards::{Settings, cloudwatch_dashboards};

use super::body;
use super::stack::{REGION, Stack};
use super::{changed, many, named};

const ALL: [(&str, &str); 4] = [("Function", "resize"), ("Cluster", "main"), ("Table", "flags"), ("Stream", "events")];

fn boards(stack: &Stack) -> Vec<(String, Vec<Value>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let board = |board: &Value| (text(&board["DashboardName"]), body::widgets(&text(&board["DashboardBody"])));
    stack.of("AWS::CloudWatch::Dashboard").into_iter().map(board).collect()
}

fn board(settings: &Settings, parameters: &[(&str, &str)], name: &str) -> Vec<Value> {
    let stack = Stack::deploy(&cloudwatch_dashboards(settings).unwrap(), parameters);
    let found = boards(&stack).into_iter().find(|(of, _)| of.ends_with(name));
    found.unwrap_or_else(|| panic!("there is no {name}")).1
}

/// The widget with this title.
fn titled<'w>(widgets: &'w [Value], title: &str) -> &'w Value {
    let found = widgets.iter().find(|widget| widget["properties"]["title"] == title);
    found.unwrap_or_else(|| panic!("there is no {title}"))
}

/// What it shows: metrics with a statistic, and expressions.
fn shown(widget: &Value) -> Vec<String> {
    let line = |line: &Value| {
        let options = line.as_array().unwrap().last().unwrap();
        match options["expression"].as_str() {
            Some(expression) => expression.to_owned(),
            None => format!("{} {}", line[1].as_str().unwrap(), options["stat"].as_str().unwrap()),
        }
    };
    widget["properties"]["metrics"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn all_dashboards_of_all_settings_are_taken() {
    for (what, settings) in many() {
        let template = cloudwatch_dashboards(&settings).unwrap();
        assert!(
            template.len() < 51_200,
            "{what}: {} bytes are more than can be deployed without a bucket",
            template.len()
        );
        let asks = what.starts_with("nothing");
        let stack = Stack::deploy(&template, if asks { &ALL } else { &[] });
        let boards = boards(&stack);
        assert_eq!(boards.len(), 5, "{what}");
        for (name, widgets) in boards {
            let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            assert!(name.len() <= 255 && name.bytes().all(is_taken), "{name}");
            assert!(widgets.iter().any(|widget| widget["type"] == "metric"), "{what}: {name}");
        }
        assert_eq!(template, cloudwatch_dashboards(&settings).unwrap(), "the order is always the same");
    }
}

#[test]
fn what_is_not_there_has_no_dashboard() {
    let template = cloudwatch_dashboards(&Settings::new("api")).unwrap();
    let names = |parameters: &[(&str, &str)]| {
        let names = boards(&Stack::deploy(&template, parameters)).into_iter().map(|(name, _)| name);
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[]), "api-api");
    assert_eq!(names(&[("Table", "flags")]), "api-api api-dynamodb");
    assert_eq!(names(&ALL), "api-api api-database api-dynamodb api-kinesis api-lambda");
}

#[test]
fn the_api_shows_what_matters_with_its_thresholds() {
    let mut settings = named();
    settings.thresholds.p99_ms = 2500;
    let widgets = board(&settings, &[], "production-api");
    assert_eq!(shown(titled(&widgets, "Duration")), ["duration_ms p50", "duration_ms p95", "duration_ms p99"]);
    let threshold = |title| titled(&widgets, title)["properties"]["annotations"]["horizontal"][0]["value"].clone();
    let titles = ["Duration", "Errors", "Connection pools", "Caches"];
    assert_eq!(titles.map(threshold), [2500, 1, 80, 85].map(Value::from));
    assert_eq!(shown(titled(&widgets, "Requests")), ["requests Sum", "requests / PERIOD(requests)"]);
    assert_eq!(shown(titled(&widgets, "Errors"))[2], "IF(requests > 0, 100 * errors / requests, 0)");
    assert_eq!(shown(titled(&widgets, "Active requests"))[2], "active_requests Maximum");
    assert!(
        shown(titled(&widgets, "p95 of each endpoint"))[0]
            .contains("{\"experiments-api\",service,environment,method,route}")
    );
    let breakdown = &titled(&widgets, "Mean time of a request, in ms")["properties"];
    assert_eq!((&breakdown["view"], &breakdown["stacked"]), (&"timeSeries".into(), &true.into()));
    assert_eq!(shown(titled(&widgets, "Counted in an hour")), ["safety_rollbacks Sum", "events_tracked Sum"]);

    settings.emf_naming = tachograph_metrics::Naming::Plain;
    let widgets = board(&settings, &[], "production-api");
    assert_eq!(shown(titled(&widgets, "Duration"))[2], "http_request_duration_seconds p99");
    let duration = &titled(&widgets, "Duration")["properties"];
    assert_eq!(duration["annotations"]["horizontal"][0]["value"], 2.5, "these are seconds");
    assert_eq!(duration["yAxis"]["left"]["label"], "s");
}

#[test]
fn where_endpoints_are_not_told_apart_the_rest_is_shown() {
    let settings = changed(Settings::new("api"), |settings| settings.dimensions = vec![vec!["service".into()]]);
    let widgets = board(&settings, &[], "api");
    assert!(widgets.iter().all(|widget| widget["properties"]["title"] != "p95 of each endpoint"));
    assert_eq!(titled(&widgets, "Mean time of a request, in ms")["width"], 24);
}

#[test]
fn each_resource_is_shown_with_what_was_asked_for() {
    let of = |name: &str, titles: &[&str]| -> Vec<String> {
        let widgets = board(&Settings::new("api"), &ALL, name);
        titles.iter().flat_map(|title| shown(titled(&widgets, title))).collect()
    };
    let lambda = of("lambda", &["Invocations", "Errors", "Duration (p99)", "Throttles", "Cold starts"]);
    assert_eq!(lambda[..4], ["Invocations Sum", "Errors Sum", "Duration p99", "Throttles Sum"]);
    assert_eq!(lambda[6], "100 * FILL(starts0, 0) / invocations0");
    let database = of("database", &["CPU", "I/O operations", "Connections", "Replica lag"]);
    for metric in ["CPUUtilization Maximum", "ReadIOPS Maximum", "VolumeWriteIOPs Average", "AuroraReplicaLag Maximum"]
    {
        assert!(database.iter().any(|shown| shown == metric), "{metric}: {database:?}");
    }
    assert!(database.contains(&"DatabaseConnections Maximum".into()));
    let titles = ["Read capacity", "Write capacity", "Throttled requests", "System errors"];
    let dynamodb = of("dynamodb", &titles).join("\n");
    for part in [
        "ConsumedReadCapacityUnits Sum",
        "ProvisionedWriteCapacityUnits Average",
        "\"ThrottledRequests\" TableName=\"flags\"",
        "\"SystemErrors\"",
    ] {
        assert!(dynamodb.contains(part), "{part}: {dynamodb}");
    }
    let kinesis = of("kinesis", &["Iterator age", "Incoming records"]);
    assert_eq!(kinesis[..2], ["GetRecords.IteratorAgeMilliseconds Maximum", "IncomingRecords Sum"]);
}

#[test]
fn several_resources_are_shown_each() {
    let widgets = board(&named(), &[], "lambda");
    assert_eq!(shown(titled(&widgets, "Throttles")).len(), 2);
    let headings: Vec<&str> = widgets.iter().filter_map(|widget| widget["properties"]["markdown"].as_str()).collect();
    assert_eq!(headings, ["## resize", "## make-report"]);
}

#[test]
fn more_than_a_dashboard_takes_is_refused() {
    let mut settings = named();
    settings.resources.tables = (0..100).map(|number| format!("table{number}")).collect();
    assert!(cloudwatch_dashboards(&settings).is_ok());
    settings.resources.tables.push("one-too-many".into());
    let refused = cloudwatch_dashboards(&settings).unwrap_err().to_string();
    assert!(refused.contains("505 widgets") && refused.contains("500"), "{refused}");
}

#[test]
fn graphs_are_of_the_region_where_the_template_is_deployed_unless_another_is_said() {
    let regions = |settings: &Settings| {
        let widgets = board(settings, &[], "api");
        let regions = widgets.iter().filter_map(|widget| widget["properties"]["region"].as_str());
        regions.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(regions(&Settings::new("api")), [REGION.to_owned()].into());
    assert_eq!(regions(&named()), ["eu-west-1".to_owned()].into());
}
