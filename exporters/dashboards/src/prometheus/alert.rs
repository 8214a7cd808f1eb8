//! What is not as it should be.

use tachograph_core::FindingKind;
use tachograph_metrics::{Kind, names, prometheus_name};

use super::label::Label;
use super::rule::{Rule, literal};
use super::scope::{SERVICE, Scope, own};
use super::{millis, percent, seconds_in_words};
use crate::settings::{Counter, Settings};

/// Somebody is to look at it now.
pub(crate) const PAGE: &str = "page";

/// Somebody is to look at it one of these days.
pub(crate) const TICKET: &str = "ticket";

/// The value of an alert, as its description shows it.
const PERCENTAGE: &str = "{{ $value | humanizePercentage }}";

fn alert(settings: &Settings, name: &str, severity: &str, expression: String) -> Rule {
    Rule::alert(name, expression).label("severity", severity).of(settings)
}

/// The alerts that need nothing but thresholds.
pub(crate) fn alerts(settings: &Settings, scope: &Scope) -> Vec<Rule> {
    let (service, thresholds) = (literal(&settings.service), &settings.thresholds);
    let slowest = millis(thresholds.p99_ms);
    let [pool, method, route] = [Label::Pool, Label::Method, Label::Route].map(|label| scope.label(label));
    let endpoint = format!("{{{{ $labels.{method} }}}} {{{{ $labels.{route} }}}}");
    vec![
        alert(
            settings,
            "SlowRequests",
            TICKET,
            format!("{} > {}", scope.quantile(0.99, &[], &names::DURATIONS, &[]), thresholds.p99_ms as f64 / 1e3),
        )
        .hold("3m")
        .annotation("summary", format!("{service}: 1 of 100 requests takes longer than {slowest}"))
        .annotation(
            "description",
            format!(
                "The 99th percentile is {{{{ $value | humanizeDuration }}}}. Healthy: below {slowest}. Look for slow queries \
                 and for what databases throttle: the verdicts of slow requests say where their time went."
            ),
        ),
        alert(settings, "FailingRequests", PAGE, format!("{} > {}", scope.error_rate(&[]), thresholds.error_rate))
            .hold("5m")
            .annotation("summary", format!("{service}: more than {} of requests fail", percent(thresholds.error_rate)))
            .annotation(
                "description",
                format!(
                    "{PERCENTAGE} of requests fail. Healthy: below 0.1%. Look into the application's log for exceptions: \
                     the lines of failed requests have error_type and error_message."
                ),
            ),
        alert(
            settings,
            "PoolNearlyExhausted",
            TICKET,
            format!("({}) > {}", scope.pool_utilization(), thresholds.pool_utilization),
        )
        .hold("5m")
        .annotation("summary", format!("{service}: the pool {{{{ $labels.{pool} }}}} has hardly a connection left"))
        .annotation(
            "description",
            format!(
                "{PERCENTAGE} of its connections are in use at {{{{ $labels.instance }}}}. Healthy: below {}. Make the pool \
                 larger, or scale the database; look for requests that hold a connection while they wait for something else.",
                percent(thresholds.pool_utilization)
            ),
        ),
        alert(
            settings,
            "CacheMisses",
            TICKET,
            format!("{} < {}", scope.over("15m").cache_hit_rate(&[]), thresholds.cache_hit_rate),
        )
        .hold("15m")
        .annotation("summary", format!("{service}: caches have too few of the keys that they are asked for"))
        .annotation(
            "description",
            format!(
                "They have {PERCENTAGE} of them. Healthy: above {}. Look at the patterns of keys, and keep entries longer.",
                percent(thresholds.cache_hit_rate)
            ),
        ),
        alert(settings, "NewNPlusOne", TICKET, new_n_plus_one(scope, &[&method, &route]))
            .annotation("summary", format!("{service}: {endpoint} asks its database in a loop"))
            .annotation(
                "description",
                format!(
                    "It did not on the day before: look at what was deployed. Healthy: none. To do: {}. The lines of its \
                     findings have the statement and the place in the code.",
                    FindingKind::NPlusOne.hint()
                ),
            ),
        alert(settings, "ExporterDrops", TICKET, drops(scope))
            .hold("10m")
            .annotation("summary", format!("{service}: the exporter {{{{ $labels.exporter }}}} loses what it is given"))
            .annotation(
                "description",
                "{{ $value | humanize }} in 5 minutes, as {{ $labels.reason }}. Healthy: none. See whether its receiver is \
                 there and takes all, and what the service says of it on stderr.",
            ),
    ]
}

/// Endpoints of which it is found now and was not in the day that ended an hour ago.
fn new_n_plus_one(scope: &Scope, by: &[&str]) -> String {
    let found = scope.series(&names::FINDINGS, &[scope.equals(Label::Finding, FindingKind::NPlusOne.as_str())]);
    let now = scope.sum(by, &format!("increase({found}[15m])"));
    let range = "[1d] offset 1h";
    let before = scope.sum_then(by, &format!("increase({found}{range})"), range);
    format!("{now} > 0 unless {before} > 0")
}

fn drops(scope: &Scope) -> String {
    let by = [Label::Exporter, Label::Reason].map(|label| scope.label(label));
    let grown = format!("increase({}[5m])", scope.series(&names::DROPPED, &[]));
    format!("{} > 0", scope.sum(&[&by[0], &by[1]], &grown))
}

/// What Prometheus calls a counter of the application, without `_total`.
pub(crate) fn counter_name(counter: &Counter) -> String {
    prometheus_name(&counter.name, "", Kind::Counter)
}

/// By how much a counter of the application grows in a minute.
fn counter_record(counter: &Counter) -> String {
    format!("{SERVICE}:{}:increase1m", counter_name(counter))
}

/// A record and an alert of a counter of the application.
pub(crate) fn counter(settings: &Settings, scope: &Scope, counter: &Counter) -> [Rule; 2] {
    let (name, record) = (counter_name(counter), counter_record(counter));
    let grown = scope.grown(&format!("{name}_total"));
    let sum = format!("sum_over_time({record}{{{}}}[{}s])", own(settings, &[]), counter.period_s);
    let (service, period) = (literal(&settings.service), seconds_in_words(counter.period_s));
    let healthy = counter.healthy.clone().unwrap_or_else(|| format!("at most {} in {period}", counter.most));
    let action = counter.action.as_deref().map(|action| format!(" {}", literal(action))).unwrap_or_default();
    [
        Rule::record(record, grown).of(settings),
        alert(settings, "CounterGrows", TICKET, format!("{sum} > {}", counter.most))
            .label("counter", &name)
            .annotation("summary", format!("{service}: {name} grew by more than {} in {period}", counter.most))
            .annotation(
                "description",
                format!("It grew by {{{{ $value | humanize }}}}. Healthy: {}.{action}", literal(&healthy)),
            ),
    ]
}
