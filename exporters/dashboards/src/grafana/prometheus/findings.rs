//! What was found, and the work that no request started.

use tachograph_metrics::names;

use super::{Board, query, topmost};
use crate::grafana::dashboard::Row;
use crate::prometheus::Label;

impl Board<'_> {
    pub(super) fn findings(&self) -> Row {
        let scope = &self.scope;
        let finding = self.label(Label::Finding);
        let [method, route] = &self.endpoint();
        let found = scope.rate(&names::FINDINGS, &[]);
        let panels = vec![
            self.graph(
                "Findings",
                "Reasons in a second why requests were slow, or will be once there is more data, by what they are.",
            )
            .unit("cps")
            .stacked()
            .target(query(scope.sum(&[&finding], &found), self.in_legend(Label::Finding))),
            self.graph(
                "Findings by endpoint",
                "Where most is found. The lines of findings say the place in the code and what to do.",
            )
            .unit("cps")
            .stacked()
            .target(query(
                topmost(&scope.sum(&[method, route, &finding], &found)),
                format!("{} {}", self.endpoint_in_legend(), self.in_legend(Label::Finding)),
            )),
        ];
        Row::new("Findings", panels)
    }

    pub(super) fn tasks(&self) -> Row {
        let scope = &self.scope;
        let (task, error) = (self.label(Label::Task), scope.matcher(Label::CallError, "!=\"\""));
        let ended =
            |matchers: &[String]| scope.sum(&[&task], &scope.rate_of_samples(&names::TASKS, "_count", matchers));
        let failed = format!("{} or 0 * {}", ended(&[error]), ended(&[]));
        let panels = vec![
            self.graph("Duration of tasks", "The 95th percentile of the work that no request started.")
                .unit("s")
                .width(8)
                .target(query(scope.quantile(0.95, &[&task], &names::TASKS, &[]), self.in_legend(Label::Task))),
            self.graph("Failed tasks", "Tasks in a second that panicked, were given up or told of an error.")
                .unit("cps")
                .width(8)
                .target(query(failed, self.in_legend(Label::Task))),
            self.graph("Open tasks", "Tasks that are running now.")
                .width(8)
                .target(query(scope.sum(&[], &scope.series(&names::ACTIVE_TASKS, &[])), "tasks")),
        ];
        Row::new("Tasks", panels).folded()
    }
}
