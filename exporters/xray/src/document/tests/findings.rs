//! Why a request was slow, or will be: what it is found by, and what is read.

use serde_json::{Value, json};
use tachograph_core::{
    Callsite, FindingKind, Operation, PoolName, Record, Scope, Service, prepare_call, request, start_call,
    start_connection_wait_for,
};

use super::{Bench, Written, documents, get, nowhere, query, written};
use crate::document::{Documents, annotations::MOST_OF_VALUE};
use crate::settings::Settings;

fn findings(segment: &Value) -> &[Value] {
    segment["metadata"]["tachograph"]["findings"].as_array().map_or(&[], Vec::as_slice)
}

fn kinds(segment: &Value) -> Vec<&str> {
    findings(segment).iter().map(|finding| finding["kind"].as_str().unwrap()).collect()
}

/// So many calls of one statement, each with another parameter.
fn many(bench: &Bench, times: u32, sql: &str, callsite: Option<Callsite>) {
    for id in 0..times {
        let mut call = prepare_call(Operation::database("postgresql", "main", sql), callsite);
        call.parameters(|hasher| hasher.write_u32(id));
        let call = call.start();
        bench.advance(100);
        call.completed();
    }
}

#[test]
fn a_request_is_found_by_its_dearest_finding_and_has_a_verdict() {
    let bench = Bench::new();
    let callsite = Callsite::caller();
    let record = bench.request(200, || many(&bench, 12, "SELECT name FROM variants WHERE id = $1", Some(callsite)));
    let segment = bench.segment(&record);
    let place = callsite.to_string();
    let expected = json!([{
        "kind": "n_plus_one", "summary": "SELECT variants", "target": "main", "callsite": place, "count": 12, "limit": 5,
        // Of the first call nobody knew that others would follow.
        "distinct_parameters": 11, "cost_ms": 1.2, "total_ms": 1.2, "slowest_ms": 0.1,
        "hint": FindingKind::NPlusOne.hint(),
    }]);
    let ours = &segment["metadata"]["tachograph"];
    assert_eq!(ours["findings"], expected);
    let verdict = record.verdict().unwrap();
    assert!(verdict.contains("12 x SELECT variants"), "{verdict}");
    let said = [&segment["annotations"]["finding"], &segment["annotations"]["verdict"], &ours["verdict"]];
    assert_eq!(said, [&json!("n_plus_one"), &json!(verdict), &json!(verdict)]);
    assert_eq!(ours["db_repeats"], 12);
}

#[test]
fn several_are_listed_with_what_each_of_them_has() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    open.poll(|| {
        let wait = start_connection_wait_for(PoolName::new("experiments"));
        bench.advance(120_000);
        drop(wait);
        recording.start_span("lock the ledger", None);
    });
    bench.advance(900_000);
    open.respond(200, Some(400_000), false);
    bench.advance(300_000);
    open.sent(400_000);
    open.complete();
    let record = bench.record();
    let segment = bench.segment(&record);
    let expected = ["waiting", "large_response", "connection_wait", "blocking", "slow_request"];
    assert_eq!(kinds(&segment), expected);
    let [waiting, large, pool, blocking, slow] = findings(&segment) else { unreachable!() };
    assert_eq!((&waiting["span"], &pool["pool"]), (&json!("lock the ledger"), &json!("experiments")));
    assert_eq!(large["bytes"], 400_000);
    for (at, finding) in findings(&segment).iter().enumerate() {
        let has = ["bytes", "saves_ms", "pool"].map(|name| !finding[name].is_null());
        assert_eq!(has, [at == 1, false, at == 2], "{finding}");
        let told = &record.findings()[at];
        let kind = FindingKind::of(finding["kind"].as_str().unwrap()).unwrap();
        assert_eq!((kind, finding["hint"].as_str()), (told.kind(), Some(told.hint())));
        assert_eq!(finding["limit"].as_u64(), Some(told.limit()));
    }
    assert_eq!((&blocking["cost_ms"], &slow["cost_ms"]), (&120.into(), &1320.into()));
    assert_eq!(segment["annotations"]["finding"], "waiting");
}

#[test]
fn calls_one_after_the_other_say_what_they_would_save() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    open.pause();
    let scope = Scope::enter(Some(open.recording().clone()));
    for table in ["a", "b"] {
        let call = start_call(Operation::database("sqlite", "main", &format!("SELECT a FROM {table}")), None);
        bench.advance(110_000);
        call.completed();
    }
    drop(scope);
    open.respond(200, Some(0), false);
    open.complete();
    let segment = bench.segment(&bench.record());
    let [sequential] = findings(&segment) else { panic!("{segment:#}") };
    let numbers = ["count", "limit", "cost_ms", "slowest_ms", "saves_ms"].map(|name| sequential[name].as_u64());
    assert_eq!((&sequential["kind"], numbers), (&json!("sequential_calls"), [2, 100, 220, 110, 110].map(Some)));
}

#[test]
fn hints_are_words_of_ours_with_nothing_to_escape() {
    for kind in FindingKind::ALL {
        let hint = kind.hint();
        assert_eq!(json!(hint).to_string(), format!("\"{hint}\""));
        assert!(hint.len() <= 250 && hint.is_ascii());
    }
}

#[test]
fn where_nothing_is_found_there_is_no_list_and_no_verdict_unless_something_failed() {
    let bench = Bench::new();
    let said = |segment: &Value| {
        let annotations = &segment["annotations"];
        [&annotations["finding"], &annotations["verdict"], &segment["metadata"]["tachograph"]["findings"]]
            .map(Value::is_null)
    };
    assert_eq!(said(&bench.segment(&bench.request(200, query))), [true, true, true]);
    let failing = || start_call(Operation::database("sqlite", "main", "SELECT 1"), None).failed("busy");
    assert_eq!(said(&bench.segment(&bench.request(200, failing))), [true, false, true]);

    let mut open = bench.open(get("/a/7"));
    open.poll(|| many(&bench, 12, "SELECT a FROM a WHERE id = $1", None));
    open.respond(200, None, true);
    bench.advance(2_000_000);
    open.complete();
    assert_eq!(said(&bench.segment(&bench.record())), [true, true, true], "a stream");
}

#[test]
fn what_is_not_over_has_none_yet() {
    let bench = Bench::new();
    let mut open = bench.open(get("/a/7"));
    open.poll(|| {
        many(&bench, 12, "SELECT a FROM a WHERE id = $1", None);
        start_call(Operation::database("sqlite", "main", "SELECT 1"), None).failed("busy");
    });
    bench.advance(20_000_000);
    // It is known already that it is worth a look, and not yet why.
    open.respond(500, None, false);
    let underway = bench.instance.handle().underway(std::time::Duration::ZERO).remove(0);
    let mut out = Vec::new();
    bench.documents.write(&underway, true, &mut out);
    let document = out.strip_suffix(b"\n").unwrap();
    assert_eq!(tachograph_xray_daemon::check(document), [""; 0]);
    let text = String::from_utf8_lossy(document);
    assert!(text.contains("in_progress") && !text.contains("verdict") && !text.contains("finding"), "{text}");
    open.complete();
    assert!(kinds(&bench.segment(&bench.record())).contains(&"n_plus_one"));
}

#[test]
fn in_lambda_the_subsegment_has_them() {
    let bench = Bench::new();
    let lambda = crate::origin::Origin::new(crate::origin::Platform::Lambda, []).start();
    let documents = documents(&Service::new("resize"), lambda, 64_000, 500_000);
    let header = b"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".as_slice();
    let trace = tachograph_core::trace::extract([], [], [header]);
    let mut open = bench.open(tachograph_core::RequestHead { trace, ..get("/a/7") });
    open.poll(|| many(&bench, 5, "SELECT a FROM a WHERE id = $1", None));
    drop(open);
    let (parts, _) = written(&documents, &bench.record());
    assert_eq!((&parts[0]["type"], &parts[0]["annotations"]["finding"]), (&json!("subsegment"), &json!("n_plus_one")));
    assert_eq!(kinds(&parts[0]), ["n_plus_one"]);
}

/// Documents with these annotations instead of the usual.
fn annotated(names: &[&str]) -> Documents {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Documents::new(&Service::default(), &names, nowhere(), 64_000, 500_000).unwrap()
}

#[test]
fn who_says_which_annotations_there_are_says_it_of_these_too() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        request().field("plan", "pro");
        many(&bench, 5, "SELECT a FROM a WHERE id = $1", None);
    });
    let (documents, _) = written(&annotated(&["plan"]), &record);
    assert_eq!(documents[0]["annotations"], json!({ "plan": "pro" }));
    assert_eq!(documents[0]["metadata"]["tachograph"]["verdict"], record.verdict().unwrap(), "it is read all the same");
    let (documents, _) = written(&annotated(&["finding", "findings"]), &record);
    assert_eq!(documents[0]["annotations"], json!({ "finding": "n_plus_one", "findings": 1 }));
    let usual = Settings::default().annotations;
    assert!(["finding", "verdict"].iter().all(|name| usual.iter().any(|usual| usual == name)));
}

/// A request whose statements, targets and spans are as long as anything may be, and have to be escaped.
fn hostile(bench: &Bench, tables: usize, bytes: usize) -> Record {
    let mut open = bench.open(get("/a/7"));
    let recording = open.recording().clone();
    let nasty = "\u{1b}[31m\0\"\\\u{2028}ü😀".repeat(bytes / 20);
    open.poll(|| {
        recording.start_span(nasty.clone(), None);
        for table in 0..tables {
            let sql = format!("SELECT a{table}, \"{nasty}\" FROM \"{nasty}\" WHERE id = $1");
            many(bench, 6, &sql, None);
        }
    });
    drop(open);
    bench.record()
}

#[test]
fn texts_of_any_length_leave_documents_within_their_bounds_and_what_is_missing_is_counted() {
    let bench = Bench::new();
    for most in [8_000, 10_000, 20_000, 64_000] {
        for bytes in [20, 2_000, 40_000] {
            let record = hostile(&bench, 16, bytes);
            assert_eq!(record.findings().len(), 16);
            let documents = documents(&Service::new("api"), nowhere(), most, 500_000);
            let mut out = Vec::new();
            documents.write(&record, false, &mut out);
            let longest = out.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap();
            assert!(longest <= most, "{longest} > {most}");
            let (read, counted) = written(&documents, &record);
            let segment = read.last().unwrap();
            let ours = &segment["metadata"]["tachograph"];
            let left_out = ours["findings_left_out"].as_u64().unwrap_or(0);
            assert_eq!(findings(segment).len() as u64 + left_out, 16, "{most} {bytes}");
            assert!(left_out == 0 || counted.cut > 0);
            assert_eq!(left_out == 0, most >= 20_000, "{left_out} of {most} {bytes}");
            let verdict = segment["annotations"]["verdict"].as_str().unwrap();
            assert!(verdict.encode_utf16().count() <= MOST_OF_VALUE && verdict.len() > 20);
        }
    }
}

#[test]
fn two_kilobytes_of_statement_in_each_are_no_matter() {
    let bench = Bench::new();
    let record = bench.request(200, || {
        for table in 0..15 {
            let sql = format!("SELECT a{table}, {} FROM b WHERE id = $1", "column, ".repeat(300));
            many(&bench, 6, &sql, None);
        }
    });
    let (read, counted) = bench.written(&record);
    assert_eq!((counted.cut, counted.left_out), (0, 0), "{counted:?}");
    assert_ne!(counted, Written::default());
    assert_eq!(kinds(read.last().unwrap()).len(), 16);
}
