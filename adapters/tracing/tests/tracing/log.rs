//! The application's events.

use std::fmt;

use tachograph_core::testing::{self, LogLine};
use tachograph_core::{FieldValue, Handle, Level};
use tachograph_tracing::Builder;
use tracing::subscriber::with_default;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::{info, instance};

/// What `act` logs outside any request.
fn lines(log: Targets, act: impl FnOnce(&Handle)) -> Vec<LogLine> {
    let instance = testing::instance();
    let layer = Builder::new(instance.handle()).log(log).layer();
    with_default(tracing_subscriber::registry().with(layer), || act(instance.handle()));
    instance.log()
}

fn field<'a>(line: &'a LogLine, name: &str) -> Option<&'a FieldValue> {
    line.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_has_the_id_of_its_request() {
    let instance = instance();
    let (id, _) = instance
        .record(async {
            tracing::info!("here");
            tokio::spawn(tracing::Instrument::in_current_span(async { tracing::warn!("there") })).await.unwrap();
            tachograph_core::request().recording().unwrap().identity().request_id().to_string()
        })
        .await;
    let lines: Vec<_> = instance.log().into_iter().map(|line| (line.level, line.message, line.request_id)).collect();
    assert_eq!(lines, [(Level::Info, "here".into(), Some(id.clone())), (Level::Warning, "there".into(), Some(id))]);
}

#[test]
fn fields_keep_their_types_and_names() {
    let lines = lines(info(), |_| {
        tracing::error!(
            target: "my_app::orders",
            count_i = -1_i64, count_u = 2_u64, big = u64::MAX, huge = u128::MAX, ratio = 0.5, ok = true, text = "a",
            debug = ?Some(1), display = %"d", error = &fmt::Error as &dyn std::error::Error, r#type = "t",
            level = "reserved", status_code = 404,
            "order {}", 7
        );
        tracing::info!(only = 1);
    });
    let [line, second] = &lines[..] else { panic!("two lines: {lines:?}") };
    assert_eq!((line.level, &*line.target, &*line.message), (Level::Error, "my_app::orders", "order 7"));
    assert_eq!(line.request_id, None);
    let expected: [(&str, FieldValue); 13] = [
        ("count_i", (-1).into()),
        ("count_u", 2.into()),
        ("big", "18446744073709551615".into()),
        ("huge", "340282366920938463463374607431768211455".into()),
        ("ratio", 0.5.into()),
        ("ok", true.into()),
        ("text", "a".into()),
        ("debug", "Some(1)".into()),
        ("display", "d".into()),
        ("error", "an error occurred when formatting an argument".into()),
        ("type", "t".into()),
        ("level", "reserved".into()),
        ("status_code", 404.into()),
    ];
    let fields: Vec<_> = line.fields.iter().map(|(name, value)| (&**name, value.clone())).collect();
    assert_eq!(fields, expected);
    assert_eq!((&*second.message, second.fields.len()), ("", 1));
}

#[test]
fn what_is_too_long_is_cut_and_counted() {
    let long = "ä".repeat(500_000);
    let lines = lines(info(), |handle| {
        tracing::info!(text = long, debug = ?long, "{long}");
        assert_eq!(handle.counters().texts_cut, 3);
    });
    assert_eq!(lines[0].message, "ä".repeat(512));
    assert_eq!(field(&lines[0], "text"), Some(&"ä".repeat(512).into()));
}

#[test]
fn a_field_that_panics_is_alone_in_that() {
    struct Broken;
    impl fmt::Debug for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("so far")?;
            panic!("on purpose")
        }
    }
    let lines = lines(info(), |_| tracing::info!(broken = ?Broken, after = 1, "message"));
    assert_eq!(lines[0].message, "message");
    assert_eq!(field(&lines[0], "broken"), Some(&"so far".into()));
    assert_eq!(field(&lines[0], "after"), Some(&1.into()));
}

#[test]
fn only_what_is_asked_for_is_logged() {
    let log = Targets::new().with_target("my_app", tracing::Level::DEBUG).with_default(tracing::Level::WARN);
    let lines = lines(log, |_| {
        tracing::debug!(target: "my_app", "a");
        tracing::trace!(target: "my_app", "b");
        tracing::info!(target: "other", "c");
        tracing::warn!(target: "other", "d");
        tracing::error!(target: "tachograph", "e");
        tracing::error!(target: "tachograph::page", "f");
        tracing::error!(target: "tachograph_experiments", "g");
    });
    let messages: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(messages, ["a", "d", "g"]);
}

#[test]
fn a_record_of_the_log_crate_keeps_its_target() {
    let lines = lines(info(), |_| {
        tracing::info!(
            target: "log", { "log.target" = "their::module", "log.module_path" = "their::module", "log.file" = "lib.rs",
            "log.line" = 7_u64 }, "message"
        );
    });
    assert_eq!((&*lines[0].target, &*lines[0].message), ("their::module", "message"));
    assert_eq!(lines[0].fields, []);
}
