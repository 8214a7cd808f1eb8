//! What the lines are as metrics.

use serde_json::{Map, Value, json};
use tachograph_core::Service;
use tachograph_json::emf::{Catalogue, Of, Signal};

use super::{Board, REGION};
use crate::grafana::dashboard::Row;
use crate::grafana::panel::{Panel, Worse};

/// Stands for the version, of which the settings say nothing: it only matters that there is one.
const ANY: &str = "*";

/// The metrics that are published, or would be if the lines were metrics.
struct Published<'a> {
    board: &'a Board<'a>,
    catalogue: Catalogue,
}

impl Board<'_> {
    /// None where the sets of dimensions are none that the exporter takes.
    pub(super) fn metrics(&self) -> Option<Row> {
        let mut service = Service::new(&self.settings.service).version(ANY);
        service.environment.clone_from(&self.settings.environment);
        let catalogue = Catalogue::new(&service, &self.settings.dimensions, self.settings.emf_naming).ok()?;
        let panels = Published { board: self, catalogue }.panels();
        (!panels.is_empty()).then(|| Row::new("Metrics", panels))
    }
}

/// What the application counts can have labels that nobody knows here, each of which is a dimension more.
fn by_label(mut target: Value) -> Value {
    target["matchExact"] = false.into();
    target
}

impl Published<'_> {
    /// A metric of the service, and for each value of these dimensions of its own; none where it is not published so.
    fn metric(&self, signal: Signal, statistic: &str, by: &[&str], label: &str) -> Option<Value> {
        let name = signal.name(self.board.settings.emf_naming)?;
        self.named(name, signal.of(), statistic, by, label)
    }

    fn named(&self, name: &str, of: Of, statistic: &str, by: &[&str], label: &str) -> Option<Value> {
        let sets = self.catalogue.sets(of);
        let fits = |set: &&Vec<&str>| by.iter().all(|dimension| set.contains(dimension));
        let known = sets.iter().filter(fits).filter_map(|set| self.dimensions(of, set, by));
        Some(json!({
            "dimensions": known.min_by_key(Map::len)?,
            "expression": "",
            "id": "",
            "label": label,
            "matchExact": true,
            "metricEditorMode": 0,
            "metricName": name,
            "metricQueryType": 0,
            "namespace": self.board.settings.namespace,
            "period": "",
            "queryMode": "Metrics",
            "region": REGION,
            "statistic": statistic,
        }))
    }

    /// The values of a set, where each is known, or is one of those that are told apart.
    fn dimensions(&self, of: Of, set: &[&str], by: &[&str]) -> Option<Map<String, Value>> {
        let value = |name: &&str| {
            let value = match *name {
                told_apart if by.contains(&told_apart) => ANY,
                "service" => "$service",
                "environment" => self.board.settings.environment.as_deref()?,
                "event" if of == Of::Request => "request",
                "event" if of == Of::Task => "task",
                _ => return None,
            };
            Some(((*name).to_owned(), value.into()))
        };
        set.iter().map(value).collect()
    }

    /// What is computed of metrics that are not shown themselves, each by the name that the computation has for it.
    fn computed(&self, of: &[(&str, Signal)], by: &str, label: &str) -> Option<Vec<Value>> {
        let hidden = of.iter().map(|(id, signal)| {
            let mut metric = self.metric(*signal, "Sum", &[], "")?;
            metric["id"] = (*id).into();
            metric["hide"] = true.into();
            Some(metric)
        });
        let mut targets: Vec<Value> = hidden.collect::<Option<_>>()?;
        let mut computed = targets.first()?.clone();
        for (name, value) in [("id", ""), ("expression", by), ("label", label), ("metricName", "")] {
            computed[name] = value.into();
        }
        computed["metricEditorMode"] = 1.into();
        computed["dimensions"] = json!({});
        computed["hide"] = false.into();
        targets.push(computed);
        Some(targets)
    }

    /// How often this is of milliseconds.
    fn time_unit(&self) -> &'static str {
        let unit = Signal::Duration.unit(self.board.settings.emf_naming);
        if unit == Some("Seconds") { "s" } else { "ms" }
    }

    /// From here on a duration is too long, in that unit.
    fn slowest(&self) -> f64 {
        let millis = self.board.settings.thresholds.p99_ms as f64;
        if self.time_unit() == "s" { millis / 1e3 } else { millis }
    }

    /// A panel of those that are published; none where none is.
    fn panel(&self, panel: Panel, targets: impl IntoIterator<Item = Option<Value>>) -> Option<Panel> {
        let mut targets = targets.into_iter().flatten().peekable();
        targets.peek()?;
        Some(targets.fold(panel, Panel::target).width(8))
    }

    fn panels(&self) -> Vec<Panel> {
        let (board, thresholds) = (self.board, &self.board.settings.thresholds);
        let time = self.time_unit();
        let one = |signal, statistic, label| self.metric(signal, statistic, &[], label);
        let endpoint = "${PROP('Dim.method')} ${PROP('Dim.route')}";
        let by_endpoint = |signal, statistic| [self.metric(signal, statistic, &["method", "route"], endpoint)];
        let math = |of: &[(&str, Signal)], by, label| {
            self.computed(of, by, label).into_iter().flatten().map(Some).collect::<Vec<_>>()
        };
        let errors = [("errors", Signal::Errors), ("requests", Signal::Requests)];
        let keys = [("hits", Signal::CacheHits), ("misses", Signal::CacheMisses)];
        let panels = [
            self.panel(
                board.graph("Requests", "Requests, however they ended."),
                [one(Signal::Requests, "Sum", "requests")],
            ),
            self.panel(
                board.graph("Duration of all", "But for streams.").unit(time).threshold(self.slowest(), Worse::Above),
                ["p50", "p95", "p99"].map(|statistic| one(Signal::Duration, statistic, statistic)),
            ),
            self.panel(
                board
                    .graph("Errors", "The part of requests that the service failed at.")
                    .unit("percentunit")
                    .threshold(thresholds.error_rate, Worse::Above),
                math(&errors, "IF(requests > 0, errors / requests, 0)", "errors"),
            ),
            self.panel(
                board.graph("Open requests", "Requests that are being answered now."),
                [one(Signal::ActiveRequests, "Maximum", "open")],
            ),
            self.panel(
                board.graph("Requests by endpoint", "Requests of each endpoint.").stacked(),
                by_endpoint(Signal::Requests, "Sum"),
            ),
            self.panel(
                board.graph("Duration by endpoint", "The 95th percentile of each endpoint.").unit(time),
                by_endpoint(Signal::Duration, "p95"),
            ),
            self.panel(
                board.graph("Database and other services", "How long a request waits for them, on average.").unit(time),
                [
                    one(Signal::DatabaseTime, "Average", "database"),
                    one(Signal::ExternalTime, "Average", "other services"),
                    one(Signal::SlowestQuery, "Maximum", "slowest query"),
                    one(Signal::SlowestExternalCall, "Maximum", "slowest call"),
                ],
            ),
            self.panel(
                board.graph("Queries of a request", "How many there are, of requests that have any."),
                [one(Signal::DatabaseQueries, "Average", "average"), one(Signal::DatabaseQueries, "Maximum", "most")],
            ),
            self.panel(
                board
                    .graph("Hit rate", "The part of keys that caches had.")
                    .unit("percentunit")
                    .up_to(1.0)
                    .threshold(thresholds.cache_hit_rate, Worse::Below),
                math(&keys, "IF(hits + misses > 0, hits / (hits + misses), 1)", "hit rate"),
            ),
            self.panel(
                board
                    .graph("Pool utilization", "The part of its connections that are in use, of the fullest pool.")
                    .unit("percent")
                    .up_to(100.0)
                    .threshold(thresholds.pool_utilization * 100.0, Worse::Above),
                [one(Signal::PoolUtilization, "Maximum", "in use")],
            ),
            self.panel(
                board.graph("Findings", "Reasons why requests were slow, or will be once there is more data."),
                [one(Signal::Findings, "Sum", "findings")],
            ),
            self.panel(
                board.graph("Size of answers", "Bytes of the bodies of answers.").unit("bytes"),
                [one(Signal::ResponseBytes, "p95", "p95"), one(Signal::ResponseBytes, "Maximum", "largest")],
            ),
            self.panel(
                board.graph("Lost by exporters", "What exporters could not hand on."),
                [one(Signal::Dropped, "Sum", "lost")],
            ),
        ];
        let counters = board.settings.counters.iter().filter_map(|counter| {
            let name = self.catalogue.counter(&counter.name)?;
            let healthy = counter.healthy.as_deref().map(|healthy| format!(" Healthy: {healthy}.")).unwrap_or_default();
            self.panel(
                board.graph(&*name, format!("By how much it grew.{healthy}")),
                [self.named(&name, Of::Service, "Sum", &[], "").map(by_label)],
            )
        });
        panels.into_iter().flatten().chain(counters).collect()
    }
}
