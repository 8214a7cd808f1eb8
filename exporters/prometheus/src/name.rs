//! What a metric is called.

use std::borrow::Cow;

use tachograph_metrics::{Metric, prometheus_name};

/// Prometheus' name, without the `_total` of a counter.
pub(crate) fn name(metric: &Metric) -> Cow<'static, str> {
    match metric.prometheus_name {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(prometheus_name(&metric.name, &metric.unit, metric.points.kind())),
    }
}

#[cfg(test)]
mod tests {
    use tachograph_metrics::Points;

    use super::*;

    #[test]
    fn names_have_their_unit_at_the_end() {
        let gauge = |unit| (Points::Gauge(Vec::new()), unit);
        let counter = |unit| (Points::Counter(Vec::new()), unit);
        for (given, (points, unit), expected) in [
            ("http.server.request.duration", gauge("s"), "http_server_request_duration_seconds"),
            ("lag_seconds", gauge("s"), "lag_seconds"),
            ("seconds", gauge("s"), "seconds"),
            ("milliseconds", gauge("s"), "milliseconds_seconds"),
            ("http.server.requests", counter("{request}"), "http_server_requests"),
            ("events.tracked.total", counter(""), "events_tracked"),
            ("load", gauge("1"), "load_ratio"),
            ("jobs", counter("1"), "jobs"),
            ("traffic", gauge("By/s"), "traffic_bytes_per_second"),
            ("rate", gauge("{request}/s"), "rate_per_second"),
            ("queue::depth", gauge(""), "queue::depth"),
            ("größe (neu)", gauge(""), "gr_e_neu_"),
            ("2xx", gauge("bananas"), "_2xx"),
        ] {
            assert_eq!(name(&Metric::new(given, points).unit(unit)), expected);
        }
    }
}
