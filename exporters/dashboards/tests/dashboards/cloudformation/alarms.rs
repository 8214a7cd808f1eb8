//! The alarms, and who is told.

use serde_json::{Value, json};
use tachograph_dashboards::{Counter, Settings, cloudwatch_alarms};
use tachograph_metrics::Naming;

use super::body::is_stat;
use super::stack::{ACCOUNT, REGION, Stack};
use super::{changed, counter, many, named};

fn deploy(settings: &Settings, parameters: &[(&str, &str)]) -> Stack {
    Stack::deploy(&cloudwatch_alarms(settings).unwrap(), parameters)
}

fn with_counters(counters: Vec<Counter>) -> Settings {
    changed(named(), |settings| settings.counters = counters)
}

const ASKED: [(&str, &str); 3] = [("Function", "resize"), ("Stream", "events"), ("DeadLetterQueue", "dlq")];

fn alarm<'s>(stack: &'s Stack, name: &str) -> &'s Value {
    let of = |alarm: &&&Value| alarm["AlarmName"].as_str().unwrap().contains(name);
    let alarms = stack.of("AWS::CloudWatch::Alarm");
    let found: Vec<&&Value> = alarms.iter().filter(of).collect();
    assert_eq!(found.len(), 1, "{name}");
    found[0]
}

/// So many of so many periods of so many seconds, what is compared with what, and what is made of nothing.
fn rule(alarm: &Value) -> String {
    let period = alarm.get("Period").unwrap_or_else(|| &alarm["Metrics"][1]["MetricStat"]["Period"]);
    format!(
        "{} of {} x {period} s {} {} {}",
        alarm["DatapointsToAlarm"],
        alarm["EvaluationPeriods"],
        alarm["ComparisonOperator"].as_str().unwrap(),
        alarm["Threshold"],
        alarm["TreatMissingData"].as_str().unwrap()
    )
}

#[test]
fn alarms_are_those_of_the_table() {
    let stack = deploy(&Settings::new("api"), &ASKED);
    let rules = [
        ("p99 latency", "3 of 3 x 60 s GreaterThanThreshold 1000 notBreaching"),
        ("error rate", "2 of 2 x 300 s GreaterThanThreshold 1 notBreaching"),
        ("connection pool", "3 of 5 x 60 s GreaterThanThreshold 80 notBreaching"),
        ("cache hit rate", "3 of 3 x 300 s LessThanThreshold 85 notBreaching"),
        ("iterator age of events", "3 of 3 x 60 s GreaterThanThreshold 60000 missing"),
        ("dead letters in dlq", "1 of 1 x 60 s GreaterThanThreshold 0 ignore"),
        ("cold starts of resize", "3 of 3 x 300 s GreaterThanThreshold 5 notBreaching"),
    ];
    for (name, expected) in rules {
        assert_eq!(rule(alarm(&stack, name)), expected, "{name}");
    }
    assert_eq!(stack.of("AWS::CloudWatch::Alarm").len(), rules.len());
    let latency = alarm(&stack, "p99 latency");
    let percentile = (&latency["ExtendedStatistic"], &latency["EvaluateLowSampleCountPercentile"]);
    assert_eq!(percentile, (&"p99".into(), &"ignore".into()));
    assert_eq!(latency["Dimensions"], json!([{"Name": "service", "Value": "api"}]));
    let expression = &alarm(&stack, "error rate")["Metrics"][0]["Expression"];
    assert_eq!(expression, "IF(requests > 0, 100 * errors / requests, 0)");
    assert_eq!(alarm(&stack, "iterator age")["InsufficientDataActions"].as_array().unwrap().len(), 1);
    let words = [
        ("p99 latency", "p99 below 1000 ms", "slow queries and DynamoDB throttling"),
        ("error rate", "5xx below 0.1 %", "logs for exceptions"),
        ("connection pool", "below 80 %", "scale Aurora"),
        ("cache hit rate", "above 85 %", "live longer"),
        ("iterator age", "below 60 s", "concurrency"),
        ("dead letters", "0 messages", "poison pill"),
        ("cold starts", "below 5 %", "warm"),
    ];
    for (name, healthy, action) in words {
        let description = alarm(&stack, name)["AlarmDescription"].as_str().unwrap();
        assert!(description.contains(&format!("Healthy: {healthy}")) && description.contains(action), "{description}");
    }
}

#[test]
fn thresholds_are_those_of_the_settings_in_the_units_of_the_metrics() {
    let mut settings = Settings::new("api");
    settings.emf_naming = Naming::Plain;
    settings.thresholds.p99_ms = 250;
    settings.thresholds.error_rate = 0.07;
    settings.thresholds.pool_utilization = 0.55;
    settings.thresholds.cache_hit_rate = 0.9;
    settings.thresholds.iterator_age_ms = 90_500;
    settings.thresholds.cold_starts = 0.015;
    let stack = deploy(&settings, &ASKED);
    let names = ["p99 latency", "error rate", "connection pool", "cache hit rate", "iterator age", "cold starts"];
    let thresholds = names.map(|name| alarm(&stack, name)["Threshold"].clone());
    assert_eq!(thresholds, [json!(0.25), json!(7), json!(55), json!(90), json!(90_500), json!(1.5)]);
    assert_eq!(alarm(&stack, "p99 latency")["MetricName"], "http_request_duration_seconds");
}

#[test]
fn every_alarm_is_one_that_cloudwatch_takes() {
    for (what, settings) in many() {
        let template = cloudwatch_alarms(&settings).unwrap();
        assert!(template.len() < 51_200, "{what}: {}", template.len());
        let stack = deploy(&settings, if what.starts_with("nothing") { &ASKED } else { &[] });
        let alarms = stack.of("AWS::CloudWatch::Alarm");
        let mut names: Vec<&str> = alarms.iter().map(|alarm| alarm["AlarmName"].as_str().unwrap()).collect();
        names.dedup();
        assert_eq!(names.len(), alarms.len(), "{what}: {names:?}");
        alarms.into_iter().for_each(check);
        let topic = stack.of("AWS::SNS::Topic")[0]["DisplayName"].as_str().unwrap();
        assert!(topic.len() <= 100, "{what}: {topic}");
    }
}

fn check(alarm: &Value) {
    let text = |name: &str| alarm[name].as_str().unwrap_or_default();
    assert!((1..=255).contains(&text("AlarmName").chars().count()), "{alarm}");
    assert!((1..=1024).contains(&text("AlarmDescription").len()) && text("AlarmDescription").contains("What to do: "));
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:Topic");
    assert_eq!((&alarm["AlarmActions"], &alarm["OKActions"]), (&json!([topic]), &json!([topic])));
    let periods = alarm["EvaluationPeriods"].as_u64().unwrap();
    assert!(alarm["DatapointsToAlarm"].as_u64().unwrap() <= periods);
    let is_window = |period: u64| {
        let longest = if period >= 3600 { 604_800 } else { 86_400 };
        period > 0 && period.is_multiple_of(60) && period * periods <= longest
    };
    assert!(alarm["Threshold"].as_f64().is_some_and(f64::is_finite), "{alarm}");
    match alarm.get("Metrics") {
        None => {
            assert!(is_window(alarm["Period"].as_u64().unwrap()), "{alarm}");
            assert!(is_stat(text("Statistic")) || is_stat(text("ExtendedStatistic")), "{alarm}");
        }
        Some(metrics) => {
            let metrics = metrics.as_array().unwrap();
            assert!(metrics.len() <= 10 && ["Period", "Statistic"].iter().all(|name| alarm.get(name).is_none()));
            let returned = metrics.iter().filter(|metric| metric["ReturnData"] == true);
            assert_eq!(returned.count(), 1, "{alarm}");
            let expression = metrics[0]["Expression"].as_str().unwrap();
            for metric in &metrics[1..] {
                assert!(expression.contains(metric["Id"].as_str().unwrap()), "{alarm}");
                assert!(is_window(metric["MetricStat"]["Period"].as_u64().unwrap()), "{alarm}");
            }
        }
    }
}

#[test]
fn what_is_not_there_is_not_watched() {
    let stack = deploy(&Settings::new("api"), &[]);
    let names = stack.of("AWS::CloudWatch::Alarm").into_iter().map(|alarm| alarm["AlarmName"].as_str().unwrap());
    let names: Vec<&str> = names.collect();
    assert_eq!(names, ["api: cache hit rate", "api: error rate", "api: p99 latency", "api: connection pool"]);
    assert!(stack.of("AWS::Logs::MetricFilter").is_empty());
}

#[test]
fn who_is_told_is_said_at_deployment() {
    let settings = Settings::new("api");
    let nobody = deploy(&settings, &[]);
    assert!(nobody.of("AWS::SNS::Subscription").is_empty());
    let topics = nobody.of("AWS::SNS::Topic");
    assert_eq!(topics[0]["KmsMasterKeyId"], "key-TopicKey", "it is encrypted");
    assert!(topics[0]["DisplayName"].as_str().unwrap().len() <= 100);
    let statement = &nobody.of("AWS::KMS::Key")[0]["KeyPolicy"]["Statement"];
    assert_eq!(statement[0]["Principal"]["AWS"], format!("arn:aws:iam::{ACCOUNT}:root"));
    assert_eq!(statement[1]["Principal"]["Service"], "cloudwatch.amazonaws.com", "who could not tell it otherwise");

    let mailed = deploy(&settings, &[("Email", "on-call@example.org")]);
    let subscription = json!({
        "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:Topic"), "Protocol": "email", "Endpoint": "on-call@example.org",
    });
    assert_eq!(mailed.of("AWS::SNS::Subscription"), [&subscription]);
    assert_eq!(deploy(&named(), &[]).of("AWS::SNS::Subscription").len(), 1, "the configuration says who");

    let theirs = deploy(&named(), &[("TopicArn", "arn:aws:sns:eu-west-1:1:ops")]);
    assert!(["Topic", "Subscription"].iter().all(|kind| theirs.of(&format!("AWS::SNS::{kind}")).is_empty()));
    assert!(theirs.of("AWS::KMS::Key").is_empty());
    assert_eq!(alarm(&theirs, "p99 latency")["AlarmActions"], json!(["arn:aws:sns:eu-west-1:1:ops"]));
}

#[test]
fn a_counter_of_ones_own_is_watched_for_as_long_as_a_week() {
    let mut settings = named();
    settings.counters[0].healthy = Some("less than one a week".into());
    settings.counters[0].action = Some("look at the quality of flags and at error thresholds".into());
    let stack = deploy(&settings, &[]);
    let rollbacks = alarm(&stack, "safety_rollbacks_total");
    assert_eq!(rule(rollbacks), "1 of 1 x 604800 s GreaterThanThreshold 0 notBreaching");
    assert_eq!((&rollbacks["MetricName"], &rollbacks["Statistic"]), (&"safety_rollbacks".into(), &"Sum".into()));
    let description = rollbacks["AlarmDescription"].as_str().unwrap();
    assert!(
        description.contains("more than 0 in a week. Healthy: less than one a week. What to do: look at the quality")
    );
    let events = alarm(&stack, "events_tracked");
    assert!(events["AlarmDescription"].as_str().unwrap().contains("Healthy: at most 1000 in 5 minutes"));
}

#[test]
fn what_the_exporter_counts_itself_is_watched_as_it_is_published() {
    let settings = with_counters(vec![counter("dropped", 0.0, 300), counter("task_errors", 0.0, 60)]);
    let stack = deploy(&settings, &[]);
    let dropped = alarm(&stack, "dropped");
    assert_eq!((&dropped["Namespace"], &dropped["MetricName"]), (&"experiments-api".into(), &"dropped".into()));
    assert_eq!(alarm(&stack, "task_errors")["Dimensions"].as_array().unwrap().len(), 2);
    assert!(
        stack
            .of("AWS::Logs::MetricFilter")
            .iter()
            .all(|filter| filter["FilterPattern"].as_str().unwrap().contains("cold"))
    );
    let of_pools = with_counters(vec![counter("pool_timeouts", 0.0, 300)]);
    let refused = cloudwatch_alarms(&of_pools).unwrap_err().to_string();
    assert!(refused.contains("no alarm on the counter `pool_timeouts`"), "{refused}");
}

#[test]
fn a_counter_that_cannot_be_watched_is_refused() {
    let settings = with_counters(vec![counter("rollbacks", 0.0, 604_860)]);
    let refused = cloudwatch_alarms(&settings).unwrap_err().to_string();
    assert!(refused.contains("`rollbacks`") && refused.contains("use 604800"), "{refused}");
}

#[test]
fn a_description_that_is_too_long_is_cut() {
    let mut settings = named();
    settings.counters[0].action = Some("ü".repeat(2000));
    let stack = deploy(&settings, &[]);
    let description = alarm(&stack, "safety_rollbacks_total")["AlarmDescription"].as_str().unwrap();
    assert!(description.ends_with("ü…") && (1020..=1024).contains(&description.len()), "{}", description.len());
}
