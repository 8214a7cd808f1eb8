//! Traces, metrics and logs as a strict receiver gets them: it has nothing to complain of.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::json;
use tachograph_collector::{Aws, Code, Collector, Kind, Received, Signal, Span, Transport};

use super::everything::ask_for_everything;
use crate::case::Case;
use crate::client::Request;
use crate::lines::{Line, Lines};
use crate::service::Setup;

/// Sends to this collector.
pub(super) fn sending(case: &Case, collector: &Collector, transport: Transport) -> Setup {
    let (endpoint, protocol) = match transport {
        Transport::Grpc => (collector.endpoint_grpc(), "grpc"),
        Transport::Http => (collector.endpoint_http(), "http/protobuf"),
    };
    // An exporter that is asked for is there beside no other that is not.
    let setup = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "stdout");
    let setup = setup.env("TACHOGRAPH_EXPORTERS__OTLP__ENDPOINT", endpoint);
    setup.env("TACHOGRAPH_EXPORTERS__OTLP__PROTOCOL", protocol)
}

pub(super) fn all_three_signals_arrive_by_grpc(case: &Case) {
    all_three_signals_arrive(case, Transport::Grpc);
}

pub(super) fn all_three_signals_arrive_by_http(case: &Case) {
    all_three_signals_arrive(case, Transport::Http);
}

/// By AWS's own end points, played by the receiver: by configuration alone, with keys from the variables of AWS.
pub(super) fn all_three_signals_arrive_signed_for_aws(case: &Case) {
    let collector = Collector::start_blocking();
    let until = SystemTime::now() + Duration::from_secs(3600);
    collector.play(Aws::new("eu-central-1").temporary_key("ASIADEMO", "a secret", "a token", until));
    let aws = [
        ("TACHOGRAPH_EXPORTERS__OTLP__AWS__LOG_GROUP", "/demo/lines"),
        ("TACHOGRAPH_EXPORTERS__OTLP__AWS__LOG_STREAM", "one"),
        ("TACHOGRAPH_EXPORTERS__OTLP__COMPRESSION", "gzip"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "ASIADEMO"),
        ("AWS_SECRET_ACCESS_KEY", "a secret"),
        ("AWS_SESSION_TOKEN", "a token"),
    ];
    let setup = sending(case, &collector, Transport::Http);
    let setup = aws.into_iter().fold(setup, |setup, (name, value)| setup.env(name, value));
    all_three_signals_arrive_from(setup, &collector, Transport::Http);
    collector.look(|received| {
        let groups = received.exports_of(Signal::Logs).map(|export| export.headers["x-aws-log-group"].as_str());
        assert!(groups.into_iter().all(|group| group == "/demo/lines"));
        let names: Vec<_> =
            received.spans.iter().filter(|span| span.kind == Kind::Server).map(|span| &span.name).collect();
        assert!(
            names.iter().any(|name| *name == "GET /experiments/{id}"),
            "by which AWS tells operations apart: {names:?}"
        );
    });
}

fn all_three_signals_arrive(case: &Case, transport: Transport) {
    let collector = Collector::start_blocking();
    all_three_signals_arrive_from(sending(case, &collector, transport), &collector, transport);
}

fn all_three_signals_arrive_from(setup: Setup, collector: &Collector, transport: Transport) {
    let demo = setup.start();
    let created = ask_for_everything(&demo);
    let lines = demo.stop();
    collector.finish();
    assert_eq!(collector.complaints(), [""; 0]);
    collector.look(|received| {
        for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
            assert!(received.exports_of(signal).count() > 0, "{signal:?}");
        }
        assert!(received.exports.iter().all(|export| export.transport == transport && export.taken));
        is_all_there(&lines, received);
        an_event_is_said_in_its_request(lines.request(created.id()), received);
    });
}

/// Each line has its span, and each span of a server its line; below it is what the line counts.
pub(super) fn is_all_there(lines: &Lines, received: &Received) {
    let mut servers: BTreeMap<&str, &Span> = received
        .spans
        .iter()
        .filter(|span| span.kind == Kind::Server)
        .map(|span| (span.span_id.as_str(), span))
        .collect();
    for line in lines.requests() {
        let span = servers.remove(line.text("span_id")).unwrap_or_else(|| panic!("it has a span: {line:?}"));
        agree(line, span, received);
    }
    assert!(servers.is_empty(), "each has a line: {:?}", servers.values().map(|span| &span.name).collect::<Vec<_>>());
}

fn agree(line: &Line, span: &Span, received: &Received) {
    assert_eq!(span.trace_id, line.text("trace_id"));
    for (attribute, field) in [
        ("http.request.method_original", "method"),
        ("http.response.status_code", "status_code"),
        ("http.route", "route"),
        ("url.path", "path"),
        ("tachograph.outcome", "outcome"),
        ("http.response.body.size", "response_bytes"),
    ] {
        let is_there = attribute != "http.request.method_original" || span.text("http.request.method") == "_OTHER";
        if is_there {
            assert_eq!(
                span.attributes.get(attribute).unwrap_or(&serde_json::Value::Null),
                line.get(field),
                "{attribute}"
            );
        }
    }
    let is_error = matches!(line.text("level"), "error" | "critical");
    assert!(!is_error || span.status.code == Code::Error, "{line:?} {span:?}");
    // Spans of the application's own may be between.
    let below: Vec<&Span> = received.trace(&span.trace_id).filter(|other| is_below(received, other, span)).collect();
    let count = |of: &str| below.iter().filter(|span| span.attributes.contains_key(of)).count() as u64;
    let counted = |field: &str| line.get(field).as_u64().unwrap_or_default();
    let queries =
        below.iter().filter(|span| !is_of_cache(span)).filter(|span| span.attributes.contains_key("db.query.summary"));
    assert_eq!(queries.count() as u64, counted("db_queries"), "queries of {line:?}");
    assert_eq!(count("server.address"), counted("external_calls"), "calls of {line:?}");
}

fn is_of_cache(span: &Span) -> bool {
    span.text("db.system.name") == "redis"
}

fn is_below(received: &Received, span: &Span, of: &Span) -> bool {
    let mut at = span;
    while let Some(parent) = received.trace(&of.trace_id).find(|other| Some(&other.span_id) == at.parent_id.as_ref()) {
        if parent.span_id == of.span_id {
            return true;
        }
        at = parent;
    }
    false
}

fn an_event_is_said_in_its_request(line: &Line, received: &Received) {
    let ids = (line.text("trace_id").to_owned(), line.text("span_id").to_owned());
    let said: Vec<_> = received.logs.iter().filter(|log| log.span.as_ref() == Some(&ids)).collect();
    assert!(said.iter().any(|log| log.body == "experiment created"), "{said:?}");
    assert!(said.iter().any(|log| log.event_name == "tachograph.request"), "{said:?}");
}

pub(super) fn an_n_plus_one_is_an_event_of_its_span(case: &Case) {
    let collector = Collector::start_blocking();
    let demo = sending(case, &collector, Transport::Grpc).start();
    let response = demo.get("/experiments");
    let lines = demo.stop();
    let line = lines.request(response.id());
    collector.look(|received| {
        let span = received.trace(line.text("trace_id")).find(|span| span.kind == Kind::Server).expect("it has a span");
        let events: Vec<_> = span.events.iter().filter(|event| event.name == "tachograph.finding").collect();
        let [event] = events[..] else { panic!("one thing is found: {span:?}") };
        let found = lines.findings(response.id())[0];
        let place = ["code.file.path", "code.line.number"].map(|part| event.attributes[part].to_string());
        assert_eq!(found.text("callsite"), place.join(":").replace('"', ""));
        for (attribute, field) in [
            ("tachograph.finding", "finding"),
            ("db.query.summary", "summary"),
            ("tachograph.count", "count"),
            ("tachograph.distinct_parameters", "distinct_parameters"),
            ("tachograph.cost_ms", "cost_ms"),
        ] {
            assert_eq!(event.attributes.get(attribute), Some(found.get(field)), "{attribute} of {event:?}");
        }
        assert_eq!(span.text("tachograph.verdict"), line.text("verdict"));
        let said = received.logs.iter().filter(|log| log.event_name == "tachograph.finding");
        assert_eq!(said.count(), 1, "it has a line, too");
        let metric = received.metric("http.server.request.duration").expect("it is measured");
        assert_eq!(metric.point(&json!({ "http.route": "/experiments" })).histogram().count, 1);
    });
}

pub(super) fn a_caller_that_does_not_sample_is_heeded_and_counted(case: &Case) {
    let collector = Collector::start_blocking();
    let demo = sending(case, &collector, Transport::Grpc).start();
    for sampled in ["00", "01"] {
        let parent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033{sampled}-{sampled}");
        demo.ask(Request::get("/fail?status=503").header("traceparent", parent));
    }
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), 2);
    collector.finish();
    assert_eq!(collector.complaints(), [""; 0]);
    collector.look(|received| {
        let parents: Vec<_> = received.spans.iter().map(|span| span.parent_id.as_deref()).collect();
        assert_eq!(parents, [Some("b7ad6b7169203301")]);
        let metric = received.metric("http.server.request.duration").expect("it is measured");
        assert_eq!(metric.point(&json!({ "http.route": "/fail" })).histogram().count, 2);
    });
}

pub(super) fn what_matters_is_kept_whatever_the_ratio(case: &Case) {
    let collector = Collector::start_blocking();
    let setup = sending(case, &collector, Transport::Grpc).env("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
    let demo = setup.env("OTEL_TRACES_SAMPLER_ARG", "0").start();
    for path in ["/experiments/1", "/fail?status=503", "/experiments/2", "/experiments"] {
        demo.get(path);
    }
    let lines = demo.stop();
    assert_eq!(lines.requests().len(), 4);
    collector.finish();
    assert_eq!(collector.complaints(), [""; 0]);
    collector.look(|received| {
        let servers = received.spans.iter().filter(|span| span.kind == Kind::Server);
        let mut kept: Vec<_> = servers.map(|span| span.name.as_str()).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["GET /experiments", "GET /fail"]);
        let metric = received.metric("http.server.requests").expect("it is counted");
        assert_eq!(metric.points.iter().map(|point| point.int()).sum::<i64>(), 4);
    });
}
