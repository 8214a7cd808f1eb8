//! What the labels of our metrics are called.

use tachograph_metrics::{Instrument, Naming, prometheus_label};

/// A label by what it says, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// The request's method.
    Method,
    /// The route that matched.
    Route,
    /// The status of the answer.
    Status,
    /// Why a request failed. By plain names the status says it.
    RequestError,
    /// The part of the breakdown.
    Share,
    /// What was found.
    Finding,
    /// What a query asks, in a few words.
    Summary,
    /// The pool that is waited for.
    WaitedPool,
    /// The pool whose connections are watched.
    Pool,
    /// Whether a connection is idle or used.
    State,
    /// The service that is called over HTTP; by plain names any.
    Host,
    /// Why a call failed.
    CallError,
    /// The service whose procedure is called.
    RpcService,
    /// The cache that is called.
    Cache,
    /// The task.
    Task,
    /// The exporter that lost something.
    Exporter,
    /// Why it was lost.
    Reason,
    /// The bound that was hit.
    Bound,
    /// The metric that had no room.
    Metric,
}

impl Label {
    /// The attribute that it is made of; empty where this naming has none.
    fn attribute(self, naming: Naming) -> &'static str {
        let (opentelemetry, plain) = match self {
            Label::Method => ("http.request.method", "method"),
            Label::Route => ("http.route", "path"),
            Label::Status => ("http.response.status_code", "status"),
            Label::RequestError => ("error.type", ""),
            Label::Share => ("share", "share"),
            Label::Finding => ("finding", "finding"),
            Label::Summary => ("db.query.summary", "operation"),
            Label::WaitedPool => ("db.client.connection.pool.name", "database"),
            Label::Pool => ("db.client.connection.pool.name", "pool"),
            Label::State => ("db.client.connection.state", "state"),
            Label::Host => ("server.address", "target"),
            Label::CallError => ("error.type", "error_type"),
            Label::RpcService => ("rpc.service", "target"),
            Label::Cache => ("cache.name", "cache"),
            Label::Task => ("task", "task"),
            Label::Exporter => ("exporter", "exporter"),
            Label::Reason => ("reason", "reason"),
            Label::Bound => ("bound", "bound"),
            Label::Metric => ("metric", "metric"),
        };
        match naming {
            Naming::OpenTelemetry => opentelemetry,
            Naming::Plain => plain,
        }
    }

    /// Whether series of this metric can have it.
    pub(crate) fn is_of(self, instrument: &Instrument, naming: Naming) -> bool {
        instrument.attributes(naming).contains(&self.attribute(naming))
    }

    /// As Prometheus calls it.
    pub(crate) fn name(self, naming: Naming) -> String {
        prometheus_label(self.attribute(naming)).into_owned()
    }
}

/// A label's value in quotes, as PromQL reads it.
pub(crate) fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_called_as_prometheus_calls_them() {
        assert_eq!(Label::Route.name(Naming::OpenTelemetry), "http_route");
        assert_eq!(Label::Route.name(Naming::Plain), "path");
    }

    #[test]
    fn no_value_ends_its_quotes() {
        assert_eq!(quoted("a\"b\\c\nd{é}"), "\"a\\\"b\\\\c\\nd{é}\"");
    }
}
