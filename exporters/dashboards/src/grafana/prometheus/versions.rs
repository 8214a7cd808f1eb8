//! Version against version.

use tachograph_metrics::names;

use super::{Board, query};
use crate::grafana::dashboard::Row;
use crate::grafana::panel::Worse;
use crate::prometheus::{Scope, VERSION};

impl Board<'_> {
    pub(super) fn versions(&self) -> Row {
        let (scope, thresholds) = (&self.scope, &self.settings.thresholds);
        let version = format!("{{{{{VERSION}}}}}");
        let quantile = |scope: &Scope, quantile: f64| {
            let buckets = scope.rate_of_samples(&names::DURATIONS, "_bucket", &[]);
            format!("histogram_quantile({quantile}, {})", scope.sum_by_version(&["le"], &buckets))
        };
        let per_request = |instrument| {
            let all = scope.sum_by_version(&[], &scope.rate_of_samples(&names::DURATIONS, "_count", &[]));
            format!("{} / {all}", scope.sum_by_version(&[], &scope.rate(instrument, &[])))
        };
        let panels = vec![
            self.graph("Duration by version", "The 95th percentile of the requests that each version answered.")
                .unit("s")
                .threshold(thresholds.p99_ms as f64 / 1e3, Worse::Above)
                .width(8)
                .target(query(quantile(scope, 0.95), &version)),
            self.graph("Errors by version", "The part of its requests that each version failed at.")
                .unit("percentunit")
                .threshold(thresholds.error_rate, Worse::Above)
                .width(8)
                .target(query(scope.error_rate_by_version(), &version)),
            self.graph("Findings by version", "How much is found of a request, by version.")
                .width(8)
                .target(query(per_request(&names::FINDINGS), &version)),
            self.graph("Requests by version", "Requests in a second that each version answers.")
                .unit("reqps")
                .stacked()
                .width(24)
                .target(query(scope.sum_by_version(&[], &scope.rate(&names::REQUESTS, &[])), &version)),
        ];
        Row::new("Versions", panels)
    }
}
