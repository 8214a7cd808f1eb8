//! Whole lines, letter by letter.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde_json::Value;
use tachograph_core::{
    CallKind, CallOutcome, Callsite, Capture, FieldValue, Level, LogEvent, OpenRequest, Operation, RequestHead, Yield,
};
use tachograph_core::{Service, is_reserved, request, start_call, start_connection_wait, trace};
use tachograph_json::{Calls, Settings};

use crate::bench::{Bench, service};

fn without_calls() -> Bench {
    Bench::new(Settings { calls: Calls::None, ..Settings::default() })
}

#[derive(Debug)]
struct StoreError(Option<Box<StoreError>>, &'static str);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|source| source as _)
    }
}

#[test]
fn a_request_with_everything() {
    let bench = without_calls();
    let head = RequestHead {
        method: "POST",
        path: "/experiments/7",
        route: Some("/experiments/{id}"),
        request_id: Some(b"caller-1"),
        trace: trace::extract([b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".as_slice()], [], []),
        body_bytes: Some(52),
        ..RequestHead::default()
    };
    let mut open = OpenRequest::open(&bench.handle, head).unwrap();
    open.poll(|| {
        bench.advance(1_500);
        let wait = start_connection_wait();
        bench.advance(250);
        drop(wait);
        let mut call =
            start_call(Operation::database("sqlite", "main", "SELECT * FROM experiments WHERE id = 7"), None);
        call.brought(Yield::Rows(3));
        bench.advance(2_000);
        call.completed();
        let call = start_call(Operation::database("sqlite", "main", "SELECT * FROM experiments WHERE id = 8"), None);
        bench.advance(1_000);
        call.failed("timeout");
        bench.call(CallKind::External, "GET", 4_005);
        request().cache_hit("flags").cache_miss("flags").cache_miss("flags");
        bench.call(CallKind::Cache, "GET", 75);
        start_call(Operation::cache("flags", "GET"), None).failed("io");
        let error =
            StoreError(Some(Box::new(StoreError(Some(Box::new(StoreError(None, "full"))), "disk"))), "not stored");
        request()
            .user("u-17")
            .action("experiment.create")
            .field("experiment_id", 7)
            .field("plan", "\"pro\"")
            .field("ratio", 0.25)
            .field("beta", true)
            .metadata("cart", serde_json::json!({"items": [1, 2]}))
            .metadata("note", "two\nlines")
            .error(&error);
    });
    bench.advance(1_000);
    open.respond(503, Some(11), false);
    bench.advance(2_000);
    open.sent(11);
    open.complete();
    let expected = concat!(
        r#"{"timestamp":"2026-01-01T00:00:00.011Z","level":"error","logger":"tachograph.request","#,
        r#""message":"POST /experiments/{id} 503 11.83 ms","event":"request","#,
        r#""service":"experiments-api","version":"1.4.2","environment":"production","#,
        r#""request_id":"caller-1","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"0000000000000001","#,
        r#""user_id":"u-17","action":"experiment.create","#,
        r#""method":"POST","route":"/experiments/{id}","path":"/experiments/7","status_code":503,"outcome":"completed","#,
        r#""error_type":"json::golden::StoreError","error_message":"not stored","error_chain":"disk: full","#,
        r#""duration_ms":11.83,"first_byte_ms":9.83,"request_bytes":52,"response_bytes":11,"streaming":false,"#,
        r#""db_queries":2,"db_ms":3,"db_total_ms":3,"db_wait_ms":0.25,"db_rows":3,"db_errors":1,"db_slowest_ms":2,"#,
        r#""db_repeats":2,"external_calls":1,"external_ms":4.005,"external_total_ms":4.005,"external_errors":0,"#,
        r#""cache_hits":1,"cache_misses":2,"cache_ms":0.075,"cache_errors":1,"own_ms":1.5,"body_ms":2,"waiting_ms":1,"#,
        r#""findings":0,"verdict":"34% external calls: GET partner:8080; 25% database: 2 x SELECT experiments; "#,
        r#"17% sending the body; failed: SELECT experiments (timeout); failed: GET flags (io)","#,
        r#""experiment_id":7,"plan":"\"pro\"","ratio":0.25,"beta":true,"#,
        r#""metadata":{"cart":{"items":[1,2]},"note":"two\nlines"}}"#,
    );
    assert_eq!(bench.lines(), [expected]);
}

#[test]
fn a_request_with_nothing() {
    let bench = Bench::build(&Service::new("api"), Settings { calls: Calls::None, ..Settings::default() }, |b| b);
    let mut open = bench.open("GET", "/", None);
    open.respond(200, Some(0), false);
    open.complete();
    let expected = concat!(
        r#"{"timestamp":"2026-01-01T00:00:00.000Z","level":"info","logger":"tachograph.request","#,
        r#""message":"GET / 200 0 ms","event":"request","service":"api","#,
        r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
        r#""span_id":"0000000000000001","method":"GET","path":"/","status_code":200,"outcome":"completed","#,
        r#""duration_ms":0,"first_byte_ms":0,"response_bytes":0,"streaming":false,"db_queries":0,"db_ms":0,"#,
        r#""db_wait_ms":0,"external_calls":0,"external_ms":0,"cache_hits":0,"cache_misses":0,"cache_ms":0,"#,
        r#""own_ms":0,"body_ms":0,"waiting_ms":0,"findings":0}"#,
    );
    assert_eq!(bench.lines(), [expected]);
}

#[test]
fn a_client_that_left_before_the_answer_has_no_status() {
    let bench = without_calls();
    drop(bench.open("GET", "/slow", Some("/slow")));
    let line: Value = serde_json::from_str(&bench.lines()[0]).unwrap();
    assert_eq!(line["outcome"], "client_disconnected");
    assert_eq!(line["error_type"], "client_disconnected");
    assert_eq!(line["message"], "GET /slow client_disconnected 0 ms");
    assert!(line.get("status_code").is_none() && line.get("first_byte_ms").is_none());
}

#[test]
fn a_client_that_left_in_the_body_shows_in_the_message() {
    let bench = without_calls();
    let mut open = bench.open("GET", "/export", Some("/export"));
    open.respond(200, None, false);
    drop(open);
    let line: Value = serde_json::from_str(&bench.lines()[0]).unwrap();
    assert_eq!(
        (&line["status_code"], &line["message"]),
        (&200.into(), &"GET /export 200 client_disconnected 0 ms".into())
    );
}

#[test]
fn errors_that_nobody_can_know_of_are_no_measured_zero() {
    let bench = without_calls();
    let query = || Operation::database("sqlite", "sqlx", "SELECT 1");
    let get = || Operation::rpc("aws-api", "DynamoDB", "GetItem", None);
    for outcome in [CallOutcome::Unknown, CallOutcome::Completed] {
        let open = bench.open("GET", "/", None);
        open.recording().report_call(query(), Duration::ZERO, outcome, Yield::Rows(1));
        open.recording().report_call(get(), Duration::ZERO, outcome, Yield::Unknown);
        drop(open);
    }
    let lines: Vec<Value> = bench.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["db_queries"], lines[0].get("db_errors")), (&1.into(), None));
    assert_eq!((&lines[0]["external_calls"], lines[0].get("external_errors")), (&1.into(), None));
    assert_eq!((&lines[1]["db_errors"], &lines[1]["external_errors"]), (&0.into(), &0.into()));
}

#[test]
fn a_stream_says_so() {
    let bench = without_calls();
    let mut open = bench.open("GET", "/live", Some("/live"));
    open.respond(200, None, true);
    open.complete();
    assert!(bench.lines()[0].contains(r#","streaming":true,"#));
}

#[test]
fn a_task_has_a_name_and_nothing_of_a_request() {
    let bench = without_calls();
    let work = async {
        request().field("rows", 3);
        bench.advance(1_000);
    };
    block_on(bench.handle.task("rollup", work));
    let expected = concat!(
        r#"{"timestamp":"2026-01-01T00:00:00.001Z","level":"info","logger":"tachograph.task","#,
        r#""message":"rollup completed 1 ms","event":"task","#,
        r#""service":"experiments-api","version":"1.4.2","environment":"production","#,
        r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
        r#""span_id":"0000000000000001","name":"rollup","outcome":"completed","duration_ms":1,"#,
        r#""db_queries":0,"db_ms":0,"db_wait_ms":0,"external_calls":0,"external_ms":0,"cache_hits":0,"cache_misses":0,"#,
        r#""cache_ms":0,"own_ms":1,"body_ms":0,"waiting_ms":0,"findings":0,"rows":3}"#,
    );
    assert_eq!(bench.lines(), [expected]);
}

#[test]
fn every_name_of_ours_is_refused_as_a_field() {
    let bench = Bench::new(Settings { calls: Calls::All, ..Settings::default() });
    bench.request("/", 503, || {
        request().user("u").action("a").metadata("m", 1).error(&StoreError(Some(Box::new(StoreError(None, "b"))), "a"));
        bench.call(CallKind::Database, "SELECT 1", 1);
        bench.call(CallKind::External, "GET", 1);
    });
    block_on(bench.handle.task("rollup", async {}));
    for line in bench.lines() {
        let line: serde_json::Map<String, Value> = serde_json::from_str(&line).unwrap();
        assert_eq!(line.keys().filter(|name| !is_reserved(name)).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}

#[test]
fn calls_are_taken_together_by_statement_and_place() {
    let bench = Bench::new(Settings { calls: Calls::All, ..Settings::default() });
    let callsite = Callsite::caller();
    bench.request("/experiments", 200, || {
        for id in 1..=3 {
            let sql = format!("SELECT * FROM variants WHERE experiment_id = {id}");
            let call = start_call(Operation::database("sqlite", "experiments", &sql), Some(callsite));
            bench.advance(id * 500);
            if id == 2 { call.failed("busy") } else { call.completed() }
        }
        bench.call(CallKind::External, "GET", 20);
    });
    let calls = [
        format!(
            concat!(
                r#"{{"timestamp":"2026-01-01T00:00:00.003Z","level":"warning","logger":"tachograph.call","#,
                r#""message":"SELECT variants 3 times 3 ms","event":"call","#,
                r#""service":"experiments-api","version":"1.4.2","environment":"production","#,
                r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
                r#""span_id":"0000000000000001","method":"GET","route":"/experiments","kind":"database","#,
                r#""target":"experiments","summary":"SELECT variants","#,
                r#""statement":"SELECT * FROM variants WHERE experiment_id = ?","callsite":"{callsite}","#,
                r#""count":3,"errors":1,"error_type":"busy","total_ms":3,"slowest_ms":1.5}}"#,
            ),
            callsite = callsite.to_string().replace('\\', r"\\"),
        ),
        concat!(
            r#"{"timestamp":"2026-01-01T00:00:00.003Z","level":"info","logger":"tachograph.call","#,
            r#""message":"GET 1 time 0.02 ms","event":"call","#,
            r#""service":"experiments-api","version":"1.4.2","environment":"production","#,
            r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
            r#""span_id":"0000000000000001","method":"GET","route":"/experiments","kind":"external","#,
            r#""target":"partner:8080","summary":"GET","count":1,"errors":0,"total_ms":0.02,"slowest_ms":0.02}"#,
        )
        .to_owned(),
    ];
    assert_eq!(bench.lines()[1..], calls);
}

#[test]
fn flagged_are_the_loud_the_slow_the_repetitive_and_those_with_a_failed_call() {
    let mut capture = Capture::default();
    capture.thresholds.slow_request = Duration::from_millis(10);
    let bench = Bench::build(&service(), Settings::default(), |builder| builder.capture(capture));
    let query = |micros| bench.call(CallKind::Database, "SELECT 1", micros);
    let calls_of = |path: &str| {
        let lines = bench.lines();
        let lines = lines.iter().filter(|line| line.contains(r#""event":"call""#));
        lines.filter(|line| line.contains(&format!(r#""route":"{path}""#))).count()
    };
    bench.request("/quiet", 200, || (0..4).for_each(|_| query(1)));
    bench.request("/client-error", 404, || query(1));
    bench.request("/slow", 200, || query(10_000));
    bench.request("/repetitive", 200, || (0..5).for_each(|_| query(1)));
    let mut stream = bench.open("GET", "/stream", Some("/stream"));
    stream.poll(|| query(20_000));
    stream.respond(200, None, true);
    stream.complete();
    bench.request("/partner-down", 200, || start_call(Operation::external("partner", "GET"), None).failed("connect"));
    let found = ["/quiet", "/client-error", "/slow", "/repetitive", "/stream", "/partner-down"].map(calls_of);
    assert_eq!(found, [0, 1, 1, 1, 0, 1]);
}

#[test]
fn application_lines_carry_the_ids_of_their_request() {
    let bench = without_calls();
    let fields = [
        ("order_id", FieldValue::from(7)),
        ("level", FieldValue::from("gold")),
        ("user_id", FieldValue::from("u-18")),
        ("order_id", FieldValue::from(8)),
    ];
    let mut event = LogEvent {
        time: bench.handle.now(),
        level: Level::Warning,
        target: "shop::orders",
        message: "no \"stock\"\nleft",
        fields: &fields,
        recording: None,
    };
    bench.handle.log(&event);
    let mut open = bench.open("GET", "/", None);
    let recording = open.recording().clone();
    event.recording = Some(&recording);
    open.poll(|| {
        bench.handle.log(&event);
        request().user("u-17");
        bench.handle.log(&event);
    });
    let begin = concat!(
        r#"{"timestamp":"2026-01-01T00:00:00.000Z","level":"warning","logger":"shop::orders","#,
        r#""message":"no \"stock\"\nleft","service":"experiments-api","version":"1.4.2","environment":"production","#,
    );
    let ids = concat!(
        r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
        r#""span_id":"0000000000000001","#,
    );
    let expected = [
        format!(r#"{begin}"level_":"gold","user_id":"u-18","order_id":8}}"#),
        format!(r#"{begin}{ids}"level_":"gold","user_id":"u-18","order_id":8}}"#),
        format!(r#"{begin}{ids}"user_id":"u-17","level_":"gold","user_id_":"u-18","order_id":8}}"#),
    ];
    assert_eq!(bench.lines(), expected);
}

#[test]
fn the_service_is_escaped_too() {
    let service = service().environment("\"staging\"\n");
    let bench = Bench::build(&service, Settings::default(), |builder| builder);
    bench.request("/", 200, || {});
    assert!(bench.lines()[0].contains(r#""environment":"\"staging\"\n","request_id""#));
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
