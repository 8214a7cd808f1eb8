//! Whatever is in the data, every line is one that CloudWatch takes.

use proptest::prelude::*;
use serde_json::{Map, Value};
use tachograph_core::{CallKind, Level, LogEvent, Service, request};
use tachograph_json::metrics::Naming;
use tachograph_json::{Calls, EmfSettings, Json, Settings};

use super::check::{self, metrics, sets};
use super::of_requests;
use crate::bench::{Bench, Collected};
use crate::hostile::{Said, fields, text};

/// Names that could be taken for metrics, for dimensions, or for what makes a line metrics.
fn name() -> impl Strategy<Value = String> {
    let ours = prop::sample::select(vec![
        "_aws",
        "CloudWatchMetrics",
        "Timestamp",
        "errors",
        "errors_",
        "findings",
        "findings_",
        "verdict",
        "requests",
        "requests_",
        "requests__",
        "status_class",
        "status_class_",
        "method",
        "method_",
        "method_original",
        "method_original_",
        "route",
        "service",
        "environment",
        "duration_ms",
        "task_duration_ms",
        "task_errors",
        "sample_weight",
        "http_requests_total",
        "http_requests_total_",
        "http_request_duration_seconds",
        "db_query_duration_seconds",
    ]);
    prop_oneof![ours.prop_map(str::to_owned), text()]
}

fn dimensions() -> impl Strategy<Value = Vec<Vec<String>>> {
    let name = prop::sample::select(vec![
        "service",
        "version",
        "environment",
        "event",
        "method",
        "route",
        "name",
        "outcome",
        "status_class",
    ]);
    prop::collection::vec(prop::collection::vec(name.prop_map(str::to_owned), 0..12), 1..6)
}

/// The members that are no application's, which it must not be able to change.
fn ours(line: &Map<String, Value>, naming: Naming) -> Vec<Value> {
    let names = match naming {
        Naming::OpenTelemetry => ["errors", "response_bytes"],
        Naming::Plain => ["http_requests_total", "http_response_size_bytes"],
    };
    names.map(|name| line[name].clone()).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_line_is_one_that_cloudwatch_takes(
        (method, path, route, task) in (text(), text(), prop::option::of(text()), text()),
        (names, fields, said, sql, target) in (prop::collection::vec(name(), 0..8), fields(), text(), text(), text()),
        (version, environment) in (prop::option::of(text()), prop::option::of(text())),
        (status, streaming, plain) in (0..1000u16, any::<bool>(), any::<bool>()),
        (dimensions, high_resolution, group) in (dimensions(), any::<bool>(), any::<bool>()),
    ) {
        let naming = if plain { Naming::Plain } else { Naming::OpenTelemetry };
        let emf = EmfSettings {
            dimensions,
            high_resolution,
            log_group: group.then(|| "/experiments/requests".to_owned()),
            ..EmfSettings::default()
        };
        let mut service = Service::new("api");
        (service.version, service.environment) = (version, environment);
        let all = || Settings { calls: Calls::All, naming, emf: emf.clone(), ..of_requests() };
        if let Err(error) = Json::with_sink(&service, all(), Box::new(Collected::default())) {
            // What a service says of itself is refused at set-up, and nothing else.
            prop_assert_eq!(error.setting(), "emf.dimensions");
            return Ok(());
        }
        let bench = Bench::build(&service, all(), |builder| builder);
        let work = || {
            request().error(&Said(said.clone(), None)).user(&said).action(&said);
            for (name, (_, value)) in names.iter().zip(fields.iter().cycle()) {
                request().field(name.clone(), value.clone());
                request().metadata(name.clone(), serde_json::json!({ "_aws": [name, &said] }));
            }
            for (name, value) in &fields {
                request().field(name.clone(), value.clone());
            }
            (0..7).for_each(|_| bench.call(CallKind::Database, &sql, 3));
            bench.call(CallKind::External, &target, 5);
            bench.call(CallKind::Cache, &target, 5);
            let fields: Vec<_> = names.iter().map(String::as_str).zip(fields.iter().map(|(_, value)| value.clone())).collect();
            bench.handle.log(&LogEvent {
                time: bench.handle.now(), level: Level::Error, target: &target, message: &said, fields: &fields, recording: None,
            });
        };
        let mut open = bench.open(&method, &path, route.as_deref());
        open.poll(work);
        open.respond(status, None, streaming);
        open.sent(status.into());
        open.complete();
        bench.task(&task, work);

        let lines: Vec<_> = bench.lines().iter().map(|line| check::line(line)).collect();
        for line in &lines {
            prop_assert_eq!(line.contains_key("_aws") || !group, true, "the agent takes no line without a group");
            if !matches!(line.get("event").and_then(Value::as_str), Some("request" | "task")) {
                prop_assert!(metrics(line).is_empty());
            }
            for set in sets(line) {
                prop_assert!(!set.contains(&"route") || line["route"].as_str() == route.as_deref());
                prop_assert!(!set.contains(&"name") || line["name"] == *task);
            }
        }
        let request = lines.iter().find(|line| line.get("event").is_some_and(|event| event == "request")).unwrap();
        let failed = u64::from((500..1000).contains(&status));
        let first = if plain { 1 } else { failed };
        prop_assert_eq!(ours(request, naming), vec![Value::from(first), Value::from(status)]);
        prop_assert_eq!(request.contains_key("findings"), !streaming);
        let counted = metrics(request).remove(if plain { "http_findings_total" } else { "findings" });
        let is_metrics = request.get("_aws").is_some_and(|aws| aws["CloudWatchMetrics"] != Value::from(Vec::<Value>::new()));
        let expected = request.get("findings").filter(|_| is_metrics).map(|count| vec![count.as_f64().unwrap()]);
        prop_assert_eq!(counted, expected);
        prop_assert_eq!(&request["path"], &path);
    }
}

#[test]
fn a_megabyte_of_anything_is_metrics_all_the_same() {
    let mut limits = tachograph_core::Limits::default();
    (limits.field_bytes, limits.path_bytes, limits.metadata_bytes) = (1 << 20, 1 << 20, 1 << 20);
    for filling in ["x", "\0", "😀", "\u{2028}", "\""] {
        let huge = filling.repeat((1 << 20) / filling.len());
        for naming in [Naming::OpenTelemetry, Naming::Plain] {
            let settings = Settings { naming, calls: Calls::All, ..of_requests() };
            let bench = Bench::build(&crate::bench::service(), settings, |builder| builder.limits(limits.clone()));
            let mut open = bench.open("GET", &huge, None);
            open.poll(|| {
                request().field("huge", huge.as_str()).field("requests", huge.as_str()).metadata("huge", huge.clone());
                bench.call(CallKind::Database, &huge, 1);
            });
            open.respond(200, Some(0), false);
            open.complete();
            let lines: Vec<_> = bench.lines().iter().map(|line| check::line(line)).collect();
            assert!(metrics(&lines[0]).len() >= 7, "{:?}", metrics(&lines[0]));
        }
    }
}
