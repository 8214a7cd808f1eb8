//! The dashboard over Prometheus.

use std::collections::BTreeSet;

use serde_json::Value;
use tachograph_dashboards::{Counter, Objective, Settings, Source, grafana};
use tachograph_metrics::Naming;

use crate::promql::Known;

pub(crate) const NAMINGS: [Naming; 2] = [Naming::OpenTelemetry, Naming::Plain];

/// Settings with one of everything.
pub(crate) fn settings(naming: Naming) -> Settings {
    let mut settings = Settings::new("experiments-api");
    settings.prometheus_naming = naming;
    settings.counters = vec![Counter {
        name: "safety_rollbacks_total".to_owned(),
        most: 1.0,
        period_s: 604_800,
        healthy: Some("less than 1 a week".to_owned()),
        action: Some("Look at the quality of flags and at error thresholds.".to_owned()),
    }];
    let objective = |name: &str, duration_ms| Objective {
        name: name.to_owned(),
        target: 0.999,
        method: None,
        route: None,
        duration_ms,
    };
    let of_endpoint = Objective {
        method: Some("GET".to_owned()),
        route: Some("/experiments/{id}".to_owned()),
        target: 0.99,
        ..objective("experiment in time", Some(300))
    };
    settings.objectives = vec![objective("answers", None), of_endpoint];
    settings
}

/// The panels, also of folded rows.
pub(crate) fn panels(dashboard: &Value) -> Vec<Value> {
    let all = dashboard["panels"].as_array().unwrap();
    all.iter()
        .flat_map(|panel| [vec![panel.clone()], panel["panels"].as_array().cloned().unwrap_or_default()].concat())
        .collect()
}

/// Puts something for what Grafana would put something for.
pub(crate) fn substituted(expression: &str) -> String {
    let values = [
        ("$__rate_interval", "5m"),
        ("$__range", "3h"),
        ("$service", "experiments-api"),
        ("$environment", ".*"),
        ("$version", ".*"),
        ("$endpoint", ".*"),
        ("$excluded_methods", "OPTIONS|HEAD"),
        ("$status", ".*"),
        ("$minimum_duration", "0[.]25"),
    ];
    let expression = values.iter().fold(expression.to_owned(), |all, (name, value)| all.replace(name, value));
    assert!(!expression.contains('$'), "{expression}");
    expression
}

/// What is asked in a panel, and what the lines are called.
pub(crate) fn questions(panel: &Value) -> Vec<(String, String)> {
    let targets = panel["targets"].as_array().cloned().unwrap_or_default();
    let text =
        |target: &Value, name: &str| target[name].as_str().unwrap_or_else(|| panic!("{name} of {target}")).to_owned();
    targets.iter().map(|target| (substituted(&text(target, "expr")), text(target, "legendFormat"))).collect()
}

fn known(naming: Naming) -> Known {
    let requests = if naming == Naming::Plain { "http_requests" } else { "http_server_requests" };
    let recorded = ["service_name", "objective"];
    Known::new(naming)
        .with("safety_rollbacks_total", ["job", "instance"])
        .with(&format!("objective:{requests}_bad:ratio1h"), recorded)
        .with(&format!("objective:{requests}_bad:ratio3d"), recorded)
}

#[test]
fn each_panel_asks_for_metrics_and_labels_that_there_are() {
    for naming in NAMINGS {
        let known = known(naming);
        let dashboard: Value = serde_json::from_str(&grafana(&settings(naming), Source::Prometheus)).unwrap();
        let mut asked = 0;
        for panel in panels(&dashboard) {
            for (expression, legend) in questions(&panel) {
                let labels = known.labels(&expression).unwrap();
                for name in legend.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap()) {
                    assert!(labels.contains(name), "{legend} of {labels:?}: {expression}");
                }
                asked += 1;
            }
            if panel["type"] == "table" {
                let columns = panel["transformations"][1]["options"]["renameByName"].as_object().unwrap();
                let named: BTreeSet<&str> =
                    columns.keys().map(String::as_str).filter(|name| !name.starts_with("Value #")).collect();
                for (expression, _) in questions(&panel) {
                    let labels = known.labels(&expression).unwrap();
                    assert_eq!(labels.iter().map(String::as_str).collect::<BTreeSet<_>>(), named, "{expression}");
                }
                assert_eq!(columns.len(), named.len() + panel["targets"].as_array().unwrap().len());
            }
        }
        assert!(asked > 50, "{asked}");
    }
}

#[test]
fn each_variable_is_asked_for_what_there_is_and_is_used() {
    for naming in NAMINGS {
        let (known, text) = (known(naming), grafana(&settings(naming), Source::Prometheus));
        let dashboard: Value = serde_json::from_str(&text).unwrap();
        for variable in dashboard["templating"]["list"].as_array().unwrap() {
            let name = variable["name"].as_str().unwrap();
            assert!(text.contains(&format!("${name}")) || text.contains(&format!("${{{name}}}")), "{name} is not used");
            if variable["type"] != "query" {
                continue;
            }
            let query = substituted(variable["query"]["query"].as_str().unwrap());
            if let Some(inner) = query.strip_prefix("query_result(").and_then(|rest| rest.strip_suffix(')')) {
                let labels = known.labels(inner).unwrap();
                let asked = variable["regex"].as_str().unwrap()[1..].split('=').next().unwrap();
                assert!(labels.contains(asked), "{asked} of {labels:?}");
            } else {
                let inner = query.strip_prefix("label_values(").unwrap().strip_suffix(')').unwrap();
                let (series, label) = inner.rsplit_once(", ").unwrap();
                assert!(known.labels(series).unwrap().contains(label), "{query}");
            }
        }
    }
}

#[test]
fn panels_are_in_the_grid_and_none_is_on_another() {
    for source in [Source::Prometheus, Source::CloudWatch] {
        let dashboard: Value = serde_json::from_str(&grafana(&settings(Naming::OpenTelemetry), source)).unwrap();
        let place = |panel: &Value| ["x", "y", "w", "h"].map(|of| panel["gridPos"][of].as_u64().unwrap());
        let on_each_other = |one: &Value, other: &Value| {
            let ([x, y, w, h], [left, top, width, height]) = (place(one), place(other));
            x < left + width && left < x + w && y < top + height && top < y + h
        };
        let mut levels = vec![dashboard["panels"].as_array().unwrap().clone()];
        levels.extend(
            levels[0]
                .iter()
                .filter_map(|row| row["panels"].as_array())
                .filter(|all| !all.is_empty())
                .cloned()
                .collect::<Vec<_>>(),
        );
        for level in &levels {
            for (at, panel) in level.iter().enumerate() {
                let [x, _, w, h] = place(panel);
                assert!(x + w <= 24 && w > 0 && h > 0, "{panel}");
                for other in &level[at + 1..] {
                    assert!(!on_each_other(panel, other), "{} {}", panel["title"], other["title"]);
                }
            }
        }
        let all = panels(&dashboard);
        let numbers: BTreeSet<u64> = all.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
        assert_eq!(numbers.len(), all.len());
        for panel in all.iter().filter(|panel| panel["type"] != "row") {
            assert!(!panel["title"].as_str().unwrap().is_empty() && !panel["description"].as_str().unwrap().is_empty());
            let references: BTreeSet<&str> =
                panel["targets"].as_array().unwrap().iter().map(|target| target["refId"].as_str().unwrap()).collect();
            assert_eq!(references.len(), panel["targets"].as_array().unwrap().len());
        }
    }
}

#[test]
fn it_can_be_imported_by_hand_and_provisioned() {
    for source in [Source::Prometheus, Source::CloudWatch] {
        let text = grafana(&settings(Naming::OpenTelemetry), source);
        let dashboard: Value = serde_json::from_str(&text).unwrap();
        // Whatever had to be replaced at an import would stand as it is where it is provisioned.
        assert!(dashboard.get("__inputs").is_none() && dashboard.get("id").is_none());
        let kind = if source == Source::Prometheus { "prometheus" } else { "cloudwatch" };
        let variable = &dashboard["templating"]["list"][0];
        assert_eq!((&variable["type"], &variable["query"]), (&"datasource".into(), &kind.into()));
        for panel in panels(&dashboard).iter().filter(|panel| panel["type"] != "row") {
            for asked in [&panel["datasource"]]
                .into_iter()
                .chain(panel["targets"].as_array().unwrap().iter().map(|target| &target["datasource"]))
            {
                assert_eq!((&asked["type"], &asked["uid"]), (&kind.into(), &"${datasource}".into()), "{panel}");
            }
        }
    }
}

#[test]
fn thresholds_counters_and_objectives_are_those_of_the_settings() {
    let mut settings = settings(Naming::OpenTelemetry);
    settings.thresholds.p99_ms = 1500;
    let titles = |settings: &Settings| -> Vec<String> {
        let dashboard: Value = serde_json::from_str(&grafana(settings, Source::Prometheus)).unwrap();
        panels(&dashboard).iter().map(|panel| panel["title"].as_str().unwrap().to_owned()).collect()
    };
    let dashboard: Value = serde_json::from_str(&grafana(&settings, Source::Prometheus)).unwrap();
    let duration = panels(&dashboard).into_iter().find(|panel| panel["title"] == "Duration").unwrap();
    assert_eq!(duration["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"], 1.5);
    assert_eq!(duration["targets"][0]["exemplar"], true);
    let with = titles(&settings);
    assert!(
        ["Objectives", "Counters of the application", "safety_rollbacks"]
            .iter()
            .all(|title| with.iter().any(|one| one == title))
    );
    let without = titles(&Settings::new("experiments-api"));
    assert!(!without.iter().any(|title| title == "Objectives" || title == "Counters of the application"));
}
