//! The traces as X-Ray gets them, by a strict daemon: it has nothing to complain of, and every number is that of the line.

use std::collections::BTreeMap;

use tachograph_xray_daemon::{Daemon, Document, Rule};

use super::everything::ask_for_everything;
use crate::case::Case;
use crate::client::Request;
use crate::lines::{Line, Lines};
use crate::partner::Partner;
use crate::service::{Demo, LONG, Setup, eventually};

const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";
const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const PARENT: &str = "53995c3f42cd8ad8";

/// Sends to this daemon, which a variable of X-Ray says, and nothing else does.
fn sending(case: &Case, daemon: &Daemon) -> Setup {
    case.setup().env("AWS_XRAY_DAEMON_ADDRESS", daemon.address().to_string())
}

/// As [`sending`], where every trace is sampled.
pub(super) fn sending_all(case: &Case, daemon: &Daemon) -> Setup {
    // An exporter that is asked for is there beside no other that is not.
    let setup = sending(case, daemon).env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "stdout");
    setup.env("TACHOGRAPH_EXPORTERS__XRAY__SAMPLING", "always")
}

fn rule(name: &str, priority: i64, url_path: &str, fixed_rate: f64) -> Rule {
    let (name, url_path) = (name.to_owned(), url_path.to_owned());
    Rule { name, priority, url_path, fixed_rate, reservoir: 0, ..Rule::default() }
}

/// Asks until the daemon's rules decide: those in force before sample one request of twenty.
fn until_rules_decide(demo: &Demo, partner: &Partner) {
    let mut in_a_row = 0;
    eventually(LONG, "the rules decide", || {
        demo.get("/work?calls=1");
        let is_sampled = partner.take().iter().all(|asked| asked.amzn("Sampled") == "1");
        in_a_row = if is_sampled { in_a_row + 1 } else { 0 };
        in_a_row == 10
    });
}

pub(super) fn a_variable_switches_it_on_and_the_daemons_rules_decide(case: &Case) {
    let (daemon, partner) = (Daemon::start(), Partner::start());
    daemon.serve_rules(vec![rule("none", 1, "/flags*", 0.0), rule("all", 2, "*", 1.0)]);
    let demo = sending(case, &daemon).env("PARTNER_URL", partner.url()).start();
    until_rules_decide(&demo, &partner);
    for path in ["/flags/dark-mode", "/experiments/1", "/flags/dark-mode"] {
        demo.get(path);
    }
    ask_for_everything(&demo);
    let lines = demo.stop();
    assert_eq!(daemon.complaints(), [""; 0]);
    let segments = by_id(&daemon);
    for line in lines.requests() {
        let is_asked = !line.text("path").starts_with("/flags") && line.get("route") != "/work";
        match segments.get(line.text("span_id")) {
            Some(segment) => agree(line, segment),
            None => assert!(!is_asked, "it has a segment: {line:?}"),
        }
    }
    let paths = segments.values().map(|segment| segment.text("http.request.url"));
    assert!(!paths.into_iter().any(|url| url.ends_with("/flags/dark-mode")), "what is not to be sampled is not");
    let used: u64 = daemon.look(|received| {
        let all = received.statistics.iter().flatten();
        all.filter(|statistics| statistics.rule == "all").map(|statistics| statistics.sampled).sum()
    });
    assert!(daemon.look(|received| received.statistics.is_empty()) || used > 0, "what was used is told");
}

/// The segments as they are in the end.
pub(super) fn by_id(daemon: &Daemon) -> BTreeMap<String, Document> {
    let segments = daemon.traces().into_iter().flat_map(|trace| trace.segments);
    let mut by_id = BTreeMap::new();
    for segment in segments {
        let was_there = by_id.insert(segment.id().to_owned(), segment);
        assert!(was_there.is_none(), "one request, one segment: {was_there:?}");
    }
    by_id
}

/// The segment says what the line does, and has below it what the line counts.
pub(super) fn agree(line: &Line, segment: &Document) {
    let number = |field: &str| line.get(field).as_u64().unwrap_or_default();
    let (root, rest) = line.text("trace_id").split_at(8);
    assert_eq!(segment.trace_id(), format!("1-{root}-{rest}"));
    assert_eq!(segment.name(), line.text("service"));
    assert_eq!(segment.at("http.request.method"), line.get("method"));
    assert_eq!(segment.at("http.response.status"), line.get("status_code"));
    assert!(!segment.is_in_progress(), "{segment:?}");
    if line.get("status_code").is_number() {
        assert_eq!(segment.at("http.response.content_length"), line.get("response_bytes"), "{line:?}");
    }
    // Of seconds since 1970, a double has a quarter of a microsecond.
    let micros = (segment.end_time() - segment.start_time()) * 1e6;
    assert!((micros - line.micros("duration_ms") as f64).abs() < 1.5, "{micros} {line:?}");
    let is_fault = matches!(line.text("level"), "error" | "critical");
    let is_fault = is_fault || matches!(line.text("outcome"), "body_failed" | "open_at_shutdown");
    assert_eq!(segment.at("fault") == true, is_fault, "{line:?} {segment:?}");
    assert_eq!(segment.at("error") == true && segment.at("fault") != true, is_clients(line), "{line:?} {segment:?}");
    let told = segment.at("metadata.tachograph").as_object().expect("it has the numbers of the line");
    for (name, value) in told.iter().filter(|(name, _)| !["findings", "calls_grouped"].contains(&name.as_str())) {
        assert_eq!(value, line.get(name), "{name} of {line:?}");
    }
    for name in ["duration_ms", "own_ms", "db_queries", "external_calls", "cache_hits", "response_bytes", "outcome"] {
        assert!(told.contains_key(name), "{name} of {line:?}");
    }
    let below: Vec<Document> = segment.parts().into_iter().skip(1).collect();
    let count = |is_it: fn(&Document) -> bool| below.iter().filter(|part| is_it(part)).count() as u64;
    assert_eq!(count(|part| part.at("sql").is_object()), number("db_queries"), "queries of {line:?}");
    assert_eq!(count(|part| part.at("http.request").is_object()), number("external_calls"), "calls of {line:?}");
}

/// Whether it is the client's to blame.
fn is_clients(line: &Line) -> bool {
    line.get("status_code").as_u64().is_some_and(|status| (400..500).contains(&status))
        || line.text("outcome") == "client_disconnected"
}

pub(super) fn a_loop_of_queries_is_seen_by_its_parts(case: &Case) {
    let daemon = Daemon::start();
    let demo = sending_all(case, &daemon).start();
    let response = demo.get("/experiments");
    let lines = demo.stop();
    let segment = daemon.trace(lines.request(response.id()).text("trace_id")).segment().clone();
    assert_eq!(daemon.complaints(), [""; 0]);
    let mut statements = BTreeMap::<String, usize>::new();
    for part in segment.parts().iter().skip(1) {
        assert!(
            part.text("metadata.tachograph.callsite").starts_with("examples/experiments/src/store.rs:"),
            "{part:?}"
        );
        *statements.entry(part.text("sql.sanitized_query").to_owned()).or_default() += 1;
    }
    let loops = statements.values().filter(|count| **count == 12).count();
    assert_eq!((statements.len(), loops), (2, 1), "{statements:?}");
    assert_eq!(segment.at("metadata.tachograph.db_repeats"), 12);
}

pub(super) fn the_callers_header_is_kept_and_passed_on(case: &Case) {
    let (daemon, partner) = (Daemon::start(), Partner::start());
    // What the caller says goes before any rule.
    daemon.serve_rules(vec![rule("none", 1, "*", 0.0)]);
    let demo = sending(case, &daemon).env("PARTNER_URL", partner.url()).start();
    let ask = |sampled: &str| {
        let header = format!("Root={ROOT};Parent={PARENT};Sampled={sampled};Lineage=a:1");
        let response = demo.ask(Request::get("/experiments/2/report").header("X-Amzn-Trace-Id", header));
        let asked = partner.take();
        let [asked] = asked.as_slice() else { panic!("the partner is asked once: {asked:?}") };
        (response, asked.clone())
    };
    let (unsampled, told) = ask("0");
    assert_eq!((told.amzn("Root"), told.amzn("Sampled"), told.amzn("Lineage")), (ROOT, "0", "a:1"));
    assert_ne!(told.amzn("Parent"), PARENT, "the caller did not ask the partner");
    let (sampled, passed_on) = ask("1");
    assert_eq!((passed_on.amzn("Root"), passed_on.amzn("Sampled")), (ROOT, "1"));
    let lines = demo.stop();
    assert_eq!(lines.request(unsampled.id()).text("trace_id"), TRACE);
    daemon.segment_elsewhere(PARENT);
    assert_eq!(daemon.complaints(), [""; 0]);
    let segments = by_id(&daemon);
    let of_both: Vec<_> = segments.values().map(|segment| (segment.id(), segment.parent_id())).collect();
    assert_eq!(of_both, [(lines.request(sampled.id()).text("span_id"), PARENT)], "one was sampled");
    let segment = segments.values().next().unwrap();
    let call =
        segment.parts().into_iter().find(|part| part.at("http.request").is_object() && part.id() != segment.id());
    assert_eq!(call.expect("it has the call").id(), passed_on.amzn("Parent"), "the partner hangs below the call");
}

pub(super) fn a_request_that_takes_long_is_shown_before_its_end_and_then_whole(case: &Case) {
    let daemon = Daemon::start();
    let demo = sending_all(case, &daemon).env("TACHOGRAPH_EXPORTERS__XRAY__IN_PROGRESS_MS", "50").start();
    // It lasts until its client has enough of it.
    let mut exporting = demo.connect();
    exporting.send(Request::get("/export?rows=100000000").header("x-request-id", "long").to_bytes());
    exporting.head().expect("the body begins");
    let is_it = |document: &Document| document.text("annotations.request_id") == "long";
    daemon.until(|received| received.documents.iter().any(|document| is_it(document) && document.is_in_progress()));
    assert!(!daemon.documents().iter().any(|document| is_it(document) && !document.is_in_progress()));
    exporting.reset();
    demo.until_recorded("long");
    let lines = demo.stop();
    let documents: Vec<_> = daemon.documents().into_iter().filter(is_it).collect();
    let (last, before) = documents.split_last().unwrap();
    assert!(before.iter().all(Document::is_in_progress) && !before.is_empty());
    assert!(before.iter().all(|document| document.id() == last.id()));
    agree(lines.request("long"), last);
    assert_eq!(daemon.complaints(), [""; 0]);
}

pub(super) fn each_of_two_hundred_at_once_has_exactly_its_own(case: &Case) {
    const REQUESTS: usize = 200;
    let daemon = Daemon::start();
    let demo = sending_all(case, &daemon).start();
    let mut connections: Vec<_> = (0..REQUESTS).map(|_| demo.connect()).collect();
    for (number, connection) in connections.iter_mut().enumerate() {
        let path = format!("/work?queries={}&rows=1&misses={}&calls={}", number % 8, number % 3, number / 8 % 4);
        connection.send(Request::get(path).header("x-request-id", number.to_string()).to_bytes());
    }
    connections.iter_mut().for_each(|connection| _ = connection.answer("GET").expect("each is answered"));
    let lines: Lines = demo.stop();
    assert_eq!(daemon.complaints(), [""; 0]);
    let segments = by_id(&daemon);
    assert_eq!((segments.len(), lines.requests().len()), (REQUESTS, REQUESTS));
    for line in lines.requests() {
        let segment = &segments[line.text("span_id")];
        assert_eq!(segment.at("annotations.request_id"), line.get("request_id"));
        agree(line, segment);
        let number: u64 = line.text("request_id").parse().unwrap();
        assert_eq!(
            (line.get("db_queries"), line.get("external_calls")),
            (&(number % 8).into(), &(number / 8 % 4).into())
        );
    }
}
