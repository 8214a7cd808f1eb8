//! The metrics of the conventions: units, shapes and the attributes without which a series says nothing.

use crate::attributes::text;
use crate::check::Check;
use crate::metric::{Metric, Shape};
use crate::rules::http;

/// Whatever is in neither list is not called like this.
const NAMESPACES: [&str; 3] = ["db.", "http.", "process."];

const HISTOGRAM: Shape = Shape::Histogram;
const COUNTER: Shape = Shape::Sum { monotonic: true };
const UP_AND_DOWN: Shape = Shape::Sum { monotonic: false };
const GAUGE: Shape = Shape::Gauge;

const SERVER: &[&str] = &["http.request.method", "url.scheme"];
const CLIENT: &[&str] = &["http.request.method", "server.address", "server.port"];
const POOL: &[&str] = &["db.client.connection.pool.name"];

/// The name, the unit, the shape, and the attributes that are required.
const CONVENTIONS: [(&str, &str, Shape, &[&str]); 29] = [
    (
        "db.client.connection.count",
        "{connection}",
        UP_AND_DOWN,
        &["db.client.connection.pool.name", "db.client.connection.state"],
    ),
    ("db.client.connection.create_time", "s", HISTOGRAM, POOL),
    ("db.client.connection.idle.max", "{connection}", UP_AND_DOWN, POOL),
    ("db.client.connection.idle.min", "{connection}", UP_AND_DOWN, POOL),
    ("db.client.connection.max", "{connection}", UP_AND_DOWN, POOL),
    ("db.client.connection.pending_requests", "{request}", UP_AND_DOWN, POOL),
    ("db.client.connection.timeouts", "{timeout}", COUNTER, POOL),
    ("db.client.connection.use_time", "s", HISTOGRAM, POOL),
    ("db.client.connection.wait_time", "s", HISTOGRAM, POOL),
    ("db.client.operation.duration", "s", HISTOGRAM, &["db.system.name"]),
    ("db.client.response.returned_rows", "{row}", HISTOGRAM, &["db.system.name"]),
    ("http.client.active_requests", "{request}", UP_AND_DOWN, &["server.address", "server.port"]),
    ("http.client.request.body.size", "By", HISTOGRAM, CLIENT),
    ("http.client.request.duration", "s", HISTOGRAM, CLIENT),
    ("http.client.response.body.size", "By", HISTOGRAM, CLIENT),
    ("http.server.active_requests", "{request}", UP_AND_DOWN, SERVER),
    ("http.server.request.body.size", "By", HISTOGRAM, SERVER),
    ("http.server.request.duration", "s", HISTOGRAM, SERVER),
    ("http.server.response.body.size", "By", HISTOGRAM, SERVER),
    ("process.context_switches", "{context_switch}", COUNTER, &[]),
    ("process.cpu.time", "s", COUNTER, &[]),
    ("process.cpu.utilization", "1", GAUGE, &[]),
    ("process.disk.io", "By", COUNTER, &[]),
    ("process.memory.usage", "By", UP_AND_DOWN, &[]),
    ("process.memory.virtual", "By", UP_AND_DOWN, &[]),
    ("process.network.io", "By", COUNTER, &[]),
    ("process.thread.count", "{thread}", UP_AND_DOWN, &[]),
    ("process.unix.file_descriptor.count", "{file_descriptor}", UP_AND_DOWN, &[]),
    ("process.uptime", "s", GAUGE, &[]),
];

/// What the conventions have no metric for, and it is measured all the same: by names that they could have.
const OURS: [(&str, &str, Shape, &[&str]); 7] = [
    ("http.server.findings", "{finding}", COUNTER, SERVER),
    ("http.server.request.db.queries", "{query}", HISTOGRAM, SERVER),
    ("http.server.request.share", "s", COUNTER, SERVER),
    ("http.server.requests", "{request}", COUNTER, SERVER),
    ("http.server.streams", "{request}", COUNTER, SERVER),
    ("process.start_time", "s", GAUGE, &[]),
    ("process.unix.file_descriptor.limit", "{file_descriptor}", UP_AND_DOWN, &[]),
];

pub(crate) fn check(check: &mut Check, metric: &Metric) {
    let name = &metric.name;
    check.require(is_name(name), "its name is none");
    check
        .require(metric.unit.is_ascii() && metric.unit.len() < 64, format_args!("its unit is none: {:?}", metric.unit));
    let Some((_, unit, shape, required)) = CONVENTIONS.iter().chain(&OURS).find(|(other, ..)| other == name) else {
        let is_reserved = NAMESPACES.iter().any(|namespace| name.starts_with(namespace));
        check.require(!is_reserved, "the conventions have no metric of this name");
        return;
    };
    check.require(metric.unit == *unit, format_args!("its unit is {:?}, not {unit:?}", metric.unit));
    check.require(metric.shape == *shape, format_args!("it is a {:?}, not a {shape:?}", metric.shape));
    for point in metric.points.iter().filter(|point| !point.attributes.contains_key("otel.metric.overflow")) {
        for name in *required {
            check.require(point.attributes.contains_key(*name), format_args!("{name} is missing in {}", point.key()));
        }
        if name.starts_with("http.") && point.attributes.contains_key("http.request.method") {
            http::method(check, text(&point.attributes, "http.request.method"));
        }
        let by_host = name.starts_with("http.server.") && point.attributes.contains_key("server.address");
        check.require(!by_host, "server.address is what the client says, and so without bound");
    }
}

fn is_name(name: &str) -> bool {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || "_.-/".contains(character);
    name.len() < 256 && name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data};

    use crate::received::Received;
    use crate::testing::{assert_refused, count_of, count_point, duration_of, duration_point, set, text, without};

    fn refused(of: &str, metric: Metric) {
        let mut received = Received::default();
        assert_refused(&received.take_all_metrics(vec![metric]).complaints, of);
        assert_eq!(received.metrics, []);
    }

    #[test]
    fn metrics_are_as_the_conventions_have_them() {
        let good = duration_of(vec![duration_point()]);
        assert_eq!(Received::default().take_all_metrics(vec![good.clone()]).complaints, [""; 0]);
        refused("its unit is \"ms\", not \"s\"", Metric { unit: "ms".to_owned(), ..good.clone() });
        refused("no metric of this name", Metric { name: "http.server.duration".to_owned(), ..good });
        let sum = count_of(vec![count_point(1)]);
        refused("it is a Sum", Metric { name: "process.uptime".to_owned(), unit: "s".to_owned(), ..sum.clone() });
        refused("its name is none", Metric { name: "1st place".to_owned(), ..sum.clone() });
        refused("it has no points", Metric { data: None, ..sum.clone() });
        refused(
            "since when it counts",
            match sum.data {
                Some(Data::Sum(mut data)) => {
                    data.aggregation_temporality = 0;
                    Metric { data: Some(Data::Sum(data)), ..sum }
                }
                _ => unreachable!("it is a sum"),
            },
        );
    }

    #[test]
    fn series_say_what_they_are_of() {
        let mut point = duration_point();
        without(&mut point.attributes, "url.scheme");
        refused("url.scheme is missing", duration_of(vec![point]));
        let mut point = duration_point();
        set(&mut point.attributes, text("http.request.method", "BREW"));
        refused("http.request.method is \"BREW\"", duration_of(vec![point]));
        let mut point = duration_point();
        set(&mut point.attributes, text("server.address", "made.up"));
        refused("server.address is what the client says", duration_of(vec![point]));
    }
}
