//! Every metric that is shown or watched is one that the exporter publishes for the same settings, or a filter counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tachograph_dashboards::{Settings, cloudwatch_alarms, cloudwatch_dashboards};

use super::emitted::{self, Name};
use super::stack::Stack;
use super::{body, changed, many};

const ALL: [(&str, &str); 4] = [("Function", "resize"), ("Cluster", "main"), ("Table", "flags"), ("Stream", "events")];

/// All that is shown: metrics by namespace, and what is searched for, each with the names of its dimensions.
#[derive(Debug, Default)]
struct Used {
    metrics: BTreeSet<(String, Name)>,
    searches: Vec<String>,
}

impl Used {
    fn add(&mut self, namespace: &Value, name: &Value, pairs: impl IntoIterator<Item = (String, String)>) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.metrics.insert((text(namespace), (text(name), pairs.into_iter().collect())));
    }

    fn add_alarm(&mut self, alarm: &Value) {
        let pairs = |metric: &Value| -> Vec<(String, String)> {
            let pair =
                |pair: &Value| (pair["Name"].as_str().unwrap().to_owned(), pair["Value"].as_str().unwrap().to_owned());
            metric["Dimensions"].as_array().unwrap().iter().map(pair).collect()
        };
        if alarm.get("MetricName").is_some() {
            self.add(&alarm["Namespace"], &alarm["MetricName"], pairs(alarm));
        }
        for metric in alarm["Metrics"].as_array().into_iter().flatten().filter_map(|query| query.get("MetricStat")) {
            let metric = &metric["Metric"];
            self.add(&metric["Namespace"], &metric["MetricName"], pairs(metric));
        }
    }

    fn add_board(&mut self, board: &Value) {
        for widget in body::widgets(board["DashboardBody"].as_str().unwrap()) {
            for line in widget["properties"]["metrics"].as_array().into_iter().flatten() {
                let parts = line.as_array().unwrap();
                let options = parts.last().unwrap();
                match options["expression"].as_str() {
                    Some(expression) if expression.starts_with("SEARCH") => self.searches.push(expression.to_owned()),
                    Some(_) => {}
                    None => {
                        let texts: Vec<String> =
                            parts[2..parts.len() - 1].iter().map(|part| part.as_str().unwrap().to_owned()).collect();
                        let pairs = texts.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone()));
                        self.add(&parts[0], &parts[1], pairs);
                    }
                }
            }
        }
    }
}

fn used(settings: &Settings, asks: bool) -> (Used, Vec<Value>) {
    let mut used = Used::default();
    let dashboards = Stack::deploy(&cloudwatch_dashboards(settings).unwrap(), if asks { &ALL } else { &[] });
    dashboards.of("AWS::CloudWatch::Dashboard").into_iter().for_each(|board| used.add_board(board));
    let asked = [("Function", "resize"), ("Stream", "events"), ("DeadLetterQueue", "dlq")];
    let alarms = Stack::deploy(&cloudwatch_alarms(settings).unwrap(), if asks { &asked } else { &[] });
    alarms.of("AWS::CloudWatch::Alarm").into_iter().for_each(|alarm| used.add_alarm(alarm));
    (used, alarms.of("AWS::Logs::MetricFilter").into_iter().cloned().collect())
}

/// What a search finds: `{namespace,names} MetricName="name" pairs`.
fn is_found(search: &str, published: &BTreeSet<(String, Name)>) -> bool {
    let inside = search.split('\'').nth(1).unwrap();
    let (schema, rest) = inside.strip_prefix('{').unwrap().split_once('}').unwrap();
    let mut members = schema.split(',');
    let namespace = members.next().unwrap().trim_matches('"');
    let names: BTreeSet<&str> = members.collect();
    let wanted: BTreeMap<&str, &str> =
        rest.split("\" ").map(|pair| pair.trim().trim_end_matches('"').split_once("=\"").unwrap()).collect();
    published.iter().any(|(of, (name, values))| {
        let all = values.keys().map(String::as_str).collect::<BTreeSet<_>>();
        let fits = |(key, value): (&&str, &&str)| match *key {
            "MetricName" => name == value,
            key => values.get(key).is_some_and(|is| is == value),
        };
        of == namespace && all == names && wanted.iter().all(fits)
    })
}

#[test]
fn what_is_shown_or_watched_is_published() {
    for (what, settings) in many() {
        let published = emitted::published(&emitted::lines(&settings));
        let (used, filters) = used(&settings, what.starts_with("nothing"));
        let mut of_the_service = 0;
        for (namespace, metric) in &used.metrics {
            if namespace.starts_with("AWS/") {
                continue;
            }
            let is_counted = filters.iter().any(|filter| {
                let transformation = &filter["MetricTransformations"][0];
                let by = transformation["Dimensions"].as_array().map_or(0, Vec::len);
                transformation["MetricNamespace"] == **namespace
                    && transformation["MetricName"] == *metric.0
                    && by == metric.1.len()
                    && metric.1.keys().all(|key| transformation["Dimensions"][0]["Key"] == **key)
            });
            let is_published = published.contains(&(namespace.clone(), metric.clone()));
            assert!(is_counted || is_published, "{what}: nobody counts {namespace} {metric:?}");
            of_the_service += usize::from(is_published);
        }
        assert!(of_the_service >= 7, "{what}: {of_the_service} metrics of the exporter's are used");
        for search in used.searches.iter().filter(|search| !search.contains("{AWS/")) {
            assert!(is_found(search, &published), "{what}: {search}");
        }
    }
}

#[test]
fn what_is_not_published_is_refused_and_not_watched() {
    let sets = |sets: &[&[&str]]| -> Vec<Vec<String>> {
        sets.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect()
    };
    for dimensions in
        [sets(&[&["service", "route"]]), sets(&[&["service", "version"]]), sets(&[&["method"], &["name"]])]
    {
        let settings = changed(Settings::new("api"), |settings| settings.dimensions = dimensions);
        for refused in [cloudwatch_alarms(&settings), cloudwatch_dashboards(&settings)] {
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("add [\"service\"] to `dimensions`"), "{refused}");
        }
    }
}

/// Those that a line does not have are empty columns, which nobody sees.
#[test]
fn what_questions_of_dashboards_name_is_in_lines() {
    let settings = super::named();
    let lines = emitted::lines(&settings);
    let request = lines.iter().find(|line| line["logger"] == "tachograph.request").unwrap();
    let stack = Stack::deploy(&cloudwatch_dashboards(&settings).unwrap(), &[]);
    let board = stack
        .of("AWS::CloudWatch::Dashboard")
        .into_iter()
        .find(|board| board["DashboardName"].as_str().unwrap().ends_with("-api"));
    let widgets = body::widgets(board.unwrap()["DashboardBody"].as_str().unwrap());
    let queries = widgets.iter().filter_map(|widget| widget["properties"]["query"].as_str());
    let breakdown = queries.filter(|query| query.contains("by bin(5m)")).collect::<String>();
    let members: Vec<&str> = breakdown.split("avg(").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert_eq!(members.len(), 7);
    let total: f64 = members.iter().map(|member| request[*member].as_f64().unwrap()).sum();
    assert!((total - request["duration_ms"].as_f64().unwrap()).abs() < 1e-9, "the parts are all of it: {members:?}");
}
