//! Expressions in PromQL over our metrics, and rules for Prometheus made of them.

mod alert;
mod bound;
mod label;
mod objective;
mod rule;
mod scope;
mod signal;

use crate::error::Error;
use crate::settings::Settings;
use rule::{Group, file};

pub(crate) use alert::counter_name;
pub(crate) use bound::pattern;
pub(crate) use label::{Label, quoted};
pub(crate) use objective::ratio;
pub(crate) use scope::{ENVIRONMENT, SERVICE, Scope, VERSION};

/// The label by which what is recorded of objectives is told apart.
pub(crate) const OBJECTIVE: &str = "objective";

/// Rules for Prometheus, as YAML, for its `rule_files`: alerts by the thresholds, of the application's own counters, and of
/// how fast the errors that the objectives allow are used up, with all that has to be recorded for these.
///
/// ```
/// let rules = tachograph_dashboards::prometheus_rules(&tachograph_dashboards::Settings::new("experiments-api")).unwrap();
/// assert!(rules.contains("- alert: \"SlowRequests\""));
/// ```
///
/// # Errors
/// When an objective cannot be told from the metrics: its target is no part, its name is there twice, or no bucket of
/// durations ends at or below its duration. When two counters are one to Prometheus (`rollbacks` and `rollbacks_total`).
pub fn prometheus_rules(settings: &Settings) -> Result<String, Error> {
    let scope = Scope::of(settings, "5m");
    let [records, burns] = objective::rules(settings, &scope)?;
    each_counter_once(settings)?;
    let own = settings.counters.iter().map(|counter| alert::counter(settings, &scope, counter));
    let (own_records, own_alerts): (Vec<_>, Vec<_>) = own.map(|[record, alert]| (record, alert)).unzip();
    let group = |what: &str, interval, rules| Group { name: format!("{}: {what}", settings.service), interval, rules };
    let groups = [
        // What grew in a minute is asked once a minute.
        group("counts", Some("1m"), own_records.into_iter().chain(records).collect()),
        group("health", None, alert::alerts(settings, &scope)),
        group("counters", None, own_alerts),
        group("objectives", None, burns),
    ];
    Ok(file("Made by `tachograph alarms prometheus`.", &groups))
}

/// Two of one name would be recorded twice, and would sound as one.
fn each_counter_once(settings: &Settings) -> Result<(), Error> {
    let mut names: Vec<(String, &str)> = Vec::new();
    for counter in &settings.counters {
        let name = alert::counter_name(counter);
        if let Some((_, other)) = names.iter().find(|(taken, _)| *taken == name) {
            let text =
                format!("the counters `{other}` and `{}` are one to Prometheus: leave one of them out", counter.name);
            return Err(Error::new(text));
        }
        names.push((name, &counter.name));
    }
    Ok(())
}

/// `1.5 s`
fn millis(millis: u64) -> String {
    if millis < 1000 { format!("{millis} ms") } else { format!("{} s", millis as f64 / 1e3) }
}

/// `0.1%`, without the digits that come of dividing.
fn percent(part: f64) -> String {
    let rounded = (part * 100.0 * 1e6).round() / 1e6;
    format!("{rounded}%")
}

/// `5 minutes`, in the largest unit of which there is a whole number.
fn seconds_in_words(seconds: u64) -> String {
    let units = [(604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (length, unit) = units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    match seconds / length {
        1 => format!("a {unit}").replace("a hour", "an hour"),
        count => format!("{count} {unit}s"),
    }
}
