//! One request with everything, attribute by attribute.

use tachograph_core::{
    CallKind, Callsite, Operation, RequestHead, Scheme, Yield, request, start_call, start_connection_wait, trace,
};

use super::{Bench, query};
use crate::decoded::{attributes, spans};

#[derive(Debug)]
struct Full;

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not stored")
    }
}

impl std::error::Error for Full {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&std::fmt::Error)
    }
}

#[test]
fn a_request_with_everything() {
    let bench = Bench::new();
    let traceparent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".as_slice();
    let mut open = bench.open(RequestHead {
        host: None,
        method: "POST",
        path: "/experiments/7",
        route: Some("/experiments/{id}"),
        scheme: "https",
        protocol_version: "2",
        request_id: Some(b"caller-1"),
        trace: trace::extract([traceparent], [b"vendor=1".as_slice()], []),
        body_bytes: Some(52),
    });
    let recording = open.recording().clone();
    let callsite = Callsite::caller();
    open.poll(|| {
        bench.advance(1_500);
        let span = recording.start_span("create", None);
        let wait = start_connection_wait();
        bench.advance(250);
        drop(wait);
        let mut call = query("INSERT INTO experiments (name) VALUES ('secret')", Some(callsite));
        bench.advance(2_000);
        call.brought(Yield::Rows(1));
        call.completed();
        recording.end_span(span.unwrap());
        let mut call = start_call(Operation::http(Scheme::Https, "partner.example:8080", "GET"), None);
        call.set_path("/benchmarks/7");
        bench.advance(4_005);
        call.responded(200);
        call.completed();
        request().cache_hit("flags");
        let error = Full;
        request().user("u-17").action("experiment.create").field("experiment_id", 7).field("beta", true).error(&error);
    });
    bench.advance(1_000);
    open.respond(503, Some(11), false);
    bench.advance(2_000);
    open.sent(11);
    open.complete();

    let record = bench.record();
    let spans = spans(&record);
    let mut lines = Vec::new();
    for span in &spans {
        let own = spans.last().unwrap();
        let since = |nanos: u64| (nanos - own.start_time_unix_nano) / 1000;
        let id = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let parent = if span.parent_span_id == own.span_id { "own".to_owned() } else { id(&span.parent_span_id) };
        let (start, end) = (since(span.start_time_unix_nano), since(span.end_time_unix_nano));
        let state = &span.trace_state;
        lines.push(format!(
            "{} kind {} in {parent} from {start} to {end} flags {:x} {state} {:?}",
            span.name, span.kind, span.flags, span.status,
        ));
        lines.extend(attributes(&span.attributes).iter().map(|(name, value)| format!("  {name} = {value}")));
        for event in &span.events {
            lines.push(format!("  {} at {}", event.name, since(event.time_unix_nano)));
            lines.extend(attributes(&event.attributes).iter().map(|(name, value)| format!("    {name} = {value}")));
        }
    }
    let callsite_file = format!("  code.file.path = {:?}", callsite.file());
    let callsite_line = format!("  code.line.number = {}", callsite.line());
    let place = format!("{}:{}", callsite.short_file(), callsite.line());
    let verdict = format!(
        "  tachograph.verdict = \"37% external calls: GET partner.example:8080; 19% database: INSERT experiments at {place}; \
         19% sending the body\""
    );
    let expected = [
        "create kind 1 in own from 1500 to 3750 flags 101 vendor=1 None",
        "INSERT experiments kind 3 in own from 1750 to 3750 flags 101 vendor=1 None",
        &callsite_file,
        &callsite_line,
        r#"  db.namespace = "main""#,
        r#"  db.query.summary = "INSERT experiments""#,
        r#"  db.query.text = "INSERT INTO experiments (name) VALUES (?)""#,
        r#"  db.system.name = "sqlite""#,
        "  tachograph.changed_rows = 1",
        "GET kind 3 in own from 3750 to 7755 flags 101 vendor=1 None",
        r#"  http.request.method = "GET""#,
        "  http.response.status_code = 200",
        r#"  server.address = "partner.example""#,
        "  server.port = 8080",
        "  tachograph.first_byte_ms = 4.005",
        r#"  url.full = "https://partner.example:8080/benchmarks/7""#,
        "lookup flags kind 3 in own from 7755 to 7755 flags 101 vendor=1 None",
        r#"  cache.name = "flags""#,
        "  tachograph.cache_hits = 1",
        "  tachograph.cache_misses = 0",
        "POST /experiments/{id} kind 2 in b7ad6b7169203331 from 0 to 10755 flags 301 vendor=1 \
         Some(Status { message: \"not stored\", code: Error })",
        "  beta = true",
        r#"  enduser.id = "u-17""#,
        r#"  error.type = "tachograph_otlp::trace::tests::golden::Full""#,
        "  experiment_id = 7",
        "  http.request.body.size = 52",
        r#"  http.request.method = "POST""#,
        "  http.response.body.size = 11",
        "  http.response.status_code = 503",
        r#"  http.route = "/experiments/{id}""#,
        r#"  network.protocol.version = "2""#,
        r#"  tachograph.action = "experiment.create""#,
        "  tachograph.body_ms = 2.0",
        "  tachograph.cache_hits = 1",
        "  tachograph.cache_ms = 0.0",
        "  tachograph.db_ms = 2.0",
        "  tachograph.db_queries = 1",
        "  tachograph.db_wait_ms = 0.25",
        "  tachograph.external_calls = 1",
        "  tachograph.external_ms = 4.005",
        "  tachograph.first_byte_ms = 8.755",
        r#"  tachograph.outcome = "completed""#,
        "  tachograph.own_ms = 1.5",
        r#"  tachograph.request_id = "caller-1""#,
        &verdict,
        "  tachograph.waiting_ms = 1.0",
        r#"  url.path = "/experiments/7""#,
        r#"  url.scheme = "https""#,
        "  exception at 10755",
        r#"    exception.message = "not stored""#,
        r#"    exception.type = "tachograph_otlp::trace::tests::golden::Full""#,
        r#"    tachograph.error_chain = "an error occurred when formatting an argument""#,
    ];
    assert_eq!(lines, expected, "\n{}", lines.join("\n"));
    // The shares are those of the JSON line, and sum to the span's duration.
    assert_eq!(record.calls().iter().filter(|call| call.kind() == CallKind::Database).count(), 1);
}
