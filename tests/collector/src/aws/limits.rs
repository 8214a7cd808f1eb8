//! How much AWS takes at once, as its guide says for each end point. It says "MB", and means the smaller ones here.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message;

use crate::received::Signal;

const TRACES_BYTES: usize = 5_000_000;
const METRICS_BYTES: usize = 1_000_000;
const LOGS_BYTES: usize = 1_000_000;
const SPANS: usize = 10_000;
const SPAN_BYTES: usize = 200_000;
const DATA_POINTS: usize = 1_000;
const LOG_RECORDS: usize = 10_000;
/// Of a resource and its scope together.
const RESOURCE_BYTES: usize = 16_000;

/// Why AWS would not take this message. One that cannot be read is for others to refuse.
pub(super) fn complaint(signal: Signal, message: &[u8]) -> Option<String> {
    match signal {
        Signal::Traces => traces(message),
        Signal::Metrics => metrics(message),
        Signal::Logs => logs(message),
    }
}

fn traces(message: &[u8]) -> Option<String> {
    let request = ExportTraceServiceRequest::decode(message).ok()?;
    let scopes = || request.resource_spans.iter().flat_map(|of| of.scope_spans.iter().map(move |scope| (of, scope)));
    let spans = || scopes().flat_map(|(_, scope)| &scope.spans);
    let around = scopes().map(|(of, scope)| encoded(&of.resource) + encoded(&scope.scope)).max().unwrap_or(0);
    let longest = spans().map(Message::encoded_len).max().unwrap_or(0);
    over("bytes", message.len(), TRACES_BYTES)
        .or_else(|| over("spans", spans().count(), SPANS))
        .or_else(|| over("bytes of a span", longest, SPAN_BYTES))
        .or_else(|| over("bytes of a resource", around, RESOURCE_BYTES))
}

fn metrics(message: &[u8]) -> Option<String> {
    let request = ExportMetricsServiceRequest::decode(message).ok()?;
    let metrics = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics).flat_map(|of| &of.metrics);
    let points = metrics.filter_map(|metric| metric.data.as_ref()).map(|data| match data {
        Data::Gauge(gauge) => gauge.data_points.len(),
        Data::Sum(sum) => sum.data_points.len(),
        Data::Histogram(histogram) => histogram.data_points.len(),
        Data::ExponentialHistogram(histogram) => histogram.data_points.len(),
        Data::Summary(summary) => summary.data_points.len(),
    });
    over("bytes", message.len(), METRICS_BYTES).or_else(|| over("data points", points.sum(), DATA_POINTS))
}

fn logs(message: &[u8]) -> Option<String> {
    let request = ExportLogsServiceRequest::decode(message).ok()?;
    let scopes = || request.resource_logs.iter().flat_map(|of| of.scope_logs.iter().map(move |scope| (of, scope)));
    let records = scopes().map(|(_, scope)| scope.log_records.len()).sum();
    let around = scopes().map(|(of, scope)| encoded(&of.resource) + encoded(&scope.scope)).max().unwrap_or(0);
    over("bytes", message.len(), LOGS_BYTES)
        .or_else(|| over("log records", records, LOG_RECORDS))
        .or_else(|| over("bytes of a resource", around, RESOURCE_BYTES))
}

fn encoded(message: &Option<impl Message>) -> usize {
    message.as_ref().map_or(0, Message::encoded_len)
}

fn over(what: &str, there_are: usize, most: usize) -> Option<String> {
    (there_are > most).then(|| format!("{there_are} {what}, where AWS takes {most}"))
}
