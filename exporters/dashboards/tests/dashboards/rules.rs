//! The rules for Prometheus.

use serde_json::Value;
use tachograph_dashboards::{Objective, Settings, Source, grafana, prometheus_rules};
use tachograph_metrics::Naming;

use crate::grafana::{NAMINGS, settings};
use crate::promql::Known;

/// What is recorded, or the alert's name, and the expression.
fn rules(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let name = |line: &str| {
        let rest = line.strip_prefix("- record: ").or(line.strip_prefix("- alert: "))?;
        Some(rest.trim_matches('"').to_owned())
    };
    lines.windows(3).filter_map(|three| Some((name(three[0])?, three[2].to_owned()))).collect()
}

#[test]
fn each_rule_asks_for_metrics_and_labels_that_there_are() {
    for naming in NAMINGS {
        let mut known = Known::new(naming).with("safety_rollbacks_total", ["job", "instance"]);
        let text = prometheus_rules(&settings(naming)).unwrap();
        let rules = rules(&text);
        for (name, expression) in &rules {
            let labels = known.labels(expression).unwrap();
            if name.contains(':') {
                let given = ["service_name".to_owned(), "objective".to_owned()];
                known.insert(name, labels.into_iter().chain(given).collect());
            }
        }
        let count = |name: &str| rules.iter().filter(|(rule, _)| rule == name).count();
        assert_eq!((count("ErrorBudgetBurn"), count("CounterGrows"), count("SlowRequests")), (6, 1, 1));
    }
}

#[test]
fn an_objective_is_told_from_the_largest_bucket_that_it_has() {
    let with = |duration_ms| {
        let mut settings = settings(Naming::OpenTelemetry);
        settings.objectives[1].duration_ms = Some(duration_ms);
        prometheus_rules(&settings)
    };
    for (duration, bucket, note) in [
        (300, "0[.]25", "counted up to 0.25 s"),
        (250, "0[.]25", "no longer than 250 ms."),
        (1000, "1|1[.]0", "than 1 s."),
    ] {
        let text = with(duration).unwrap();
        assert!(text.contains(&format!("le=~\"{bucket}\"")) && text.contains(note), "{duration}");
    }
    let error = with(4).unwrap_err().to_string();
    assert_eq!(
        error,
        "the objective `experiment in time` cannot be told from the metrics: no bucket of durations ends at or below 4 ms; add \
         one of 0.004 to duration_buckets"
    );
}

#[test]
fn an_objective_that_is_none_is_refused() {
    let refused = |change: fn(&mut Objective)| {
        let mut settings = settings(Naming::OpenTelemetry);
        change(&mut settings.objectives[0]);
        prometheus_rules(&settings).unwrap_err().to_string()
    };
    let no_parts: [fn(&mut Objective); 4] =
        [|one| one.target = 0.0, |one| one.target = 1.0, |one| one.target = 99.9, |one| one.target = f64::NAN];
    for no_part in no_parts {
        assert!(refused(no_part).contains("use a part between 0 and 1, such as 0.999"));
    }
    assert!(refused(|one| one.name = "experiment in time".to_owned()).contains("two objectives"));
}

#[test]
fn counters_that_prometheus_cannot_tell_apart_are_refused() {
    let mut settings = settings(Naming::OpenTelemetry);
    let mut again = settings.counters[0].clone();
    again.name = match again.name.strip_suffix("_total") {
        Some(name) => name.to_owned(),
        None => format!("{}_total", again.name),
    };
    let name = again.name.clone();
    settings.counters.push(again);
    let error = prometheus_rules(&settings).unwrap_err().to_string();
    assert!(error.contains(&format!("`{name}` are one to Prometheus")), "{error}");
}

#[test]
fn a_burn_that_cannot_be_has_no_alert() {
    let mut settings = settings(Naming::OpenTelemetry);
    settings.objectives.truncate(1);
    settings.objectives[0].target = 0.9;
    let text = prometheus_rules(&settings).unwrap();
    assert!(!text.contains("14.4 *") && text.contains("> 6 * (1 - 0.9)") && text.contains("> 1 * (1 - 0.9)"));
}

#[test]
fn texts_of_the_settings_stay_texts() {
    let mut settings = settings(Naming::OpenTelemetry);
    settings.service = "a\"b\\c\n{{ $x }}".to_owned();
    settings.objectives[1].route = Some("/{{id}}\"} or vector(1) #".to_owned());
    settings.counters[0].name = "weird \"name\"".to_owned();
    settings.counters[0].action = Some("line\n- alert: x: {{ y".to_owned());
    let text = prometheus_rules(&settings).unwrap();
    let known = Known::new(Naming::OpenTelemetry).with("weird_name__total", ["job", "instance"]);
    for (name, expression) in rules(&text)
        .iter()
        .filter(|(name, expression)| !expression.contains("sum_over_time") && name != "ErrorBudgetBurn")
    {
        known.labels(expression).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for line in text.lines().filter(|line| line.contains("summary:") || line.contains("description:")) {
        let (_, scalar) = line.split_once(": ").unwrap();
        let text: String = serde_json::from_str(scalar).unwrap();
        assert!(!text.replace("{{ \"{{\" }}", "").contains("{{ y") && !text.contains("{{ $x }}"), "{text}");
    }
}

#[test]
fn without_objectives_and_counters_there_is_nothing_to_record() {
    let text = prometheus_rules(&Settings::new("experiments-api")).unwrap();
    assert!(!text.contains("record:") && text.contains("alert:"));
}

#[test]
fn what_each_alert_and_each_row_means_is_told() {
    let told = include_str!("../../../../docs/dashboards.md");
    let settings = settings(Naming::OpenTelemetry);
    for (name, _) in rules(&prometheus_rules(&settings).unwrap()).iter().filter(|(name, _)| !name.contains(':')) {
        assert!(told.contains(&format!("| `{name}`")), "{name}");
    }
    let dashboard: Value = serde_json::from_str(&grafana(&settings, Source::Prometheus)).unwrap();
    for row in dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] == "row") {
        let title = row["title"].as_str().unwrap().replace(" of the application", "");
        assert!(told.contains(&title), "{title}");
    }
}
