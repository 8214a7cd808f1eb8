//! Prometheus' page: of axum-prometheus, and of OpenTelemetry's meters.

use super::opentelemetry::resource;
use crate::process::Failure;
use axum_prometheus::PrometheusMetricLayer;
use axum_prometheus::metrics_exporter_prometheus::PrometheusHandle;
use opentelemetry::global;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};

pub(super) type Render = Box<dyn Fn() -> String>;

/// axum-prometheus with metrics-exporter-prometheus.
pub(super) fn axum_prometheus() -> (PrometheusMetricLayer<'static>, Page) {
    let (layer, handle): (_, PrometheusHandle) = PrometheusMetricLayer::pair();
    (layer, Page { render: Box::new(move || handle.render()), counter: "axum_http_requests_total" })
}

/// OpenTelemetry's meters, read by opentelemetry-prometheus.
pub(super) fn meters() -> Result<Page, Failure> {
    let registry = Registry::new();
    let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
    global::set_meter_provider(SdkMeterProvider::builder().with_resource(resource()).with_reader(reader).build());
    let render = move || TextEncoder::new().encode_to_string(&registry.gather()).expect("metrics can be written");
    Ok(Page { render: Box::new(render), counter: "http_server_request_duration_seconds_count" })
}

/// A page, and what on it counts requests.
pub(super) struct Page {
    pub(super) render: Render,
    pub(super) counter: &'static str,
}

impl Page {
    /// How many requests are on the page; an error where that is not `expected`.
    pub(super) fn prove(&self, expected: u64) -> Result<String, String> {
        match counted(&(self.render)(), self.counter) {
            requests if requests == expected => Ok(format!("{requests} on the page")),
            requests => Err(format!("{requests} on the page of {expected} requests")),
        }
    }
}

/// The sum over the series of a counter.
fn counted(page: &str, counter: &str) -> u64 {
    let series = page.lines().filter_map(|line| line.strip_prefix(counter)?.strip_prefix('{'));
    series.filter_map(|series| series.rsplit_once(' ')?.1.parse::<f64>().ok()).sum::<f64>() as u64
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn the_series_of_a_counter_are_added_up() {
        let page = "# TYPE requests_total counter\nrequests_total{status=\"200\"} 40\nrequests_total{status=\"500\"} 2\nrequests_total_more{} 7\n";
        assert_eq!(counted(page, "requests_total"), 42);
    }
}
