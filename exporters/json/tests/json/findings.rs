//! The lines of findings.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value};
use tachograph_core::{
    CallKind, Callsite, Capture, Exporter, FindingKind, Level, OpenRequest, Operation, PoolName, Record, is_reserved,
    request, start_call, start_connection_wait_for,
};
use tachograph_json::{Calls, Event, Filter, Format, Sample, Settings};

use crate::bench::{Bench, service};
use crate::strict::object;

fn settings() -> Settings {
    Settings { calls: Calls::None, ..Settings::default() }
}

fn found(bench: &Bench) -> Vec<Map<String, Value>> {
    let lines = bench.lines();
    lines
        .iter()
        .map(|line| object(line))
        .filter(|line| line.get("event").is_some_and(|event| event == "finding"))
        .collect()
}

fn kinds(lines: &[Map<String, Value>]) -> Vec<&str> {
    lines.iter().map(|line| line["finding"].as_str().unwrap()).collect()
}

/// One statement for each of so many rows, each of which takes so long, from one place.
fn rows(bench: &Bench, table: &str, count: u32, micros: u64) {
    (0..count).for_each(|id| bench.call(CallKind::Database, &format!("SELECT * FROM {table} WHERE id = {id}"), micros));
}

fn answered(mut open: OpenRequest) {
    open.respond(200, Some(0), false);
    open.complete();
}

/// Keeps what the lines were written of.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<Record>>>);

impl Exporter for Kept {
    fn name(&self) -> &str {
        "kept"
    }

    fn record(&self, record: &Record) {
        self.0.lock().unwrap().push(record.clone());
    }
}

#[test]
fn each_finding_has_a_line_behind_those_of_its_request_and_its_calls() {
    let kept = Kept::default();
    let bench = Bench::build(&service(), Settings::default(), |builder| builder.exporter(kept.clone()));
    let callsite = Callsite::caller();
    let mut open = bench.open("GET", "/orders/7", Some("/orders/{id}"));
    open.poll(|| {
        request().user("u-17");
        let query = |id| {
            let sql = format!("SELECT * FROM users WHERE id = {id}");
            start_call(Operation::database("sqlite", "shop", &sql), Some(callsite))
        };
        // Two at a time: what they cost is less than the sum.
        for id in 0..6 {
            let both = [query(id), query(100 + id)];
            bench.advance(10_050);
            both.into_iter().for_each(|call| call.completed());
        }
        for _ in 0..5 {
            let call = start_call(Operation::database("sqlite", "shop", "SELECT count(*) FROM flags"), Some(callsite));
            bench.advance(1_000);
            call.completed();
        }
    });
    answered(open);
    let lines = bench.lines();
    let record = kept.0.lock().unwrap()[0].clone();
    let wide = object(&lines[0]);
    assert_eq!((&wide["findings"], &wide["level"]), (&2.into(), &"warning".into()));
    assert_eq!(wide["verdict"], record.verdict().unwrap());
    assert!(
        lines[0].contains(&format!(r#","findings":2,"verdict":"{}"}}"#, record.verdict().unwrap())),
        "{}",
        lines[0]
    );

    let begin = |level: &str, message: &str| {
        format!(
            concat!(
                r#"{{"timestamp":"2026-01-01T00:00:00.065Z","level":"{level}","logger":"tachograph.finding","#,
                r#""message":"{message}","event":"finding","#,
                r#""service":"experiments-api","version":"1.4.2","environment":"production","#,
                r#""request_id":"00000000-0000-4000-8000-000000000001","trace_id":"00000000000000000000000000000001","#,
                r#""span_id":"0000000000000001","user_id":"u-17","method":"GET","route":"/orders/{{id}}","#,
            ),
            level = level,
            message = message,
        )
    };
    let (place, short) = (callsite.to_string(), format!("{}:{}", callsite.short_file(), callsite.line()));
    let [place, short] = [place, short].map(|text| text.replace('\\', r"\\"));
    let [many, once] = [FindingKind::NPlusOne, FindingKind::DuplicateQuery].map(FindingKind::hint);
    let expected = [
        begin("warning", &format!("N+1: 12 x SELECT users at {short}, 60.3 ms of the request; {many}"))
            + r#""finding":"n_plus_one","summary":"SELECT users","statement":"SELECT * FROM users WHERE id = ?","#
            + &format!(r#""target":"shop","callsite":"{place}","count":12,"limit":5,"distinct_parameters":12,"#)
            + &format!(r#""cost_ms":60.3,"total_ms":120.6,"slowest_ms":10.05,"hint":"{many}"}}"#),
        begin("info", &format!("duplicates: 5 x SELECT flags at {short}, 5 ms of the request; {once}"))
            + r#""finding":"duplicate_query","summary":"SELECT flags","statement":"SELECT count(*) FROM flags","#
            + &format!(r#""target":"shop","callsite":"{place}","count":5,"limit":5,"distinct_parameters":1,"#)
            + &format!(r#""cost_ms":5,"total_ms":5,"slowest_ms":1,"hint":"{once}"}}"#),
    ];
    assert_eq!(
        lines[1..].iter().map(|line| object(line)["event"].clone()).collect::<Vec<_>>(),
        ["call", "call", "finding", "finding"]
    );
    assert_eq!(lines[3..], expected);
}

/// Requests of which one kind of thing is found each, and what is said of it.
#[test]
fn each_kind_says_what_it_is_about() {
    let bench = Bench::new(settings());
    let said = |work: &dyn Fn(&mut OpenRequest)| {
        let mut open = bench.open("GET", "/", Some("/"));
        let before = bench.lines().len();
        work(&mut open);
        open.complete();
        let lines = bench.lines();
        let lines = lines[before..].iter().map(|line| object(line)).filter(|line| line["event"] == "finding");
        let said = lines.map(|line| {
            let message = line["message"].as_str().unwrap().to_owned();
            let (what, hint) = message.rsplit_once(&format!("; {}", line["hint"].as_str().unwrap())).unwrap();
            assert_eq!(hint, "");
            let others = ["span", "bytes", "saves_ms", "target"].into_iter().filter(|name| line.contains_key(*name));
            (line["finding"].as_str().unwrap().to_owned(), what.to_owned(), others.collect::<Vec<_>>().join(" "))
        });
        said.collect::<Vec<_>>()
    };
    let here = Callsite::caller();
    // What waits does not keep its thread.
    let wait = |open: &mut OpenRequest, operation: Arc<Operation>, path: &str, millis: u64| {
        let mut call = open.poll(|| start_call(operation, Some(here)));
        call.set_path(path);
        bench.advance(millis * 1000);
        open.poll(|| call.completed());
    };
    let query = |sql: &str| Operation::database("sqlite", "shop", sql);
    let get = || Operation::external("partner.example", "GET");
    let answer = |open: &mut OpenRequest| open.respond(200, Some(0), false);
    let place = format!("at {}:{}", here.short_file(), here.line());
    let expected = |kind: FindingKind, what: &str, others: &str| {
        (kind.as_str().to_owned(), what.replace("HERE", &place), others.to_owned())
    };

    let slow_query = said(&|open| {
        wait(open, query("SELECT * FROM users"), "", 600);
        answer(open);
    });
    assert_eq!(
        slow_query,
        [expected(FindingKind::SlowQuery, "slow query: SELECT users HERE, 600 ms of the request", "target")]
    );
    let slow_call = said(&|open| {
        wait(open, get(), "/", 1_200);
        answer(open);
    });
    assert_eq!(
        slow_call,
        [
            expected(FindingKind::SlowExternalCall, "slow: GET partner.example HERE, 1200 ms of the request", "target"),
            expected(FindingKind::SlowRequest, "slow, 1200 ms", ""),
        ]
    );
    let calls = said(&|open| {
        (0..10).for_each(|_| wait(open, get(), "/", 2));
        answer(open);
    });
    assert_eq!(
        calls,
        [expected(FindingKind::ExternalNPlusOne, "N+1: 10 x GET partner.example HERE, 20 ms of the request", "target")]
    );
    let sequential = said(&|open| {
        for table in ["users", "flags", "orders"] {
            wait(open, query(&format!("SELECT * FROM {table}")), "", 60);
        }
        answer(open);
    });
    let what = "one after the other: SELECT users, then SELECT flags, then SELECT orders HERE, 180 ms of the request, together 120 ms shorter";
    assert_eq!(sequential, [expected(FindingKind::SequentialCalls, what, "saves_ms target")]);
    let pool = said(&|open| {
        for _ in 0..2 {
            let waiting = open.poll(|| start_connection_wait_for(PoolName::new("main")));
            bench.advance(60_000);
            open.poll(|| drop(waiting));
        }
        answer(open);
    });
    assert_eq!(
        pool,
        [expected(FindingKind::ConnectionWait, "pool exhausted: 2 waits for main, 120 ms of the request", "target")]
    );
    let misses = said(&|open| {
        open.poll(|| (0..10).for_each(|_| _ = request().cache_miss("flags")));
        answer(open);
    });
    assert_eq!(
        misses,
        [expected(FindingKind::CacheMisses, "misses: 10 x lookup flags, 0 ms of the request", "target")]
    );
    let body = said(&|open| {
        open.respond(200, None, false);
        bench.advance(1_500_000);
        open.sent(400_000);
    });
    assert_eq!(
        body,
        [
            expected(FindingKind::LargeResponse, "large response: 400000 bytes, 1500 ms of the request", "bytes"),
            expected(FindingKind::SlowBody, "sent slowly: 400000 bytes, 1500 ms of the request", "bytes"),
            expected(FindingKind::SlowRequest, "slow, 1500 ms", ""),
        ]
    );
    let blocking = said(&|open| {
        open.poll(|| bench.advance(120_000));
        answer(open);
    });
    assert_eq!(blocking, [expected(FindingKind::Blocking, "blocks its thread, 120 ms of the request", "")]);
    let many = said(&|open| {
        (0..21).for_each(|table| wait(open, query(&format!("SELECT * FROM t{table}")), "", 0));
        answer(open);
    });
    assert_eq!(
        many,
        [expected(FindingKind::TooManyQueries, "over budget: 21 queries, 20 allowed, 0 ms of the request", "")]
    );
    let waiting = said(&|open| {
        let recording = open.recording().clone();
        open.poll(|| {});
        let span = recording.start_span("render \"all\"", None).unwrap();
        bench.advance(600_000);
        recording.end_span(span);
        answer(open);
    });
    assert_eq!(waiting, [expected(FindingKind::Waiting, "waiting in render \"all\", 600 ms of the request", "span")]);
    let nameless = said(&|open| {
        (0..5).for_each(|_| wait(open, query("(((;"), "", 1));
        answer(open);
    });
    assert_eq!(nameless[0].1, format!("duplicates: 5 x database {place}, 5 ms of the request"));
}

#[test]
fn a_task_has_lines_of_its_findings_and_a_stream_has_none() {
    let bench = Bench::new(settings());
    bench.task("rollup", || rows(&bench, "users", 6, 1_000));
    let mut stream = bench.open("GET", "/live", Some("/live"));
    stream.poll(|| rows(&bench, "users", 6, 1_000));
    stream.respond(200, None, true);
    stream.complete();
    let lines = found(&bench);
    assert_eq!(kinds(&lines), ["n_plus_one"]);
    assert_eq!((&lines[0]["name"], lines[0].get("method"), lines[0].get("route")), (&"rollup".into(), None, None));
    let wide =
        bench.lines().iter().map(|line| object(line)).filter(|line| line["event"] != "finding").collect::<Vec<_>>();
    assert_eq!((&wide[0]["findings"], wide[1].get("findings")), (&1.into(), None));
}

#[test]
fn how_loud_a_finding_is_depends_on_its_cost_and_on_the_route() {
    let mut capture = Capture::default();
    let mut strict = capture.thresholds.clone();
    strict.warning = Duration::from_millis(5);
    capture.routes.set("/strict", strict);
    let bench = Bench::build(&service(), settings(), |builder| builder.capture(capture));
    for (path, micros) in [("/usual", 9_999), ("/usual", 10_000), ("/strict", 999), ("/strict", 1_000)] {
        bench.request(path, 200, || rows(&bench, "users", 5, micros));
    }
    let lines = found(&bench);
    let levels: Vec<_> = lines.iter().map(|line| line["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["info", "warning", "info", "warning"]);
    let wide =
        bench.lines().iter().map(|line| object(line)).filter(|line| line["event"] == "request").collect::<Vec<_>>();
    assert_eq!(wide.iter().map(|line| line["level"].as_str().unwrap()).collect::<Vec<_>>(), levels);
}

#[test]
fn lines_of_findings_are_taken_by_their_event_their_level_and_their_logger() {
    let lines = |settings: Settings| {
        let bench = Bench::new(Settings { calls: Calls::All, ..settings });
        bench.request("/", 200, || {
            rows(&bench, "users", 5, 10_000);
            rows(&bench, "orders", 5, 1_000);
        });
        let lines = bench.lines();
        let said = lines.iter().map(|line| {
            let line = object(line);
            format!("{} {}", line["level"].as_str().unwrap(), line["event"].as_str().unwrap())
        });
        said.collect::<Vec<_>>()
    };
    let filtered = |filter| lines(Settings { filter, ..Settings::default() });
    let all = ["warning request", "info call", "info call", "warning finding", "info finding"];
    assert_eq!(lines(Settings::default()), all);
    assert_eq!(lines(Settings { findings: false, ..Settings::default() }), all[..3]);
    let filter = Filter { events: Some(vec![Event::Finding]), ..Filter::default() };
    assert_eq!(filtered(filter), all[3..]);
    let filter = Filter { events: Some(vec![Event::Call, Event::Request]), ..Filter::default() };
    assert_eq!(filtered(filter), all[..3]);
    let filter = Filter { level: Some(Level::Warning), ..Filter::default() };
    assert_eq!(filtered(filter), ["warning request", "warning finding"]);
    let filter = Filter { loggers: Some(vec!["tachograph.finding".into()]), ..Filter::default() };
    assert_eq!(filtered(filter), all[3..]);
    let read = Filter::read(None, Some(&["finding".to_owned()]), None).unwrap();
    assert_eq!(read.events, Some(vec![Event::Finding]));
}

#[test]
fn text_has_no_lines_of_findings() {
    let bench = Bench::new(Settings { format: Format::Text, ..Settings::default() });
    bench.request("/", 200, || rows(&bench, "users", 5, 10_000));
    assert_eq!(bench.lines(), ["[profiler] GET / 50.00 200"]);
}

#[test]
fn lines_of_findings_have_the_weight_of_their_request() {
    let weights = |sample| {
        let bench = Bench::new(Settings { sample: Sample::new(sample).unwrap(), ..settings() });
        bench.request("/", 200, || {});
        bench.request("/", 200, || rows(&bench, "users", 5, 1_000));
        let lines = found(&bench);
        assert_eq!(kinds(&lines), ["n_plus_one"]);
        assert_eq!(bench.lines().len(), if sample == 1.0 { 3 } else { 2 });
        assert!(sample == 1.0 || bench.lines()[1].ends_with(r#","sample_weight":1.0}"#), "{}", bench.lines()[1]);
        lines[0].get("sample_weight").and_then(Value::as_f64)
    };
    assert_eq!([weights(1.0), weights(0.0)], [None, Some(1.0)]);
}

#[test]
fn what_findings_are_told_by_is_no_name_of_a_field_unless_applications_use_it_themselves() {
    let bench = Bench::new(settings());
    let mut open = bench.open("GET", "/", Some("/"));
    open.poll(|| {
        rows(&bench, "users", 5, 1_000);
        for sql in ["SELECT * FROM users", "SELECT * FROM flags"] {
            bench.call(CallKind::Database, sql, 600_000);
        }
        for name in ["finding", "hint", "cost_ms", "saves_ms", "distinct_parameters", "findings", "verdict", "limit"] {
            request().field(name, 7);
        }
    });
    let recording = open.recording().clone();
    let span = recording.start_span("load", None);
    bench.advance(4_000_000);
    recording.end_span(span.unwrap());
    open.respond(200, None, false);
    bench.advance(2_000_000);
    open.sent(400_000);
    open.complete();
    let mut names: Vec<String> =
        found(&bench).into_iter().flat_map(|line| line.into_iter().map(|(name, _)| name)).collect();
    names.sort_unstable();
    names.dedup();
    for name in ["finding", "saves_ms", "distinct_parameters"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    names.retain(|name| !is_reserved(name));
    assert_eq!(names, ["bytes", "limit", "span"]);
    let wide = object(&bench.lines()[0]);
    assert_eq!((&wide["limit"], wide.get("hint")), (&7.into(), None));
    assert_eq!(bench.handle.counters().iter().find(|(name, _)| *name == "fields_refused"), Some(("fields_refused", 7)));
}

#[test]
fn long_statements_full_of_anything_are_lines_that_are_not_cut() {
    for filling in ["\u{1}", "\"", "\u{2028}", "😀"] {
        let bench = Bench::new(Settings::default());
        bench.request("/", 200, || {
            for table in 0..20 {
                let name = format!("{table}{}", filling.repeat(1900 / filling.len()));
                (0..5).for_each(|id| {
                    bench.call(CallKind::Database, &format!("SELECT `{name}` FROM `t{name}` WHERE id = {id}"), 1)
                });
            }
        });
        let lines = found(&bench);
        assert_eq!(lines.len(), 16, "so many there can be of {filling:?}: {}", lines[0]["statement"]);
        assert!(bench.lines().iter().all(|line| line.len() < 100_000));
        assert!(bench.handle.exporters().flat_map(|exporter| exporter.dropped()).all(|(_, count)| count == 0));
    }
}
