//! Why a request was slow, or will be: found, told by every exporter, and silenced where it is meant.

use serde_json::json;
use tachograph_collector::{Collector, Kind};
use tachograph_xray_daemon::Daemon;

use super::xray::sending_all;
use crate::case::Case;
use crate::client::Response;
use crate::lines::Line;
use crate::page::Page;

const FINDINGS: &str = "http_server_findings_total";

pub(super) fn a_loop_is_told_the_same_everywhere(case: &Case) {
    let (collector, daemon) = (Collector::start_blocking(), Daemon::start());
    let setup = sending_all(case, &daemon).env("TACHOGRAPH_EXPORTERS__OTLP__ENDPOINT", collector.endpoint_grpc());
    let demo = setup.start();
    let responses: Vec<Response> = (0..3).map(|_| demo.get("/experiments")).collect();
    let joined = demo.get("/experiments?joined=true");
    let page = Page::read(str::from_utf8(&demo.get("/metrics").body).expect("the page is text"));
    let lines = demo.stop();
    collector.finish();
    assert_eq!((collector.complaints(), daemon.complaints()), (vec![], vec![]));

    let of_loops = [("http_route", "/experiments"), ("finding", "n_plus_one")];
    assert_eq!((page.sum(FINDINGS, &of_loops), page.sum(FINDINGS, &[])), (3, 3), "once for each request");
    collector.look(|received| {
        let metric = received.metric("http.server.findings").expect("they are counted");
        assert_eq!(metric.points.iter().map(|point| point.int()).sum::<i64>(), 3);
        metric.point(&json!({ "http.route": "/experiments", "finding": "n_plus_one" }));
    });
    for response in &responses {
        let line = lines.request(response.id());
        let [found] = lines.findings(response.id())[..] else { panic!("one thing is found: {lines:?}") };
        assert_eq!((found.text("finding"), found.get("count")), ("n_plus_one", &json!(12)));
        assert!(found.text("callsite").starts_with("examples/experiments/src/store.rs:"), "{found:?}");
        say_the_same(line, found, &collector, &daemon);
    }
    let joined = lines.request(joined.id());
    assert_eq!((joined.get("findings"), joined.get("verdict")), (&json!(0), &json!(null)));
    collector.look(|received| {
        let span =
            received.trace(joined.text("trace_id")).find(|span| span.kind == Kind::Server).expect("it has a span");
        assert!(span.events.is_empty() && !span.attributes.contains_key("tachograph.verdict"), "{span:?}");
    });
    let segment = daemon.trace(joined.text("trace_id")).segment().clone();
    assert!(segment.at("annotations.finding").is_null() && segment.at("annotations.verdict").is_null(), "{segment:?}");
}

fn say_the_same(line: &Line, found: &Line, collector: &Collector, daemon: &Daemon) {
    collector.look(|received| {
        let span = received.trace(line.text("trace_id")).find(|span| span.kind == Kind::Server).expect("it has a span");
        assert_eq!(span.text("tachograph.verdict"), line.text("verdict"));
        let [event] = &span.events[..] else { panic!("one thing is found: {span:?}") };
        assert_eq!(event.name, "tachograph.finding");
        for (attribute, field) in [("tachograph.finding", "finding"), ("tachograph.count", "count")] {
            assert_eq!(event.attributes.get(attribute), Some(found.get(field)), "{attribute} of {event:?}");
        }
    });
    let segment = daemon.trace(line.text("trace_id")).segment().clone();
    assert_eq!(segment.at("annotations.verdict"), line.get("verdict"));
    assert_eq!(segment.at("annotations.finding"), found.get("finding"));
    let list = segment.at("metadata.tachograph.findings").as_array().cloned().unwrap_or_default();
    let [told] = &list[..] else { panic!("one thing is found: {segment:?}") };
    assert_eq!(&told["kind"], found.get("finding"));
    for field in ["summary", "target", "callsite", "count", "limit", "distinct_parameters", "cost_ms", "hint"] {
        assert_eq!(&told[field], found.get(field), "{field} of {told}");
    }
}

pub(super) fn what_takes_long_is_a_warning_that_says_why(case: &Case) {
    let mut setup = case.setup();
    for setting in ["SLOW_REQUEST_MS", "FINDINGS__WAITING_MS", "FINDINGS__WARNING_MS"] {
        setup = setup.env(&format!("TACHOGRAPH_CAPTURE__{setting}"), "20");
    }
    let demo = setup.start();
    // So much longer than its own work takes that most of it is waiting, whatever else the machine does.
    let response = demo.get("/slow?ms=500");
    let page = Page::read(str::from_utf8(&demo.get("/metrics").body).expect("the page is text"));
    let lines = demo.stop();
    lines.answered(&response, json!({ "route": "/slow", "path": "/slow", "level": "warning", "findings": 2 }));
    let line = lines.request(response.id());
    assert!(line.text("verdict").contains("% waiting"), "{line:?}");
    let found: Vec<&str> = lines.findings(response.id()).iter().map(|found| found.text("finding")).collect();
    assert_eq!(found, ["waiting", "slow_request"]);
    for found in lines.findings(response.id()) {
        found.has(json!({ "level": "warning", "limit": 20, "count": 1, "callsite": null, "statement": null }));
        assert_eq!(page.sum(FINDINGS, &[("http_route", "/slow"), ("finding", found.text("finding"))]), 1);
    }
    // Shares are rounded so that they sum to the duration, a cost for itself.
    let waited = line.micros("waiting_ms");
    assert!(lines.findings(response.id())[0].micros("cost_ms").abs_diff(waited) <= 1, "{line:?}");
    assert_eq!(lines.findings(response.id())[1].micros("cost_ms"), line.micros("duration_ms"));
}

pub(super) fn what_is_meant_is_silenced_by_configuration(case: &Case) {
    for silenced in [
        "[capture]\nsilence = ['src/store.rs']\n",
        "[capture]\nsilence = ['SELECT assignments']\n",
        "[capture.findings]\noff = ['n_plus_one']\n",
        "[capture.findings]\nrepeats = 13\n",
        "[capture.routes.'GET /experiments'.findings]\nrepeats = 13\n",
    ] {
        let demo = case.setup().file("tachograph.toml", silenced).start();
        let response = demo.get("/experiments");
        let lines = demo.stop();
        let list = json!({ "route": "/experiments", "path": "/experiments", "db_queries": 13, "db_rows": 24 });
        lines.answered(&response, crate::expected::and(&list, json!({ "db_repeats": 12, "findings": 0 })));
        assert!(lines.findings(response.id()).is_empty() && lines.calls(response.id()).is_empty(), "{silenced}");
    }
}

pub(super) fn a_route_can_have_a_budget_of_its_own(case: &Case) {
    let file = "[capture]\nmax_queries = 12\n[capture.routes.'POST /experiments']\nmax_queries = 1\n\
                [capture.routes.'/experiments/{id}/report']\nmax_queries = 1\n";
    let demo = case.setup().file("tachograph.toml", file).start();
    let (list, report, one) = (demo.get("/experiments"), demo.get("/experiments/1/report"), demo.get("/experiments/1"));
    let lines = demo.stop();
    let found = |response: &Response| {
        let found = lines.findings(response.id());
        let found = found.iter().map(|found| (found.text("finding").to_owned(), found.get("count").clone()));
        let mut found: Vec<_> = found.map(|(kind, count)| format!("{count} {kind}")).collect();
        found.sort();
        found
    };
    assert_eq!(found(&list), ["12 n_plus_one", "13 too_many_queries"]);
    assert_eq!(found(&report), ["2 too_many_queries"]);
    assert_eq!(found(&one), [""; 0]);
}

pub(super) fn answers_say_where_their_time_went_if_that_is_allowed(case: &Case) {
    for (setting, is_told) in [("", false), ("[capture]\nserver_timing = true\n", true)] {
        let demo = case.setup().file("tachograph.toml", setting).start();
        let response = demo.get("/experiments");
        let lines = demo.stop();
        let Some(timing) = response.header("server-timing") else {
            assert!(!is_told, "{response:?}");
            continue;
        };
        assert!(is_told, "{timing}");
        let db = timing.split(',').map(str::trim).find(|part| part.starts_with("db;")).expect("it asked a database");
        assert!(db.ends_with(r#";desc="13 queries""#), "{timing}");
        let told: f64 = db.split(';').find_map(|part| part.strip_prefix("dur=")).unwrap().parse().unwrap();
        let line = lines.request(response.id());
        // A tenth of a millisecond is enough for a header.
        assert!((told - line.micros("db_ms") as f64 / 1e3).abs() < 0.06, "{timing} {line:?}");
        assert!(timing.contains("total;dur=") && timing.contains("app;dur="), "{timing}");
    }
}
