//! The group of lines, saved questions, and filters.

use serde_json::Value;
use tachograph_dashboards::{Settings, cloudwatch_alarms, cloudwatch_dashboards, queries};

use super::stack::Stack;
use super::{changed, counter, emitted, many, named, pattern};

/// What a filter adds up over the lines.
fn counted(filter: &Value, lines: &[serde_json::Map<String, Value>]) -> f64 {
    let pattern = filter["FilterPattern"].as_str().unwrap();
    let value = filter["MetricTransformations"][0]["MetricValue"].as_str().unwrap();
    let taken = lines.iter().filter(|line| pattern::fits(pattern, line));
    taken
        .map(|line| {
            value.strip_prefix("$.").map_or_else(|| value.parse().unwrap(), |name| line[name].as_f64().unwrap())
        })
        .sum()
}

fn filters(template: &str, parameters: &[(&str, &str)]) -> Vec<Value> {
    Stack::deploy(template, parameters).of("AWS::Logs::MetricFilter").into_iter().cloned().collect()
}

fn by_name<'f>(filters: &'f [Value], name: &str) -> &'f Value {
    let found = filters.iter().find(|filter| filter["MetricTransformations"][0]["MetricName"] == name);
    found.unwrap_or_else(|| panic!("nobody counts {name}: {filters:?}"))
}

#[test]
fn requests_are_counted_in_lines_only_where_that_is_asked_for() {
    for (what, settings) in many() {
        let template = cloudwatch_dashboards(&settings).unwrap();
        assert!(filters(&template, &[]).is_empty());
        let filters = filters(&template, &[("CountLines", "true")]);
        let lines = emitted::lines(&settings);
        let counts = ["requests", "errors", "slow_requests"].map(|name| counted(by_name(&filters, name), &lines));
        assert_eq!(counts, [9.0, 2.0, 3.0], "{what}: a stream is not slow");
        let namespaces =
            filters.iter().map(|filter| filter["MetricTransformations"][0]["MetricNamespace"].as_str().unwrap());
        for namespace in namespaces {
            assert_eq!(
                namespace,
                format!("{}/lines", settings.namespace),
                "what the exporter counts is not counted again"
            );
        }
    }
}

#[test]
fn counters_add_up_whatever_their_labels() {
    for naming in [tachograph_metrics::Naming::OpenTelemetry, tachograph_metrics::Naming::Plain] {
        let mut settings = named();
        settings.emf_naming = naming;
        let filters = filters(&cloudwatch_alarms(&settings).unwrap(), &[]);
        let lines = emitted::lines(&settings);
        let end = if naming == tachograph_metrics::Naming::Plain { "_total" } else { "" };
        let count = |name: &str| counted(by_name(&filters, &format!("{name}{end}")), &lines);
        assert_eq!((count("safety_rollbacks"), count("events_tracked")), (5.0, 7.0));
    }
}

#[test]
fn cold_starts_are_those_that_an_invocation_waited_for() {
    let settings = Settings::new("experiments-api");
    let filters = filters(&cloudwatch_alarms(&settings).unwrap(), &[("Function", "resize")]);
    let filter = by_name(&filters, "cold_starts");
    assert_eq!(counted(filter, &emitted::lines(&settings)), 1.0);
    assert_eq!(filter["LogGroupName"], "/aws/lambda/resize");
    let transformation = &filter["MetricTransformations"][0];
    assert_eq!(transformation["Dimensions"][0]["Value"], "$.function_name");
    assert!(transformation.get("DefaultValue").is_none(), "CloudWatch refuses both");
}

#[test]
fn another_services_lines_are_not_counted() {
    let mut settings = named();
    settings.counters.push(counter("dropped_mails", 0.0, 60));
    let mut templates = filters(&cloudwatch_dashboards(&settings).unwrap(), &[("CountLines", "true")]);
    templates.extend(filters(&cloudwatch_alarms(&settings).unwrap(), &[]));
    let other = changed(named(), |settings| settings.service = "other".into());
    let staging = changed(named(), |settings| settings.environment = Some("staging".into()));
    for settings in [other, staging] {
        let lines = emitted::lines(&settings);
        templates.iter().for_each(|filter| assert_eq!(counted(filter, &lines), 0.0, "{filter}"));
    }
}

#[test]
fn the_group_is_created_and_kept_unless_it_is_there() {
    let template = cloudwatch_dashboards(&named()).unwrap();
    let deployed = Stack::deploy(&template, &[]);
    let group = serde_json::json!({"LogGroupName": "/experiments-api/requests", "RetentionInDays": 90});
    assert_eq!(deployed.of("AWS::Logs::LogGroup"), [&group]);
    let there = Stack::deploy(&template, &[("CreateLogGroup", "false")]);
    assert!(there.of("AWS::Logs::LogGroup").is_empty());
    for stack in [&deployed, &there] {
        for query in stack.of("AWS::Logs::QueryDefinition") {
            assert_eq!(query["LogGroupNames"], serde_json::json!(["/experiments-api/requests"]));
        }
    }
    let whole: Value = serde_json::from_str(&template).unwrap();
    let group = &whole["Resources"]["LogGroup"];
    assert_eq!((&group["DeletionPolicy"], &group["UpdateReplacePolicy"]), (&"Retain".into(), &"Retain".into()));
    let for_ever = Stack::deploy(&cloudwatch_dashboards(&Settings::new("api")).unwrap(), &[]);
    assert!(for_ever.of("AWS::Logs::LogGroup")[0].get("RetentionInDays").is_none());
}

#[test]
fn all_questions_are_saved_in_a_folder_of_the_service() {
    let settings = named();
    let stack = Stack::deploy(&cloudwatch_dashboards(&settings).unwrap(), &[]);
    let saved = stack.of("AWS::Logs::QueryDefinition");
    let questions = queries(&settings);
    assert_eq!(saved.len(), questions.len());
    for query in questions {
        let name = format!("experiments-api/production/{}", query.name);
        let found = saved.iter().find(|saved| saved["Name"] == *name).unwrap();
        let text = found["QueryString"].as_str().unwrap();
        assert_eq!(text, format!("# {}\n{}", query.description, query.text));
        assert!(text.len() <= 10_000);
    }
}
