//! A line of JSON, metrics on a page for Prometheus, and a trace by OTLP, of each request: what gives all three, of what people use
//! today.

use super::lines::{Lines, filter, json};
use super::opentelemetry;
use super::page::{self, Page};
use super::single::lines_of_requests;
use crate::process::{Failure, Install, Installed, Signal, Stack};
use ::opentelemetry::trace::TracerProvider as _;
use axum::Router;
use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use opentelemetry_instrumentation_tower::http;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::rc::Rc;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub(super) const STACKS: [Stack; 6] = [
    stack("TraceLayer + axum-prometheus + instrumentation-tower's traces", trace_layer_axum_prometheus_tower),
    stack("TraceLayer + instrumentation-tower's metrics and traces", trace_layer_tower),
    stack("TraceLayer + axum-prometheus + axum-tracing-opentelemetry", trace_layer_axum_prometheus_axum_tracing),
    stack("TraceLayer's span by tracing-opentelemetry + axum-prometheus", trace_layer_twice_axum_prometheus),
    stack("axum-tracing-opentelemetry, its span as a line + axum-prometheus", axum_tracing_twice_axum_prometheus),
    stack("axum-tracing-opentelemetry, its span as a line + instrumentation-tower's metrics", axum_tracing_twice_tower),
];

const fn stack(name: &'static str, install: Install) -> Stack {
    Stack { name, sends: &[Signal::Traces], install }
}

fn trace_layer_axum_prometheus_tower(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    let (metrics, page) = page::axum_prometheus();
    let lines = Lines::default();
    tracing_subscriber::registry().with(filter()).with(json(&lines)).try_init()?;
    let router = router.layer(metrics).layer(lines_of_requests()).layer(http::server::Layer::new());
    Ok(installed(router, traces, page, lines))
}

fn trace_layer_tower(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    let page = page::meters()?;
    let lines = Lines::default();
    tracing_subscriber::registry().with(filter()).with(json(&lines)).try_init()?;
    let router = router.layer(lines_of_requests()).layer(http::server::Layer::new());
    Ok(installed(router, traces, page, lines))
}

/// Two spans a request, the inner one of TraceLayer.
fn trace_layer_axum_prometheus_axum_tracing(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    let (metrics, page) = page::axum_prometheus();
    let lines = Lines::default();
    // TraceLayer's own span is for the line alone: it would be a second span of each trace.
    let spans = tracing_opentelemetry::layer().with_tracer(traces.tracer("benches"));
    let axum_tracing = tracing_subscriber::filter::filter_fn(|metadata| metadata.target() == "otel::tracing");
    let spans = tracing_subscriber::Layer::with_filter(spans, axum_tracing);
    tracing_subscriber::registry().with(filter()).with(json(&lines)).with(spans).try_init()?;
    let router = router.layer(metrics).layer(lines_of_requests()).layer(OtelAxumLayer::default());
    Ok(installed(router, traces, page, lines))
}

fn trace_layer_twice_axum_prometheus(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    let (metrics, page) = page::axum_prometheus();
    let lines = Lines::default();
    let spans = tracing_opentelemetry::layer().with_tracer(traces.tracer("benches"));
    tracing_subscriber::registry().with(filter()).with(json(&lines)).with(spans).try_init()?;
    Ok(installed(router.layer(metrics).layer(lines_of_requests()), traces, page, lines))
}

fn axum_tracing_twice_axum_prometheus(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    let (metrics, page) = page::axum_prometheus();
    let lines = Lines::default();
    line_and_span(&traces, &lines)?;
    Ok(installed(router.layer(metrics).layer(OtelAxumLayer::default()), traces, page, lines))
}

fn axum_tracing_twice_tower(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let page = page::meters()?;
    let metrics = http::server::Layer::new();
    let traces = opentelemetry::traces(receiver)?;
    let lines = Lines::default();
    line_and_span(&traces, &lines)?;
    Ok(installed(router.layer(metrics).layer(OtelAxumLayer::default()), traces, page, lines))
}

/// axum-tracing-opentelemetry's span, exported and, at its end, written as a line.
fn line_and_span(traces: &SdkTracerProvider, lines: &Lines) -> Result<(), Failure> {
    let spans = tracing_opentelemetry::layer().with_tracer(traces.tracer("benches"));
    let lines = json(lines).with_span_events(FmtSpan::CLOSE);
    Ok(tracing_subscriber::registry().with(filter()).with(lines).with(spans).try_init()?)
}

fn installed(router: Router, traces: SdkTracerProvider, page: Page, lines: Lines) -> Installed {
    let page = Rc::new(page);
    let rendered = Rc::clone(&page);
    Installed {
        router,
        flush: Box::new(move || {
            opentelemetry::flush_traces(&traces);
            std::hint::black_box((rendered.render)());
        }),
        proof: Box::new(move |requests| Ok(format!("{}, {}", lines.prove(requests)?, page.prove(requests)?))),
    }
}
