//! OpenTelemetry's SDK, as the documentation of opentelemetry-otlp sets it up: batches of spans and a reader of metrics, by gRPC.

use crate::process::Failure;
use opentelemetry::global;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;

/// Sends spans to `receiver` in batches; sampled as its parent, or always.
pub(super) fn traces(receiver: &str) -> Result<SdkTracerProvider, Failure> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(receiver).build()?;
    let provider = SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(provider.clone());
    Ok(provider)
}

/// Sends metrics to `receiver`, once a minute.
pub(super) fn metrics(receiver: &str) -> Result<SdkMeterProvider, Failure> {
    let exporter = MetricExporter::builder().with_tonic().with_endpoint(receiver).build()?;
    let provider = SdkMeterProvider::builder().with_resource(resource()).with_periodic_exporter(exporter).build();
    global::set_meter_provider(provider.clone());
    Ok(provider)
}

/// Ends what is under way, and says what went wrong.
pub(super) fn flush_traces(provider: &SdkTracerProvider) {
    provider.force_flush().expect("the receiver takes spans");
}

pub(super) fn flush_metrics(provider: &SdkMeterProvider) {
    provider.force_flush().expect("the receiver takes metrics");
}

pub(super) fn resource() -> Resource {
    Resource::builder().with_service_name("benches").build()
}
