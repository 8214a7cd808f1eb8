//! What requests wait for: databases, other services, caches.

use serde_json::Value;
use tachograph_metrics::{Instrument, Naming, names};

use super::{Board, query, topmost};
use crate::grafana::dashboard::Row;
use crate::grafana::panel::Worse;
use crate::prometheus::Label;

/// The 95th percentile, or how many in a second.
#[derive(Clone, Copy)]
enum Of {
    Duration,
    Count,
}

impl Board<'_> {
    /// Calls by a label, as far as they have one: the databases' operations are in one metric with those of caches.
    fn calls(&self, of: Of, instrument: &Instrument, by: Label) -> Value {
        let (scope, label) = (&self.scope, self.label(by));
        let has_it = [scope.matcher(by, "!=\"\"")];
        let expression = match of {
            Of::Duration => scope.quantile(0.95, &[&label], instrument, &has_it),
            Of::Count => scope.sum(&[&label], &scope.rate_of_samples(instrument, "_count", &has_it)),
        };
        query(topmost(&expression), self.in_legend(by))
    }

    pub(super) fn database(&self) -> Row {
        let scope = &self.scope;
        let [method, route] = &self.endpoint();
        let endpoint = [method.as_str(), route.as_str()];
        let (pool, waited) = (self.label(Label::Pool), self.label(Label::WaitedPool));
        let wait = scope.quantile(0.95, &[&waited], &names::CONNECTION_WAITS, &[]);
        let in_pool = |instrument| scope.sum(&[&pool], &scope.series(instrument, &[]));
        let timeouts = scope.sum(&[&pool], &scope.rate(&names::POOL_TIMEOUTS, &[]));
        let pool_legend = self.in_legend(Label::Pool);
        let panels = vec![
            self.graph("Slow queries", "The 95th percentile of the queries that have the highest, by what they ask.")
                .unit("s")
                .target(self.calls(Of::Duration, &names::QUERIES, Label::Summary)),
            self.graph("Queries", "Queries in a second, by what they ask.").unit("ops").stacked().target(self.calls(
                Of::Count,
                &names::QUERIES,
                Label::Summary,
            )),
            self.graph(
                "Queries of a request",
                "The 95th percentile of how many there are, by endpoint: what grows with the data asks in a loop.",
            )
            .target(query(
                topmost(&scope.quantile(0.95, &endpoint, &names::REQUEST_QUERIES, &[])),
                self.endpoint_in_legend(),
            )),
            self.graph("Wait for a connection", "The 95th percentile of waiting for a connection of a pool.")
                .unit("s")
                .target(query(wait, self.in_legend(Label::WaitedPool))),
            self.graph(
                "Pool utilization",
                "The part of its connections that are in use, of the process that has most in use.",
            )
            .unit("percentunit")
            .up_to(1.0)
            .threshold(self.settings.thresholds.pool_utilization, Worse::Above)
            .target(query(format!("max by ({pool})({})", scope.pool_utilization()), &pool_legend)),
            self.graph(
                "Waiting for a pool",
                "Callers that wait for a connection now, and waits in a second that timed out.",
            )
            .target(query(in_pool(&names::POOL_WAITING), format!("{pool_legend}: waiting")))
            .target(query(timeouts, format!("{pool_legend}: timed out"))),
        ];
        Row::new("Database", panels)
    }

    pub(super) fn external(&self) -> Row {
        let scope = &self.scope;
        let host = self.label(Label::Host);
        let failed = scope.matcher(Label::CallError, "!=\"\"");
        let calls =
            |matchers: &[String]| scope.sum(&[&host], &scope.rate_of_samples(&names::EXTERNAL, "_count", matchers));
        let errors = format!("({} or 0 * {}) / {}", calls(&[failed]), calls(&[]), calls(&[]));
        // By plain names remote procedures are other services, too.
        let others = |of| {
            let others = self.calls(of, &names::REMOTE_PROCEDURES, Label::RpcService);
            (scope.naming == Naming::OpenTelemetry).then_some(others)
        };
        let slow = self
            .graph(
                "Slow services",
                "The 95th percentile of calls to other services, by host, and of remote procedures, by service.",
            )
            .unit("s")
            .target(self.calls(Of::Duration, &names::EXTERNAL, Label::Host));
        let count = self
            .graph("Calls", "Calls to other services in a second.")
            .unit("reqps")
            .stacked()
            .target(self.calls(Of::Count, &names::EXTERNAL, Label::Host));
        let panels = vec![
            others(Of::Duration).into_iter().fold(slow, |panel, target| panel.target(target)).width(8),
            others(Of::Count).into_iter().fold(count, |panel, target| panel.target(target)).width(8),
            self.graph("Failed calls", "The part of calls to each host that failed, or were answered with 4xx or 5xx.")
                .unit("percentunit")
                .width(8)
                .target(query(errors, self.in_legend(Label::Host))),
        ];
        Row::new("External calls", panels)
    }

    pub(super) fn caches(&self) -> Row {
        let scope = &self.scope;
        let [method, route] = &self.endpoint();
        let endpoint = [method.as_str(), route.as_str()];
        let sum = |instrument| scope.sum(&[], &scope.rate(instrument, &[]));
        // Those that are databases, too, are among these by OpenTelemetry's names.
        let databases = |of| {
            let databases = self.calls(of, &names::QUERIES, Label::Cache);
            (scope.naming == Naming::OpenTelemetry).then_some(databases)
        };
        let slow = self.graph("Slow caches", "The 95th percentile of calls to caches.").unit("s").target(self.calls(
            Of::Duration,
            &names::CACHES,
            Label::Cache,
        ));
        let panels = vec![
            self.graph("Hit rate", "The part of keys that caches had, of all and by endpoint.")
                .unit("percentunit")
                .up_to(1.0)
                .threshold(self.settings.thresholds.cache_hit_rate, Worse::Below)
                .width(8)
                .target(query(scope.cache_hit_rate(&[]), "all"))
                .target(query(topmost(&scope.cache_hit_rate(&endpoint)), self.endpoint_in_legend())),
            self.graph("Keys", "Keys in a second that caches were asked for.")
                .unit("ops")
                .stacked()
                .width(8)
                .target(query(sum(&names::CACHE_HITS), "hits"))
                .target(query(sum(&names::CACHE_MISSES), "misses")),
            databases(Of::Duration).into_iter().fold(slow, |panel, target| panel.target(target)).width(8),
        ];
        Row::new("Caches", panels)
    }

    pub(super) fn sizes(&self) -> Row {
        let scope = &self.scope;
        let [method, route] = &self.endpoint();
        let endpoint = [method.as_str(), route.as_str()];
        let size = |title, description, instrument| {
            self.graph(title, description)
                .unit("bytes")
                .width(8)
                .target(query(topmost(&scope.quantile(0.95, &endpoint, instrument, &[])), self.endpoint_in_legend()))
        };
        let sent = scope.sum(&[], &scope.rate_of_samples(&names::RESPONSE_SIZES, "_sum", &[]));
        let received = scope.sum(&[], &scope.rate_of_samples(&names::REQUEST_SIZES, "_sum", &[]));
        let panels = vec![
            size("Large answers", "The 95th percentile of the sizes of answers, by endpoint.", &names::RESPONSE_SIZES),
            size("Large requests", "The 95th percentile of the sizes of requests, by endpoint.", &names::REQUEST_SIZES),
            self.graph("Traffic", "Bytes of bodies in a second.")
                .unit("Bps")
                .width(8)
                .target(query(sent, "sent"))
                .target(query(received, "received")),
        ];
        Row::new("Sizes", panels)
    }
}
