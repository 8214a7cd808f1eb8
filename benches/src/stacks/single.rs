//! What people use today, one by one.

use super::lines::{Lines, filter, json};
use super::opentelemetry;
use super::page::{self, Page};
use crate::process::{Failure, Installed, Signal, Stack};
use crate::rows::answered;
use ::opentelemetry::trace::TracerProvider as _;
use axum::Router;
use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use opentelemetry_instrumentation_tower::http;
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub(super) const STACKS: [Stack; 7] = [
    Stack { name: "tower-http TraceLayer, JSON", sends: &[], install: trace_layer },
    Stack { name: "axum-prometheus", sends: &[], install: axum_prometheus },
    Stack { name: "instrumentation-tower, metrics to Prometheus", sends: &[], install: tower_page },
    Stack { name: "instrumentation-tower, metrics", sends: &[Signal::Metrics], install: tower_metrics },
    Stack { name: "instrumentation-tower, traces", sends: &[Signal::Traces], install: tower_traces },
    Stack {
        name: "instrumentation-tower, metrics and traces",
        sends: &[Signal::Metrics, Signal::Traces],
        install: tower_both,
    },
    Stack { name: "axum-tracing-opentelemetry", sends: &[Signal::Traces], install: axum_tracing },
];

fn trace_layer(router: Router, _: &str) -> Result<Installed, Failure> {
    let lines = Lines::default();
    tracing_subscriber::registry().with(filter()).with(json(&lines)).try_init()?;
    Ok(Installed {
        router: router.layer(lines_of_requests()),
        flush: Box::new(|| {}),
        proof: Box::new(move |requests| lines.prove(requests)),
    })
}

/// One line a request, at its end, with method, path, status and latency. By its defaults it would say that at DEBUG.
pub(super) fn lines_of_requests() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>> {
    TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
        .on_response(DefaultOnResponse::new().level(Level::INFO))
}

fn axum_prometheus(router: Router, _: &str) -> Result<Installed, Failure> {
    let (layer, page) = page::axum_prometheus();
    Ok(shown(router.layer(layer), page))
}

fn tower_page(router: Router, _: &str) -> Result<Installed, Failure> {
    let page = page::meters()?;
    Ok(shown(router.layer(http::server::Layer::new()), page))
}

fn shown(router: Router, page: Page) -> Installed {
    let page = std::rc::Rc::new(page);
    let rendered = std::rc::Rc::clone(&page);
    Installed {
        router,
        flush: Box::new(move || _ = std::hint::black_box((rendered.render)())),
        proof: Box::new(move |requests| page.prove(requests)),
    }
}

fn tower_metrics(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let metrics = opentelemetry::metrics(receiver)?;
    Ok(Installed {
        router: router.layer(http::server::Layer::new()),
        flush: Box::new(move || opentelemetry::flush_metrics(&metrics)),
        proof: answered(),
    })
}

fn tower_traces(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    Ok(Installed {
        router: router.layer(http::server::Layer::new()),
        flush: Box::new(move || opentelemetry::flush_traces(&traces)),
        proof: answered(),
    })
}

fn tower_both(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let (traces, metrics) = (opentelemetry::traces(receiver)?, opentelemetry::metrics(receiver)?);
    Ok(Installed {
        router: router.layer(http::server::Layer::new()),
        flush: Box::new(move || {
            opentelemetry::flush_traces(&traces);
            opentelemetry::flush_metrics(&metrics);
        }),
        proof: answered(),
    })
}

fn axum_tracing(router: Router, receiver: &str) -> Result<Installed, Failure> {
    let traces = opentelemetry::traces(receiver)?;
    let spans = tracing_opentelemetry::layer().with_tracer(traces.tracer("benches"));
    tracing_subscriber::registry().with(filter()).with(spans).try_init()?;
    Ok(Installed {
        router: router.layer(OtelAxumLayer::default()),
        flush: Box::new(move || opentelemetry::flush_traces(&traces)),
        proof: answered(),
    })
}
