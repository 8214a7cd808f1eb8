//! Records of the log, as a strict receiver reads them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use proptest::prelude::*;
use serde_json::{Map, Value};
use tachograph_core::testing::Instance;
use tachograph_core::{
    Exporter, FieldValue, FindingKind, Level, LogEvent, ManualClock, OpenRequest, Operation, PoolName, Record,
    Recording, RequestHead, Scheme, Scope, SequentialIds, Service, request, start_call, start_connection_wait_for,
    trace,
};
use tachograph_delivery::{SendError, Sink};
use tachograph_json::Json;

use crate::decoded::{attributes, log_record, text, wide_line};
use crate::frame::MOST_BYTES;
use crate::settings::Limits;

fn said<'a>(message: &'a str, fields: &'a [(&'a str, FieldValue)], recording: Option<&'a Recording>) -> LogEvent<'a> {
    let time = UNIX_EPOCH + Duration::from_nanos(1_767_225_600_000_000_001);
    LogEvent { time, level: Level::Warning, target: "shop::orders", message, fields, recording }
}

fn event(event: LogEvent<'_>, user_id: Option<&str>) -> LogRecord {
    log_record(|frame| super::event(&event, user_id, &Limits::default(), frame))
}

fn body(record: &LogRecord) -> String {
    text(record.body.as_ref().unwrap())
}

#[test]
fn a_line_of_the_application() {
    let fields =
        [("order_id", FieldValue::from(7)), ("logger", FieldValue::from("x")), ("order_id", FieldValue::from(8))];
    let record = event(said("no stock", &fields, None), None);
    assert_eq!(record.time_unix_nano, 1_767_225_600_000_000_001);
    assert_eq!(record.observed_time_unix_nano, record.time_unix_nano);
    assert_eq!((record.severity_number, record.severity_text.as_str()), (13, "warning"));
    assert_eq!((body(&record).as_str(), record.event_name.as_str()), ("\"no stock\"", ""));
    assert_eq!((record.trace_id.len(), record.span_id.len(), record.flags), (0, 0, 0));
    let expected = [("logger", "\"shop::orders\""), ("logger_", "\"x\""), ("order_id", "8")];
    assert_eq!(attributes(&record.attributes), expected.map(|(name, value)| (name, value.to_owned())).into());
}

#[test]
fn what_is_no_number_is_a_text_as_in_json() {
    let fields =
        [("a", FieldValue::from(f64::NAN)), ("b", FieldValue::from(f64::INFINITY)), ("c", FieldValue::from(0.5))];
    let record = event(said("", &fields, None), None);
    let attributes = attributes(&record.attributes);
    assert_eq!(["a", "b", "c"].map(|name| attributes[name].as_str()), ["\"NaN\"", "\"inf\"", "0.5"]);
}

#[test]
fn each_level_has_its_number() {
    let number = |level| event(LogEvent { level, ..said("", &[], None) }, None).severity_number;
    let levels = [Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];
    assert_eq!(levels.map(number), [5, 9, 13, 17, 21]);
}

#[test]
fn a_line_is_found_by_its_request() {
    let instance = Instance::build(|builder| builder.ids(SequentialIds::default()));
    let traceparent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03".as_slice();
    let head = RequestHead {
        request_id: Some(b"caller-1"),
        trace: trace::extract([traceparent], [], []),
        ..RequestHead::default()
    };
    let open = OpenRequest::open(instance.handle(), head).unwrap();
    let fields = [("user_id", FieldValue::from("other"))];
    let record = event(said("", &fields, Some(open.recording())), Some("u-17"));
    assert_eq!(record.trace_id, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes());
    assert_eq!((&record.span_id[..], record.flags), (&1_u64.to_be_bytes()[..], 3));
    assert_eq!(body(&record), "\"\"", "no text is a text, too");
    let expected = [
        ("logger", "\"shop::orders\""),
        ("request_id", "\"caller-1\""),
        ("user_id", "\"u-17\""),
        ("user_id_", "\"other\""),
    ];
    assert_eq!(attributes(&record.attributes), expected.map(|(name, value)| (name, value.to_owned())).into());
}

#[test]
fn the_wide_line_says_what_the_json_line_says() {
    let clock = ManualClock::new();
    let instance = Instance::build(|builder| builder.clock(clock.clone()).ids(SequentialIds::default()));
    let head = RequestHead { method: "GET", path: "/a/7", route: Some("/a/{id}"), ..RequestHead::default() };
    let mut open = OpenRequest::open(instance.handle(), head).unwrap();
    open.poll(|| {
        clock.advance(Duration::from_micros(1_500));
        request().user("u-17").action("look").field("beta", true).error(&std::io::Error::other("no"));
        request().metadata("cart", serde_json::json!({"items": [1]}));
    });
    open.respond(404, Some(0), false);
    open.complete();
    let record = wide_line(&instance.take().remove(0));
    assert_eq!((record.severity_number, record.event_name.as_str()), (13, "tachograph.request"));
    assert_eq!((body(&record).as_str(), record.flags), ("\"GET /a/{id} 404 1.5 ms\"", 1));
    let expected = [
        ("action", "\"look\""),
        ("beta", "true"),
        ("body_ms", "0.0"),
        ("cache_hits", "0"),
        ("cache_misses", "0"),
        ("cache_ms", "0.0"),
        ("db_ms", "0.0"),
        ("db_queries", "0"),
        ("db_wait_ms", "0.0"),
        ("duration_ms", "1.5"),
        ("error_message", "\"no\""),
        ("error_type", "\"std::io::error::Error\""),
        ("event", "\"request\""),
        ("external_calls", "0"),
        ("external_ms", "0.0"),
        ("findings", "0"),
        ("first_byte_ms", "1.5"),
        ("logger", "\"tachograph.request\""),
        ("metadata", r#"{"cart": "\"{\\\"items\\\":[1]}\""}"#),
        ("method", "\"GET\""),
        ("outcome", "\"completed\""),
        ("own_ms", "1.5"),
        ("path", "\"/a/7\""),
        ("request_id", "\"00000000-0000-4000-8000-000000000001\""),
        ("response_bytes", "0"),
        ("route", "\"/a/{id}\""),
        ("status_code", "404"),
        ("streaming", "false"),
        ("user_id", "\"u-17\""),
        ("verdict", "\"100% own code\""),
        ("waiting_ms", "0.0"),
    ];
    assert_eq!(attributes(&record.attributes), expected.map(|(name, value)| (name, value.to_owned())).into());
}

#[test]
fn a_message_of_20_megabytes_is_cut_and_counted() {
    let huge = "ü".repeat(10 << 20);
    let fields = [("huge", FieldValue::from(huge.as_str())), (huge.as_str(), FieldValue::from(1))];
    let mut frame = Vec::new();
    assert!(
        super::event(&said(&huge, &fields, None), None, &Limits::default(), &mut frame),
        "it is said that it was cut"
    );
    assert!(frame.len() <= MOST_BYTES);
    let record = event(said(&huge, &fields, None), None);
    assert!(body(&record).ends_with("ü…\""));
    assert!(attributes(&record.attributes)["huge"].ends_with("ü…\""));
    assert_eq!(record.dropped_attributes_count, 1);
}

proptest! {
    #[test]
    fn any_line_is_valid(
        message: String, target: String, user: Option<String>, fields: Vec<(String, String)>,
        in_request: bool
    ) {
        let instance = Instance::build(|builder| builder);
        let open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let fields: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), FieldValue::from(text))).collect();
        let recording = in_request.then_some(&**open.recording());
        let record = event(LogEvent { target: &target, ..said(&message, &fields, recording) }, user.as_deref());
        prop_assert_eq!(body(&record), format!("{message:?}"));
        prop_assert_eq!(record.dropped_attributes_count > 0, fields.iter().any(|(name, _)| name.is_empty()));
    }
}

/// What an exporter of JSON writes of a record: its wide line, and a line for each finding.
fn json_lines(record: &Record) -> Vec<Map<String, Value>> {
    #[derive(Clone, Default)]
    struct Collected(Arc<Mutex<Vec<u8>>>);
    impl Sink for Collected {
        fn describe(&self) -> String {
            "collected".to_owned()
        }
        fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
            self.0.lock().unwrap().extend_from_slice(batch);
            Ok(())
        }
    }
    let collected = Collected::default();
    let settings = tachograph_json::Settings { calls: tachograph_json::Calls::None, ..Default::default() };
    let json = Json::with_sink(&Service::new("api"), settings, Box::new(collected.clone())).unwrap();
    json.record(record);
    assert!(json.flush(Duration::from_secs(60)));
    let lines = collected.0.lock().unwrap();
    let lines = serde_json::Deserializer::from_slice(&lines).into_iter();
    lines.map(Result::unwrap).collect()
}

/// That a log record has what the JSON line has, and nothing else.
fn say_the_same(log: &LogRecord, mut json: Map<String, Value>) {
    assert_eq!(body(log), format!("{:?}", json["message"].as_str().unwrap()));
    assert_eq!(
        (&*log.severity_text, &*log.event_name),
        (json["level"].as_str().unwrap(), json["logger"].as_str().unwrap())
    );
    for elsewhere in ["timestamp", "message", "level", "service", "trace_id", "span_id"] {
        assert!(json.remove(elsewhere).is_some(), "{elsewhere}");
    }
    let told = attributes(&log.attributes);
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), json.keys().collect::<Vec<_>>());
    for (name, value) in &json {
        match value {
            Value::String(text) => assert_eq!(told[name.as_str()], format!("{text:?}")),
            Value::Number(number) => assert_eq!(told[name.as_str()].parse::<f64>().ok(), number.as_f64(), "{name}"),
            other => assert_eq!(told[name.as_str()], other.to_string()),
        }
    }
}

/// That the wide line and the line of each finding do.
fn all_say_the_same(record: &Record) {
    let mut json = json_lines(record).into_iter();
    say_the_same(&wide_line(record), json.next().unwrap());
    for finding in record.findings() {
        let line = log_record(|frame| super::finding(record, finding, &Limits::default(), frame));
        say_the_same(&line, json.next().unwrap());
    }
    assert_eq!(json.next(), None);
}

#[test]
fn findings_of_every_kind_say_what_their_json_lines_say() {
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    let head = RequestHead { method: "GET", path: "/a/7", route: Some("/a/{id}"), ..RequestHead::default() };
    let mut open = OpenRequest::open(instance.handle(), head).unwrap();
    open.poll(|| clock.advance(Duration::from_millis(200)));
    open.pause();
    let recording = open.recording().clone();
    let scope = Scope::enter(Some(recording.clone()));
    let call = |operation, millis| {
        let call = start_call(operation, None);
        clock.advance(Duration::from_millis(millis));
        call.completed();
    };
    let database = |sql: &str, millis| call(Operation::database("sqlite", "main", sql), millis);
    for pool in ["", "experiments"] {
        let wait = start_connection_wait_for(PoolName::new(pool));
        clock.advance(Duration::from_millis(110));
        drop(wait);
    }
    (0..11).for_each(|id| database(&format!("SELECT a FROM many WHERE id = {id}"), 1));
    (0..10).for_each(|_| database("SELECT \"\u{1b}[31m\" FROM same", 1));
    database("", 600);
    (0..10).for_each(|_| call(Operation::http(Scheme::Https, "partner.example", "GET"), 150));
    call(Operation::external("stripe", "charge \n\t a card"), 1_200);
    (0..10).for_each(|_| _ = request().cache_miss("flags"));
    recording.start_span("lock the \0 ledger", None);
    clock.advance(Duration::from_millis(9_000));
    drop(scope);
    open.respond(200, Some(400_000), false);
    clock.advance(Duration::from_millis(20));
    open.sent(400_000);
    open.complete();
    let large = instance.take().remove(0);
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.respond(200, Some(3), false);
    clock.advance(Duration::from_millis(1_500));
    open.sent(3);
    open.complete();
    let slow = instance.take().remove(0);
    let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    open.pause();
    let scope = Scope::enter(Some(open.recording().clone()));
    ["SELECT a FROM first", "SELECT b FROM second"].into_iter().for_each(|sql| database(sql, 110));
    drop(scope);
    open.complete();
    let sequential = instance.take().remove(0);
    let records = [&large, &slow, &sequential];
    records.into_iter().for_each(all_say_the_same);
    let found: Vec<_> = records.into_iter().flat_map(Record::findings).map(|finding| finding.kind()).collect();
    for kind in FindingKind::ALL {
        assert!(found.contains(&kind), "{kind} is none of {found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn both_kinds_of_wide_lines_say_the_same(
        texts in prop::array::uniform6("\\PC{1,20}"),
        status in prop::option::of(100..600_u16),
        micros in prop::array::uniform4(0..10_000_000_u64),
        task: bool,
    ) {
        let clock = ManualClock::new();
        let instance = Instance::build(|builder| builder.clock(clock.clone()));
        let advance = |at: usize| clock.advance(Duration::from_micros(micros[at]));
        let [path, user, action, field, error, sql] = &texts;
        let work = || {
            advance(0);
            let call = start_call(Operation::database("sqlite", "main", sql), None);
            advance(1);
            call.failed("busy");
            request().cache_hit("flags").user(user).action(action).field("own_field", field.as_str());
            request().field("ratio", 0.1).field("count", -7).error(&std::io::Error::other(error.clone()));
        };
        if task {
            let mut future = std::pin::pin!(instance.handle().task(path, async { work() }));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            prop_assert!(future.as_mut().poll(&mut context).is_ready());
        } else {
            let head = RequestHead { method: "GET", path, route: Some(path), ..RequestHead::default() };
            let mut open = OpenRequest::open(instance.handle(), head).unwrap();
            open.poll(work);
            advance(2);
            if let Some(status) = status {
                open.respond(status, None, false);
                advance(3);
            }
        }
        all_say_the_same(&instance.take().remove(0));
    }
}
