//! Of counters: the application's own, and those of the exporter's that the settings name.

use tachograph_json::emf::Signal;

use super::super::lines;
use super::super::published::{Metric, Published};
use super::super::template::{Template, words};
use super::alarm::{Alarm, Comparison, Missing, Watched, Window};
use crate::{Counter, Error, Settings};

/// CloudWatch looks back no further than a week.
const LONGEST_S: u64 = 604_800;

/// How long a name can be: with `$.` before it, and `_total` behind it, a filter's value has 100 characters.
const LONGEST_NAME: usize = 92;

pub(super) fn alarms(settings: &Settings, published: &Published, template: &mut Template) -> Result<Vec<Alarm>, Error> {
    let mut alarms = Vec::new();
    for counter in &settings.counters {
        check(counter)?;
        let metric = match published.signal(&counter.name) {
            Some(signal) => of_ours(counter, signal, published)?,
            None => of_theirs(counter, settings, published, template)?,
        };
        alarms.push(alarm(counter, metric));
    }
    Ok(alarms)
}

fn check(counter: &Counter) -> Result<(), Error> {
    let Counter { name, most, period_s, .. } = counter;
    let refused = |why: String| Err(Error::new(format!("no alarm on the counter `{}`: {why}", name.escape_debug())));
    if !most.is_finite() || *most < 0.0 {
        return refused(format!("{most} is no number of times that is healthy: use 0 or more"));
    }
    if *period_s > LONGEST_S {
        return refused(format!(
            "CloudWatch looks back no further than a week: use {LONGEST_S} instead of {period_s} s"
        ));
    }
    if *period_s == 0 || !period_s.is_multiple_of(60) {
        let next = (period_s / 60 + 1) * 60;
        return refused(format!("CloudWatch counts in whole minutes: use {next} instead of {period_s} s"));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_plain) {
        return refused(
            "CloudWatch Logs finds members of lines that are called by 1 to 92 letters, digits, `_` and `-`".into(),
        );
    }
    Ok(())
}

/// What the exporter counts itself has a metric of the service.
fn of_ours(counter: &Counter, signal: Signal, published: &Published) -> Result<Metric, Error> {
    published.metric(signal).map_err(|error| Error::new(format!("no alarm on the counter `{}`: {error}", counter.name)))
}

/// Its metrics are as many as its labels have values, and an alarm cannot look for them: so it is added up in lines.
fn of_theirs(
    counter: &Counter,
    settings: &Settings,
    published: &Published,
    template: &mut Template,
) -> Result<Metric, Error> {
    let member = published.counter(&counter.name);
    let member = member.ok_or_else(|| Error::new(format!("no line has a counter `{}`", counter.name)))?;
    let filter = lines::of_counter(settings, &member);
    let properties = filter.properties(settings.log_group.clone().into());
    template.resource(&format!("{}InLines", in_capitals(&counter.name)), "AWS::Logs::MetricFilter", None, properties);
    Ok(filter.metric)
}

fn alarm(counter: &Counter, metric: Metric) -> Alarm {
    let Counter { name, most, period_s, healthy, action } = counter;
    let span = span(*period_s);
    Alarm {
        id: in_capitals(name),
        name: name.clone(),
        condition: None,
        what: format!("{name} went up by more than {most} in {span}."),
        healthy: healthy.as_deref().map(words).unwrap_or_else(|| format!("at most {most} in {span}")),
        action: action.as_deref().map(words).unwrap_or_else(|| "ask who counts it".into()),
        watched: Watched::Metric { metric, stat: "Sum" },
        comparison: Comparison::Above,
        threshold: *most,
        window: Window::all(1, *period_s),
        // What is not counted is not told.
        missing: Missing::NotBreaching,
    }
}

/// `7 days`, by the largest unit of which it is a whole number.
fn span(seconds: u64) -> String {
    let units = [(604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit)).unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("a {name}").replace("a hour", "an hour"),
        count => format!("{count} {name}s"),
    }
}

fn in_capitals(name: &str) -> String {
    let parts = name.split(['_', '-']).filter(|part| !part.is_empty());
    parts.map(|part| part[..1].to_ascii_uppercase() + &part[1..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(name: &str, most: f64, period_s: u64) -> Counter {
        Counter { name: name.into(), most, period_s, healthy: None, action: None }
    }

    #[test]
    fn what_cloudwatch_cannot_watch_is_refused_with_what_it_can() {
        let refusal = |name: &str, most, period_s| check(&counter(name, most, period_s)).unwrap_err().to_string();
        assert!(refusal("a", 0.0, 604_860).contains("use 604800"));
        assert!(refusal("a", 0.0, 0).contains("use 60 "));
        assert!(refusal("a", 0.0, 90).contains("use 120 instead of 90"));
        assert!(refusal("a", -1.0, 60).contains("-1 is no number"));
        assert!(refusal("a", f64::NAN, 60).contains("NaN"));
        for name in ["", "a.b", "größe", "a b", &"a".repeat(93)] {
            assert!(refusal(name, 0.0, 60).contains("letters, digits"), "{name}");
        }
        assert_eq!(check(&counter("safety_rollbacks_total", 0.0, 604_800)), Ok(()));
    }

    #[test]
    fn spans_are_said_by_the_largest_unit() {
        let spans = [604_800, 86_400, 172_800, 3600, 7200, 300, 60].map(span);
        assert_eq!(spans, ["a week", "a day", "2 days", "an hour", "2 hours", "5 minutes", "a minute"]);
    }
}
