//! The standard variables of OpenTelemetry.

mod connection;
mod environment;
mod exporters;
mod limits;
mod sampler;

use std::time::Duration;

use tachograph_core::Service;

use super::batches::Batches;
use super::choices::{Exemplars, Temporality};
use super::{Settings, Warning};
use crate::resource::Resource;
use crate::signal::Signal;
use environment::Environment;

pub(super) fn read<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> (Settings, Vec<Warning>)
where
    N: AsRef<str>,
    V: AsRef<str>,
{
    let mut environment = Environment::new(variables);
    let settings = settings(&mut environment);
    (settings, environment.into_warnings())
}

fn settings(environment: &mut Environment) -> Settings {
    let mut settings = Settings {
        disabled: environment.boolean("OTEL_SDK_DISABLED").unwrap_or(false),
        signals: exporters::signals(environment),
        connection: connection::of_all(environment),
        traces: connection::of(Signal::Traces, environment),
        metrics: connection::of(Signal::Metrics, environment),
        logs: connection::of(Signal::Logs, environment),
        sampling: sampler::sampling(environment),
        service_name: environment.text("OTEL_SERVICE_NAME"),
        resource_attributes: resource_attributes(environment),
        span_limits: limits::of_spans(environment),
        log_limits: limits::of_logs(environment),
        ..Settings::default()
    };
    batches("OTEL_BSP", &mut settings.span_batches, environment);
    batches("OTEL_BLRP", &mut settings.log_batches, environment);
    metrics(&mut settings, environment);
    exporters::propagators(environment);
    for name in ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"] {
        if environment.text(name).is_some() {
            environment.warn(name, "this file is not read here: use `tachograph.toml`, or the other variables");
        }
    }
    settings
}

fn batches(prefix: &str, batches: &mut Batches, environment: &mut Environment) {
    let name = |of: &str| format!("{prefix}_{of}");
    set(&mut batches.schedule_delay, environment.milliseconds(&name("SCHEDULE_DELAY")));
    set(&mut batches.export_timeout, environment.timeout(&name("EXPORT_TIMEOUT")));
    set(&mut batches.max_items, environment.count(&name("MAX_EXPORT_BATCH_SIZE"), 1));
    batches.max_waiting = environment.count(&name("MAX_QUEUE_SIZE"), 1).map(|items| items as usize);
    if let Some(waiting) = batches.max_waiting.filter(|waiting| batches.max_items > *waiting as u64) {
        let why = format!("a batch of {} cannot be had where {waiting} may wait: it is {waiting}", batches.max_items);
        environment.warn(&name("MAX_EXPORT_BATCH_SIZE"), why);
        batches.max_items = waiting as u64;
    }
}

fn metrics(settings: &mut Settings, environment: &mut Environment) {
    let interval = "OTEL_METRIC_EXPORT_INTERVAL";
    match environment.milliseconds(interval) {
        Some(Duration::ZERO) => environment.warn(interval, "metrics cannot be sent without end: use 1 or more"),
        every => set(&mut settings.metric_interval, every),
    }
    set(&mut settings.metric_timeout, environment.timeout("OTEL_METRIC_EXPORT_TIMEOUT"));
    let temporalities =
        [("cumulative", Temporality::Cumulative), ("delta", Temporality::Delta), ("lowmemory", Temporality::LowMemory)];
    let temporality = environment.choice("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", &temporalities);
    set(&mut settings.temporality, temporality);
    let filters =
        [("always_on", Exemplars::Always), ("always_off", Exemplars::Never), ("trace_based", Exemplars::OfTraces)];
    set(&mut settings.exemplars, environment.choice("OTEL_METRICS_EXEMPLAR_FILTER", &filters));
    let aggregation = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
    let aggregations = [("explicit_bucket_histogram", true), ("base2_exponential_bucket_histogram", false)];
    if environment.choice(aggregation, &aggregations) == Some(false) {
        environment.warn(aggregation, "exponential histograms are not sent: they have the conventions' buckets");
    }
}

/// As they are written, if they can be read: of a list that is wrong, nothing is taken.
fn resource_attributes(environment: &mut Environment) -> Option<String> {
    let name = "OTEL_RESOURCE_ATTRIBUTES";
    let list = environment.text(name)?;
    match Resource::of_service(&Service::new("any")).with_list(&list) {
        Ok(_) => Some(list),
        Err(error) => {
            environment.warn(name, format!("none of it is used: {error}"));
            None
        }
    }
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}
