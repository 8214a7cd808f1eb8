//! Where the time goes.

use tachograph_metrics::names;

use super::{Board, query, topmost};
use crate::grafana::dashboard::Row;
use crate::prometheus::Label;

const SHARES: &str = "db: databases, db_wait: waiting for a connection, external: other services, cache: caches, own: the \
                      service's own code, body: sending the answer, waiting: none of these, such as a lock or a sleep.";

impl Board<'_> {
    pub(super) fn time(&self) -> Row {
        let scope = &self.scope;
        let share = self.label(Label::Share);
        let [method, route] = &self.endpoint();
        let shares = scope.sum(&[&share], &scope.rate(&names::SHARES, &[]));
        let by_endpoint = scope.sum(&[method, route], &scope.rate_of_samples(&names::DURATIONS, "_sum", &[]));
        let panels = vec![
            self.graph("Time of a request", format!("What the mean duration consists of. {SHARES}"))
                .unit("s")
                .stacked()
                .target(query(
                    format!("{shares} / on () group_left () {}", scope.requests_per_second(&[])),
                    self.in_legend(Label::Share),
                )),
            self.graph("Shares of the time", format!("The same as parts of all. {SHARES}"))
                .unit("s")
                .stacked_to_all()
                .target(query(shares, self.in_legend(Label::Share))),
            self.graph(
                "Impact",
                "Seconds of requests in a second, by endpoint: where many requests and long ones meet, there is most to gain.",
            )
            .unit("short")
            .stacked()
            .width(24)
            .target(query(topmost(&by_endpoint), self.endpoint_in_legend())),
        ];
        Row::new("Where the time goes", panels)
    }
}
