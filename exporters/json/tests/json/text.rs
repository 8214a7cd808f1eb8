//! The text format.

use proptest::prelude::*;
use tachograph_core::{FieldValue, Level, LogEvent, request};
use tachograph_json::{Calls, Format, Settings};

use crate::bench::Bench;

fn bench() -> Bench {
    Bench::new(Settings { format: Format::Text, calls: Calls::All, ..Settings::default() })
}

#[test]
fn a_request_is_five_words() {
    let bench = bench();
    let mut open = bench.open("GET", "/experiments/7", Some("/experiments/{id}"));
    open.poll(|| {
        request().field("plan", "pro");
        bench.advance(12_345);
    });
    open.respond(200, Some(0), false);
    open.complete();
    bench.open("GET", "/no such/place\n[profiler]", None).respond(404, Some(0), false);
    drop(bench.open("GET", "", None));
    drop(bench.handle.task("nightly rollup", async {}));
    let task = bench.handle.task("nightly rollup", async {});
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(task).poll(&mut context).is_ready());
    let expected = [
        "[profiler] GET /experiments/{id} 12.35 200",
        "[profiler] GET /no%20such/place%0A[profiler] 0.00 404",
        "[profiler] GET - 0.00 -",
        "[profiler] TASK nightly%20rollup 0.00 -",
    ];
    assert_eq!(bench.lines(), expected);
}

#[test]
fn an_application_line_begins_with_its_logger_and_level() {
    let bench = bench();
    let mut open = bench.open("GET", "/", None);
    let recording = open.recording().clone();
    let fields = [
        ("order_id", FieldValue::from(7)),
        ("note", FieldValue::from("two words")),
        ("plan", FieldValue::from("pro")),
        ("empty", FieldValue::from("")),
        ("level", FieldValue::from(0.5)),
    ];
    let mut event = LogEvent {
        time: bench.handle.now(),
        level: Level::Info,
        target: "shop::orders",
        message: "placed\n[profiler] GET / 1.00 200",
        fields: &fields,
        recording: Some(&recording),
    };
    open.poll(|| bench.handle.log(&event));
    event = LogEvent { target: "profiler", message: "no stock left", fields: &[], recording: None, ..event };
    bench.handle.log(&event);
    let expected = [
        r#"[shop::orders] info placed\n[profiler] GET / 1.00 200 order_id=7 note="two words" plan=pro empty="" level_=0.5 request_id=00000000-0000-4000-8000-000000000001"#,
        "[profiler_] info no stock left",
    ];
    assert_eq!(bench.lines(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_request_is_five_words_on_one_line(
        method: String, path: String, route: Option<String>, status in prop::option::of(100..600u16),
    ) {
        let bench = bench();
        let mut open = bench.open(&method, &path, route.as_deref());
        if let Some(status) = status {
            open.respond(status, Some(0), false);
        }
        drop(open);
        let lines = bench.lines();
        prop_assert_eq!(lines.len(), 1);
        prop_assert!(!lines[0].contains(char::is_control));
        let words: Vec<&str> = lines[0].split(' ').collect();
        prop_assert_eq!(words.len(), 5);
        prop_assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), words.clone());
        prop_assert_eq!((words[0], words[3]), ("[profiler]", "0.00"));
        prop_assert_eq!(words[4].to_owned(), status.map_or("-".to_owned(), |status| status.to_string()));
    }

    #[test]
    fn no_application_line_is_taken_for_a_request(target: String, message: String, name: String, text: String) {
        let bench = bench();
        let fields = [(name.as_str(), FieldValue::from(text))];
        let event = LogEvent {
            time: bench.handle.now(),
            level: Level::Info,
            target: &target,
            message: &message,
            fields: &fields,
            recording: None,
        };
        bench.handle.log(&event);
        let lines = bench.lines();
        prop_assert_eq!(lines.len(), 1);
        prop_assert!(!lines[0].starts_with("[profiler] "));
        prop_assert!(!lines[0].contains(char::is_control));
    }
}

#[test]
fn lines_say_their_time_to_a_sink_that_has_to_know_it() {
    let bench = Bench::new(Settings { format: Format::Text, text_times: true, ..Settings::default() });
    bench.open("GET", "/", Some("/")).respond(200, Some(0), false);
    let event = LogEvent {
        time: std::time::UNIX_EPOCH + std::time::Duration::from_millis(1500),
        level: Level::Info,
        target: "shop",
        message: "open",
        fields: &[],
        recording: None,
    };
    bench.handle.log(&event);
    let now = bench.handle.now();
    let lines = bench.lines();
    assert!(lines[0].ends_with("Z [profiler] GET / 0.00 200"), "{}", lines[0]);
    assert_eq!(lines[1], "1970-01-01T00:00:01.500Z [shop] info open");
    let since_epoch = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let told = tachograph_json::time_of(lines[0].as_bytes()).map(since_epoch);
    assert_eq!(told, Some(since_epoch(now)));
}
