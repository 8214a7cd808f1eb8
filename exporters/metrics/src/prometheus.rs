//! What a metric and its attributes are called, by OpenTelemetry's rules for Prometheus.

use std::borrow::Cow;

use crate::instrument::Kind;

/// Prometheus' name of a metric, without the `_total` of a counter: what is no letter, digit, underscore or colon becomes an
/// underscore, and the unit stands at the end.
pub fn prometheus_name(metric: &str, unit: &str, kind: Kind) -> String {
    let mut name = String::with_capacity(metric.len() + 8);
    for character in metric.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ':' => name.push(character),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    if name.starts_with(|character: char| character.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if let (Kind::Counter, Some(stem)) = (kind, name.strip_suffix("_total")) {
        name.truncate(stem.len());
    }
    let unit = match (unit, kind) {
        ("1", Kind::Gauge) => Cow::Borrowed("ratio"),
        (unit, _) => unit_name(unit),
    };
    let has_unit = name.strip_suffix(&*unit).is_some_and(|stem| stem.is_empty() || stem.ends_with('_'));
    if !unit.is_empty() && !has_unit {
        name.push('_');
        name.push_str(&unit);
    }
    name
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

/// Prometheus' name of an attribute: what is no letter, digit or underscore becomes an underscore, and none begins
/// with a digit.
pub fn prometheus_label(attribute: &str) -> Cow<'_, str> {
    let is_one = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.is_empty()
            && !name.starts_with(|character: char| character.is_ascii_digit())
            && !name.starts_with("__")
            && name != "le"
    };
    if is_one(attribute) {
        return Cow::Borrowed(attribute);
    }
    let mut name: String =
        attribute.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|character: char| character.is_ascii_digit()) {
        name.insert(0, '_');
    }
    // Names with two underscores in front are Prometheus' own.
    while name.starts_with("__") {
        name.remove(0);
    }
    // Buckets have one of that name.
    if name == "le" {
        name.insert_str(0, "exported_");
    }
    Cow::Owned(name)
}
