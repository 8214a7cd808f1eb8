//! What was promised, and how fast the errors that it allows are used up.

use tachograph_metrics::names;

use super::alert::{PAGE, TICKET};
use super::bound::pattern;
use super::label::Label;
use super::rule::{Rule, literal};
use super::scope::{Scope, own};
use super::{OBJECTIVE, millis, percent};
use crate::error::Error;
use crate::settings::{Objective, Settings};

/// An alert: the budget is used up so many times as fast as it may be, over a long and over a short time. The short one
/// ends the alert soon after the cause is gone.
struct Burn {
    factor: f64,
    long: &'static str,
    short: &'static str,
    severity: &'static str,
    /// When the budget of 30 days would be gone.
    gone: &'static str,
}

const BURNS: [Burn; 3] = [
    Burn { factor: 14.4, long: "1h", short: "5m", severity: PAGE, gone: "2 days" },
    Burn { factor: 6.0, long: "6h", short: "30m", severity: PAGE, gone: "5 days" },
    Burn { factor: 1.0, long: "3d", short: "6h", severity: TICKET, gone: "30 days" },
];

/// The times over which it is looked at.
const WINDOWS: [&str; 5] = ["5m", "30m", "1h", "6h", "3d"];

/// The name under which the part of bad requests over this time is recorded.
pub(crate) fn ratio(scope: &Scope, window: &str) -> String {
    format!("{OBJECTIVE}:{}_bad:ratio{window}", names::REQUESTS.prometheus_name(scope.naming))
}

/// What is recorded of all objectives, and the alerts.
pub(crate) fn rules(settings: &Settings, scope: &Scope) -> Result<[Vec<Rule>; 2], Error> {
    let (mut records, mut alerts) = (Vec::new(), Vec::new());
    for (place, objective) in settings.objectives.iter().enumerate() {
        let name = &objective.name;
        if settings.objectives[..place].iter().any(|other| other.name == *name) {
            return Err(Error::new(format!("there are two objectives `{name}`: each needs a name of its own")));
        }
        if !(objective.target > 0.0 && objective.target < 1.0) {
            return Err(Error::new(format!(
                "the objective `{name}` has the target {}: use a part between 0 and 1, such as 0.999",
                objective.target
            )));
        }
        let promised = Promised::of(objective, settings)?;
        records.extend(promised.records(scope));
        alerts.extend(promised.alerts(scope));
    }
    Ok([records, alerts])
}

/// An objective, as it can be told from the buckets that there are.
struct Promised<'a> {
    settings: &'a Settings,
    objective: &'a Objective,
    /// The bucket that good requests are in, by its bound in seconds.
    bound: Option<f64>,
}

impl<'a> Promised<'a> {
    /// The largest bucket that has only good requests. What is promised is then kept a little more strictly.
    fn of(objective: &'a Objective, settings: &'a Settings) -> Result<Self, Error> {
        let Some(most) = objective.duration_ms else { return Ok(Promised { settings, objective, bound: None }) };
        let seconds = most as f64 / 1e3;
        let fits = settings.duration_buckets.iter().copied().filter(|bound| *bound <= seconds).reduce(f64::max);
        let Some(bound) = fits else {
            let name = &objective.name;
            return Err(Error::new(format!(
                "the objective `{name}` cannot be told from the metrics: no bucket of durations ends at or below {most} ms; add \
                 one of {seconds} to duration_buckets"
            )));
        };
        Ok(Promised { settings, objective, bound: Some(bound) })
    }

    fn label(&self, rule: Rule) -> Rule {
        rule.of(self.settings).label(OBJECTIVE, &self.objective.name)
    }

    /// Of this service and this objective.
    fn own(&self) -> String {
        own(self.settings, &[(OBJECTIVE, &self.objective.name)])
    }

    fn records(&self, scope: &Scope) -> Vec<Rule> {
        let mut matchers = Vec::new();
        for (label, value) in [(Label::Method, &self.objective.method), (Label::Route, &self.objective.route)] {
            matchers.extend(value.iter().map(|value| scope.equals(label, value)));
        }
        let grown = |suffix, more: &[String]| {
            scope.grown(&scope.samples(&names::DURATIONS, suffix, &[&matchers, more].concat()))
        };
        let requests = names::REQUESTS.prometheus_name(scope.naming);
        let (all, bad) =
            (format!("{OBJECTIVE}:{requests}:increase1m"), format!("{OBJECTIVE}:{requests}_bad:increase1m"));
        let total = grown("_count", &[]);
        let failed = match self.bound {
            // Without the bucket, nothing is known to be good.
            Some(bound) => {
                let fast = grown("_bucket", &[format!("le=~\"{}\"", pattern(bound))]);
                format!("{total} - ({fast} or vector(0))")
            }
            None => {
                let failed = scope.failed().map(|failed| format!("({} or vector(0))", grown("_count", &failed)));
                format!("{} and {total}", failed.collect::<Vec<_>>().join(" + "))
            }
        };
        let own = self.own();
        let sum = |record: &str, window| format!("sum_over_time({record}{{{own}}}[{window}])");
        let ratios = WINDOWS
            .map(|window| Rule::record(ratio(scope, window), format!("{} / {}", sum(&bad, window), sum(&all, window))));
        let counts = [Rule::record(&*all, total), Rule::record(&*bad, failed)];
        // The name and the labels of those that are summed are not there before they are.
        counts.into_iter().chain(ratios).map(|rule| self.label(rule)).collect()
    }

    fn alerts(&self, scope: &Scope) -> impl Iterator<Item = Rule> {
        let Objective { name, target, .. } = self.objective;
        // Where half of all may fail, they cannot fail ten times as often.
        let possible = BURNS.iter().filter(move |burn| burn.factor * (1.0 - target) < 1.0);
        possible.map(move |burn| {
            let own = self.own();
            let burns = |window| format!("{}{{{own}}} > {} * (1 - {target})", ratio(scope, window), burn.factor);
            let rule = Rule::alert("ErrorBudgetBurn", format!("{} and {}", burns(burn.long), burns(burn.short)));
            let service = literal(&self.settings.service);
            self.label(rule.label("severity", burn.severity))
                .label("window", burn.long)
                .annotation(
                    "summary",
                    format!("{service}: the errors that {} allows are used up in {}", literal(name), burn.gone),
                )
                .annotation("description", self.description(burn))
        })
    }

    fn description(&self, burn: &Burn) -> String {
        let Objective { target, method, route, duration_ms, .. } = self.objective;
        let of = [method.as_deref(), route.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let of = if of.is_empty() { "all".to_owned() } else { literal(&of) };
        let good = match duration_ms.zip(self.bound) {
            Some((most, bound)) if bound * 1e3 == most as f64 => format!("take no longer than {}", millis(most)),
            Some((most, bound)) => {
                format!("take no longer than {} (counted up to {bound} s, the next bucket below it)", millis(most))
            }
            None => "do not fail".to_owned(),
        };
        format!(
            "{{{{ $value | humanizePercentage }}}} of requests were bad in {}. Healthy: {} of {of} {good}. Look at what was \
             deployed, and for the endpoint and the cause at the dashboard.",
            burn.long,
            percent(*target)
        )
    }
}
