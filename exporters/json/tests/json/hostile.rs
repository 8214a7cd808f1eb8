//! One line stays one line, and JSON, whatever is in the data.

use std::fmt;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use tachograph_core::{CallKind, FieldValue, Level, Limits, LogEvent, Operation, Service, request, start_call};
use tachograph_json::{Calls, Format, Settings};

use crate::bench::Bench;
use crate::strict::object;

/// Any text, and texts that are likely to break something.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "",
        " ",
        "\"",
        "\\",
        "\n",
        "\r\n",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "\u{1b}[31m",
        "{\"a\":1}",
        "']]>",
        "%",
        "$$",
        "level",
        "level_",
        "event",
        "user_id",
        "_aws",
        "[profiler] GET / 1.00 200",
        "😀",
        "\u{feff}",
    ]);
    prop_oneof![any::<String>(), nasty.prop_map(str::to_owned), "[\\x00-\\x7f]{0,40}"]
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        text().prop_map(FieldValue::from),
        any::<i64>().prop_map(FieldValue::from),
        any::<f64>().prop_map(FieldValue::from),
        any::<bool>().prop_map(FieldValue::from),
    ]
}

#[derive(Debug)]
pub(crate) struct Said(pub(crate) String, pub(crate) Option<Box<Said>>);

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

pub(crate) fn fields() -> impl Strategy<Value = Vec<(String, FieldValue)>> {
    prop::collection::vec((text(), value()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_request_is_lines_of_json(
        (method, path, route, user, action) in (text(), text(), prop::option::of(text()), text(), text()),
        (fields, error, sql, target, service) in (fields(), text(), text(), text(), text()),
    ) {
        let service = Service::new(service.clone()).version(service.clone()).environment(service);
        let bench = Bench::build(&service, Settings { calls: Calls::All, ..Settings::default() }, |builder| builder);
        let mut open = bench.open(&method, &path, route.as_deref());
        open.poll(|| {
            request().user(&user).action(&action).error(&Said(error.clone(), Some(Box::new(Said(error.clone(), None)))));
            for (name, value) in &fields {
                request().field(name.clone(), value.clone());
                request().metadata(name.clone(), serde_json::json!({ error.as_str(): [name, &error] }));
            }
            start_call(Operation::database("sqlite", &target, &sql), None).completed();
            start_call(Operation::external(&target, &sql), None).completed();
        });
        open.respond(200, Some(0), false);
        open.complete();

        let lines = bench.lines();
        prop_assert_eq!(lines.len(), 3);
        let [request, query, external] = [0, 1, 2].map(|place| object(&lines[place]));
        prop_assert_eq!(&request["event"], "request");
        prop_assert_eq!(&request["path"], &path);
        prop_assert_eq!(request.get("route").and_then(Value::as_str), route.as_deref());
        prop_assert_eq!(&request["user_id"], &user);
        prop_assert_eq!(&request["action"], &action);
        prop_assert_eq!(&request["error_chain"], &error);
        prop_assert_eq!(&query["kind"], "database");
        prop_assert_eq!(&query["target"], &target);
        prop_assert_eq!(external.get("summary").and_then(Value::as_str), Some(sql.as_str()).filter(|sql| !sql.is_empty()));
        for (_, json) in request.get("metadata").and_then(Value::as_object).into_iter().flatten() {
            prop_assert_eq!(&json[&error][1], &error);
        }
    }

    #[test]
    fn any_application_line_is_one_object(
        target in text(), message in text(), fields in fields(), inside: bool, user in prop::option::of(text()),
    ) {
        let bench = Bench::new(Settings { calls: Calls::None, ..Settings::default() });
        let mut open = bench.open("GET", "/", None);
        let recording = open.recording().clone();
        let fields: Vec<(&str, FieldValue)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        open.poll(|| {
            if let Some(user) = &user {
                request().user(user);
            }
            bench.handle.log(&LogEvent {
                time: bench.handle.now(),
                level: Level::Debug,
                target: &target,
                message: &message,
                fields: &fields,
                recording: inside.then_some(&*recording),
            });
        });
        let lines = bench.lines();
        prop_assert_eq!(lines.len(), 1);
        let line = object(&lines[0]);
        prop_assert_eq!(&line["level"], "debug");
        prop_assert_eq!(&line["logger"], &target);
        prop_assert_eq!(&line["message"], &message);
        prop_assert!(!line.contains_key("event"), "it could be taken for a record");
        if let (true, Some(user)) = (inside, &user) {
            prop_assert_eq!(&line["user_id"], user);
        }
    }

    #[test]
    fn the_written_shares_sum_to_the_written_duration(
        steps in prop::collection::vec((0..6usize, 0..5_000_000_000u64), 0..20), status in 200..600u16,
    ) {
        let bench = Bench::new(Settings { calls: Calls::None, ..Settings::default() });
        let mut open = bench.open("GET", "/", None);
        for (step, nanos) in steps {
            let time = Duration::from_nanos(nanos);
            let kinds = [CallKind::Database, CallKind::External, CallKind::Cache, CallKind::Other];
            match kinds.get(step) {
                Some(kind) => open.poll(|| {
                    bench.clock.advance(time / 3);
                    bench.call(*kind, "GET", 0);
                    let other = start_call(Operation::cache("flags", "GET"), None);
                    bench.clock.advance(time);
                    other.completed();
                }),
                None if step == 4 => open.poll(|| bench.clock.advance(time)),
                None => bench.clock.advance(time),
            }
        }
        open.respond(status, None, false);
        bench.clock.advance(Duration::from_nanos(1_234_567_890));
        open.complete();
        let line = &bench.lines()[0];
        let shares = ["own_ms", "db_ms", "db_wait_ms", "external_ms", "cache_ms", "body_ms", "waiting_ms"];
        let sum: u64 = shares.iter().map(|name| micros(line, name)).sum();
        prop_assert_eq!(sum, micros(line, "duration_ms"));
        prop_assert!(sum > 0);
    }
}

/// A number of milliseconds as it is written, which no floating point has touched.
fn micros(line: &str, name: &str) -> u64 {
    let (_, value) = line.split_once(&format!("\"{name}\":")).unwrap();
    let value = value.split([',', '}']).next().unwrap();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    assert!(fraction.len() <= 3, "{value}");
    whole.parse::<u64>().unwrap() * 1000 + format!("{fraction:0<3}").parse::<u64>().unwrap()
}

#[test]
fn a_megabyte_of_anything_is_cut_to_one_line_that_is_not_lost() {
    for filling in ["x", "\0", "😀", "\u{2028}", "\""] {
        let huge = filling.repeat((1 << 20) / filling.len());
        for format in [Format::Structured, Format::Text] {
            let bench = Bench::new(Settings { format, ..Settings::default() });
            let fields = [(huge.as_str(), FieldValue::from(1)), ("huge", huge.as_str().into()), ("small", 7.into())];
            bench.handle.log(&LogEvent {
                time: bench.handle.now(),
                level: Level::Info,
                target: &huge,
                message: &huge,
                fields: &fields,
                recording: None,
            });
            let lines = bench.lines();
            assert_eq!(lines.len(), 1);
            assert!(lines[0].len() < 1 << 20, "{}", lines[0].len());
            let dropped = bench.handle.exporters().flat_map(|exporter| exporter.dropped());
            assert_eq!(dropped.filter(|(_, count)| *count > 0).collect::<Vec<_>>(), [("line_cut", 1)]);
            if format == Format::Structured {
                let line = object(&lines[0]);
                assert!(line["message"].as_str().unwrap().ends_with('…'));
            }
        }
    }
}

#[test]
fn metadata_that_has_no_room_is_left_out_and_the_record_is_kept() {
    let mut limits = Limits::default();
    limits.metadata_bytes = usize::MAX;
    let settings = Settings { calls: Calls::None, ..Settings::default() };
    let bench = Bench::build(&Service::default(), settings, |builder| builder.limits(limits));
    bench.request("/", 200, || {
        request().metadata("huge", "x".repeat(1 << 20)).metadata("small", 1);
    });
    bench.request("/", 200, || {
        request().metadata("huge", "x".repeat(1 << 20));
    });
    let lines = bench.lines();
    assert_eq!(object(&lines[0])["metadata"], serde_json::json!({ "small": 1 }));
    assert_eq!(object(&lines[1])["metadata"], serde_json::json!({}));
}
