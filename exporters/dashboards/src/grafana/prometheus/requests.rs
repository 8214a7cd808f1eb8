//! How many requests there are, how long they take, and how many fail.

use tachograph_metrics::names;

use super::{Board, query, query_of_table, query_with_exemplars, topmost};
use crate::grafana::dashboard::Row;
use crate::grafana::panel::{Column, Panel, Worse, reference};
use crate::prometheus::Label;

impl Board<'_> {
    pub(super) fn requests(&self) -> Row {
        let (scope, thresholds) = (&self.scope, &self.settings.thresholds);
        let [method, route] = &self.endpoint();
        let endpoint = [method.as_str(), route.as_str()];
        let status = self.label(Label::Status);
        let p99 = thresholds.p99_ms as f64 / 1e3;
        let durations = [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")].into_iter().fold(
            self.graph(
                "Duration",
                "From the call of the service to the last byte of the body, but for streams. The dots are traces.",
            )
            .unit("s")
            .threshold(p99, Worse::Above),
            |panel, (quantile, name)| {
                panel.target(query_with_exemplars(scope.quantile(quantile, &[], &names::DURATIONS, &[]), name))
            },
        );
        let panels = vec![
            self.graph("Requests", "Requests in a second, however they ended, by endpoint.").unit("reqps").stacked().target(
                query(
                    topmost(&scope.sum(&endpoint, &scope.rate(&names::REQUESTS, &[]))),
                    self.endpoint_in_legend(),
                ),
            ),
            durations,
            self.graph(
                "Errors",
                "The part of requests that the service failed at: 5xx, a panic, a body that failed, open at its shutdown.",
            )
            .unit("percentunit")
            .threshold(thresholds.error_rate, Worse::Above)
            .target(query(scope.error_rate(&[]), "all"))
            .target(query(topmost(&format!("({} > 0)", scope.error_rate(&endpoint))), self.endpoint_in_legend())),
            self.graph("Open requests", "Requests that are being answered now.")
                .stacked()
                .target(query(scope.sum(&[method], &scope.series(&names::ACTIVE_REQUESTS, &[])), self.in_legend(Label::Method))),
            self.graph("Slow endpoints", "The 95th percentile of the endpoints that have the highest.").unit("s").target(query(
                topmost(&scope.quantile(0.95, &endpoint, &names::DURATIONS, &[])),
                self.endpoint_in_legend(),
            )),
            self.graph("Slower requests", "Requests in a second that took longer than the duration chosen above.")
                .unit("reqps")
                .stacked()
                .target(query(
                    topmost(&scope.slower_than("=~\"$minimum_duration\"", &endpoint)),
                    self.endpoint_in_legend(),
                )),
            self.graph("Answers", "Requests in a second by the status of their answer; none where there was none.")
                .unit("reqps")
                .stacked()
                .target(query(scope.sum(&[&status], &scope.rate(&names::REQUESTS, &[])), self.in_legend(Label::Status))),
            self.graph("Streams", "Upgrades and event streams that ended, in a second. They are in no duration.")
                .unit("reqps")
                .target(query(scope.sum(&endpoint, &scope.rate(&names::STREAMS, &[])), self.endpoint_in_legend())),
            self.endpoints(),
        ];
        Row::new("Requests", panels)
    }

    /// Endpoints by how much of all time goes to them.
    fn endpoints(&self) -> Panel {
        let scope = self.scope.over("$__range");
        let [method, route] = &self.endpoint();
        let endpoint = [method.as_str(), route.as_str()];
        let time = |by: &[&str]| scope.sum(by, &scope.rate_of_samples(&names::DURATIONS, "_sum", &[]));
        let per_request = |instrument, suffix| {
            let sum = scope.sum(&endpoint, &scope.rate_of_samples(instrument, suffix, &[]));
            format!("{sum} / {}", scope.requests_per_second(&endpoint))
        };
        let numbers = [
            ("Impact", "percentunit", format!("{} / on () group_left () {}", time(&endpoint), time(&[]))),
            ("Requests", "reqps", scope.requests_per_second(&endpoint)),
            ("Mean", "s", per_request(&names::DURATIONS, "_sum")),
            ("p95", "s", scope.quantile(0.95, &endpoint, &names::DURATIONS, &[])),
            ("p99", "s", scope.quantile(0.99, &endpoint, &names::DURATIONS, &[])),
            ("Errors", "percentunit", scope.error_rate(&endpoint)),
            ("Queries", "short", per_request(&names::REQUEST_QUERIES, "_sum")),
            ("Size", "bytes", per_request(&names::RESPONSE_SIZES, "_sum")),
        ];
        let named = [(method, "Method"), (route, "Endpoint")].map(|(name, heading)| Column {
            name: name.clone(),
            heading,
            unit: "",
        });
        let counted = numbers.iter().enumerate().map(|(place, (heading, unit, _))| Column {
            name: format!("Value #{}", reference(place)),
            heading,
            unit,
        });
        let columns = named.into_iter().chain(counted).collect();
        let panel = Panel::table(
            &self.source,
            "Endpoints",
            "Endpoints by their part of the time of all requests, over all the time that is looked at.",
            columns,
        );
        numbers.into_iter().fold(panel, |panel, (_, _, expression)| panel.target(query_of_table(expression)))
    }
}
