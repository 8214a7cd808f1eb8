//! What a metric is called, by OpenTelemetry's rules for Prometheus.

use std::borrow::Cow;

use tachograph_metrics::{Metric, Points};

/// Prometheus' name, without the `_total` of a counter: what is no letter, digit, underscore or colon becomes an
/// underscore, and the unit stands at the end.
pub(crate) fn name(metric: &Metric) -> Cow<'static, str> {
    if let Some(name) = metric.prometheus_name {
        return Cow::Borrowed(name);
    }
    let mut name = String::with_capacity(metric.name.len() + 8);
    for character in metric.name.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ':' => name.push(character),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    if name.starts_with(|character: char| character.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if let (Points::Counter(_), Some(stem)) = (&metric.points, name.strip_suffix("_total")) {
        name.truncate(stem.len());
    }
    let unit = match (&*metric.unit, &metric.points) {
        ("1", Points::Gauge(_)) => Cow::Borrowed("ratio"),
        (unit, _) => unit_name(unit),
    };
    let has_unit = name.strip_suffix(&*unit).is_some_and(|stem| stem.is_empty() || stem.ends_with('_'));
    if !unit.is_empty() && !has_unit {
        name.push('_');
        name.push_str(&unit);
    }
    Cow::Owned(name)
}

/// A unit of UCUM in words; one that has none there is left out, and so is what stands in braces.
fn unit_name(unit: &str) -> Cow<'static, str> {
    if let Some((amount, each)) = unit.split_once('/') {
        let (amount, each) = (word(amount), word_of_one(each));
        return match (amount, each) {
            (_, "") => Cow::Borrowed(amount),
            ("", each) => Cow::Owned(format!("per_{each}")),
            (amount, each) => Cow::Owned(format!("{amount}_per_{each}")),
        };
    }
    Cow::Borrowed(word(unit))
}

fn word(unit: &str) -> &'static str {
    match unit {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tebibytes",
        "bit" => "bits",
        "kbit" => "kilobits",
        "Mbit" => "megabits",
        "Gbit" => "gigabits",
        "Tbit" => "terabits",
        "m" => "meters",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        _ => "",
    }
}

fn word_of_one(unit: &str) -> &'static str {
    match unit {
        "s" => "second",
        "min" | "m" => "minute",
        "h" => "hour",
        "d" => "day",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_unit_at_the_end() {
        let gauge = |unit| (Points::Gauge(Vec::new()), unit);
        let counter = |unit| (Points::Counter(Vec::new()), unit);
        for (given, (points, unit), expected) in [
            ("http.server.request.duration", gauge("s"), "http_server_request_duration_seconds"),
            ("lag_seconds", gauge("s"), "lag_seconds"),
            ("seconds", gauge("s"), "seconds"),
            ("milliseconds", gauge("s"), "milliseconds_seconds"),
            ("http.server.requests", counter("{request}"), "http_server_requests"),
            ("events.tracked.total", counter(""), "events_tracked"),
            ("load", gauge("1"), "load_ratio"),
            ("jobs", counter("1"), "jobs"),
            ("traffic", gauge("By/s"), "traffic_bytes_per_second"),
            ("rate", gauge("{request}/s"), "rate_per_second"),
            ("queue::depth", gauge(""), "queue::depth"),
            ("größe (neu)", gauge(""), "gr_e_neu_"),
            ("2xx", gauge("bananas"), "_2xx"),
        ] {
            assert_eq!(name(&Metric::new(given, points).unit(unit)), expected);
        }
    }
}
