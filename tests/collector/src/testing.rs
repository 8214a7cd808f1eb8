//! Exports that nobody could complain of, for the rules' tests to spoil.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum, exemplar, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span, status};
use prost::Message;

use crate::received::{Received, Signal};

/// One moment for all that a test makes: what is made one after the other can be far apart where the machine is busy.
pub(crate) fn now() -> u64 {
    static NOW: LazyLock<u64> = LazyLock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        since.as_nanos() as u64
    });
    *NOW
}

pub(crate) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, any_value::Value::StringValue(value.to_owned()))
}

pub(crate) fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, any_value::Value::IntValue(value))
}

pub(crate) fn attribute(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), key_strindex: 0 }
}

/// Puts another value in the place of the one of this name.
pub(crate) fn set(attributes: &mut Vec<KeyValue>, with: KeyValue) {
    attributes.retain(|attribute| attribute.key != with.key);
    attributes.push(with);
}

pub(crate) fn without(attributes: &mut Vec<KeyValue>, name: &str) {
    attributes.retain(|attribute| attribute.key != name);
}

pub(crate) fn resource() -> Resource {
    let attributes = vec![
        text("service.name", "test"),
        text("telemetry.sdk.name", "tachograph"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", "0.1.0"),
    ];
    Resource { attributes, ..Resource::default() }
}

pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope { name: "test".to_owned(), ..InstrumentationScope::default() }
}

fn span(kind: span::SpanKind, id: u8, name: &str, attributes: Vec<KeyValue>) -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: vec![id; 8],
        name: name.to_owned(),
        kind: kind as i32,
        start_time_unix_nano: now() - 1_000_000,
        end_time_unix_nano: now() + 1_000_000,
        attributes,
        ..Span::default()
    }
}

/// `GET /experiments/{id}`, the root of its trace.
pub(crate) fn server_span() -> Span {
    let attributes = vec![
        text("http.request.method", "GET"),
        text("http.route", "/experiments/{id}"),
        text("url.path", "/experiments/1"),
        text("url.scheme", "http"),
        int("http.response.status_code", 200),
    ];
    span(span::SpanKind::Server, 1, "GET /experiments/{id}", attributes)
}

/// A call to another service in the request of [`server_span`].
pub(crate) fn client_span(parent: &Span) -> Span {
    let attributes = vec![
        text("http.request.method", "GET"),
        text("url.full", "http://partner/benchmarks/1"),
        text("server.address", "partner"),
        int("server.port", 80),
        int("http.response.status_code", 200),
    ];
    within(parent, span(span::SpanKind::Client, 2, "GET", attributes))
}

/// A query in the request of [`server_span`].
pub(crate) fn database_span(parent: &Span) -> Span {
    let attributes = vec![text("db.system.name", "sqlite"), text("db.query.summary", "SELECT experiments")];
    within(parent, span(span::SpanKind::Client, 3, "SELECT experiments", attributes))
}

fn within(parent: &Span, child: Span) -> Span {
    Span {
        parent_span_id: parent.span_id.clone(),
        start_time_unix_nano: parent.start_time_unix_nano,
        end_time_unix_nano: parent.end_time_unix_nano,
        ..child
    }
}

pub(crate) fn fail(span: &mut Span, code: status::StatusCode) {
    span.status = Some(Status { code: code as i32, message: String::new() });
}

pub(crate) fn log() -> LogRecord {
    LogRecord {
        time_unix_nano: now(),
        observed_time_unix_nano: now(),
        severity_number: 9,
        severity_text: "info".to_owned(),
        body: text("", "created").value,
        trace_id: vec![7; 16],
        span_id: vec![1; 8],
        ..LogRecord::default()
    }
}

pub(crate) fn duration_point() -> HistogramDataPoint {
    HistogramDataPoint {
        attributes: vec![text("http.request.method", "GET"), text("url.scheme", "http")],
        start_time_unix_nano: now() - 1_000_000_000,
        time_unix_nano: now(),
        count: 3,
        sum: Some(0.5),
        bucket_counts: vec![1, 1, 1],
        explicit_bounds: vec![0.1, 0.25],
        min: Some(0.05),
        max: Some(0.3),
        exemplars: vec![Exemplar {
            time_unix_nano: now() - 1_000_000,
            trace_id: vec![7; 16],
            span_id: vec![1; 8],
            value: Some(exemplar::Value::AsDouble(0.3)),
            ..Exemplar::default()
        }],
        ..HistogramDataPoint::default()
    }
}

pub(crate) fn duration_of(points: Vec<HistogramDataPoint>) -> Metric {
    let aggregation_temporality = AggregationTemporality::Cumulative as i32;
    named(
        "http.server.request.duration",
        "s",
        metric::Data::Histogram(Histogram { data_points: points, aggregation_temporality }),
    )
}

pub(crate) fn count_point(value: i64) -> NumberDataPoint {
    NumberDataPoint {
        start_time_unix_nano: now() - 1_000_000_000,
        time_unix_nano: now(),
        value: Some(number_data_point::Value::AsInt(value)),
        ..NumberDataPoint::default()
    }
}

pub(crate) fn count_of(points: Vec<NumberDataPoint>) -> Metric {
    let aggregation_temporality = AggregationTemporality::Cumulative as i32;
    let sum = Sum { data_points: points, aggregation_temporality, is_monotonic: true };
    named("events_tracked_total", "", metric::Data::Sum(sum))
}

fn named(name: &str, unit: &str, data: metric::Data) -> Metric {
    Metric { name: name.to_owned(), unit: unit.to_owned(), data: Some(data), ..Metric::default() }
}

pub(crate) fn traces(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { scope: Some(scope()), spans, ..ScopeSpans::default() }];
    let of_resource = ResourceSpans { resource: Some(resource()), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![of_resource] }
}

pub(crate) fn metrics(metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    let scope_metrics = vec![ScopeMetrics { scope: Some(scope()), metrics, ..ScopeMetrics::default() }];
    let of_resource = ResourceMetrics { resource: Some(resource()), scope_metrics, ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }
}

pub(crate) fn logs(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs { scope: Some(scope()), log_records, ..ScopeLogs::default() }];
    let of_resource = ResourceLogs { resource: Some(resource()), scope_logs, ..ResourceLogs::default() };
    ExportLogsServiceRequest { resource_logs: vec![of_resource] }
}

impl Received {
    pub(crate) fn take_traces(&mut self, spans: Vec<Span>) -> &mut Self {
        self.take(Signal::Traces, &traces(spans).encode_to_vec());
        self
    }

    pub(crate) fn take_all_metrics(&mut self, of: Vec<Metric>) -> &mut Self {
        self.take(Signal::Metrics, &metrics(of).encode_to_vec());
        self
    }

    pub(crate) fn take_log(&mut self, log: LogRecord) -> &mut Self {
        self.take(Signal::Logs, &logs(vec![log]).encode_to_vec());
        self
    }
}

/// That this, and nothing else, was complained of.
#[track_caller]
pub(crate) fn assert_refused(complaints: &[String], of: &str) {
    match complaints {
        [complaint] => assert!(complaint.contains(of), "{complaint:?} should say {of:?}"),
        complaints => panic!("there should be one complaint, {of:?}: {complaints:?}"),
    }
}

/// That one span, spoilt like this, is refused for that; and that it is not without being spoilt.
#[track_caller]
pub(crate) fn refused(span: fn(&Span) -> Span, of: &str, spoil: impl FnOnce(&mut Span)) {
    let parent = server_span();
    let mut spoilt = span(&parent);
    let before = if spoilt.parent_span_id.is_empty() { vec![] } else { vec![parent.clone()] };
    let mut received = Received::default();
    received.take_traces(before.clone()).complaints.clear();
    received.take_traces(vec![spoilt.clone()]);
    assert_eq!(received.complaints, [""; 0], "without being spoilt");
    let mut received = Received::default();
    received.take_traces(before).complaints.clear();
    spoil(&mut spoilt);
    assert_refused(&received.take_traces(vec![spoilt]).complaints, of);
}
