//! What was promised, what the application counts itself, and how the process and tachograph are.

use tachograph_metrics::names;

use super::{Board, query};
use crate::grafana::dashboard::Row;
use crate::grafana::panel::Worse;
use crate::prometheus::{Label, OBJECTIVE, SERVICE, counter_name, ratio};

impl Board<'_> {
    /// None where nothing was promised. These are recorded by the rules, which Prometheus must have.
    pub(super) fn objectives(&self) -> Option<Row> {
        let burn = |window: &str| {
            let budgets = self.settings.objectives.iter().map(|objective| {
                let name = crate::prometheus::quoted(&objective.name);
                let ratio = ratio(&self.scope, window);
                format!("{ratio}{{{SERVICE}=\"$service\",{OBJECTIVE}={name}}} / (1 - {})", objective.target)
            });
            budgets.collect::<Vec<_>>().join(" or ")
        };
        let panel = |title, window| {
            self.graph(
                title,
                "How many times as fast as it may the budget of errors is used up. 1 uses it up in just its time.",
            )
            .threshold(1.0, Worse::Above)
            .target(query(burn(window), format!("{{{{{OBJECTIVE}}}}}")))
        };
        let panels = vec![panel("Burn rate of an hour", "1h"), panel("Burn rate of three days", "3d")];
        (!self.settings.objectives.is_empty()).then(|| Row::new("Objectives", panels))
    }

    /// None where no counter of the application was named.
    pub(super) fn counters(&self) -> Option<Row> {
        let panels: Vec<_> = self
            .settings
            .counters
            .iter()
            .map(|counter| {
                let name = counter_name(counter);
                let (series, period) = (format!("{name}_total"), counter.period_s);
                // Of a series that came into being by being counted, `increase` would see nothing.
                let grown = format!("({series} unless {series} offset {period}s or increase({series}[{period}s]))");
                let healthy =
                    counter.healthy.as_deref().map(|healthy| format!(" Healthy: {healthy}.")).unwrap_or_default();
                self.graph(&*name, format!("By how much it grew in {} s.{healthy}", counter.period_s))
                    .threshold(counter.most, Worse::Above)
                    .width(8)
                    .target(query(self.scope.sum(&[], &grown), &*name))
            })
            .collect();
        (!panels.is_empty()).then(|| Row::new("Counters of the application", panels))
    }

    pub(super) fn process(&self) -> Row {
        let scope = &self.scope;
        let of_each = |expression: String| query(scope.of_service(&expression), "{{instance}}");
        let panels = vec![
            self.graph("Processors", "How many processors each process keeps busy.")
                .width(8)
                .target(of_each(scope.rate(&names::PROCESS_CPU, &[]))),
            self.graph("Memory", "Memory that is in use, of each process.")
                .unit("bytes")
                .width(8)
                .target(of_each(scope.series(&names::PROCESS_MEMORY, &[]))),
            self.graph("Open files", "File descriptors that are open, of those that can be.")
                .unit("percentunit")
                .width(8)
                .target(of_each(format!(
                    "{} / {}",
                    scope.series(&names::PROCESS_OPEN_FILES, &[]),
                    scope.series(&names::PROCESS_MOST_FILES, &[])
                ))),
        ];
        Row::new("Process", panels).folded()
    }

    pub(super) fn tachograph(&self) -> Row {
        let scope = &self.scope;
        let [exporter, reason, bound, metric] =
            [Label::Exporter, Label::Reason, Label::Bound, Label::Metric].map(|label| self.label(label));
        let rate = |by: &[&str], instrument| scope.sum(by, &scope.rate(instrument, &[]));
        let panels = vec![
            self.graph("Lost by exporters", "What exporters could not hand on, in a second, and why.")
                .unit("cps")
                .width(8)
                .target(query(
                    rate(&[&exporter, &reason], &names::DROPPED),
                    format!("{} {}", self.in_legend(Label::Exporter), self.in_legend(Label::Reason)),
                )),
            self.graph(
                "Bounds hit",
                "How often each bound of a record was hit, in a second: what is beyond is counted, not kept.",
            )
            .unit("cps")
            .width(8)
            .target(query(rate(&[&bound], &names::BOUNDS_HIT), self.in_legend(Label::Bound))),
            self.graph(
                "Series without room",
                "What was counted in an overflow series, in a second: a label has too many values.",
            )
            .unit("cps")
            .width(8)
            .target(query(rate(&[&metric], &names::SERIES_OVERFLOWED), self.in_legend(Label::Metric))),
        ];
        Row::new("Tachograph", panels).folded()
    }
}
