//! What CloudWatch takes as EMF: the schema's rules, and those that it does not say.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use tachograph_json::time_of;

use crate::strict::object;

const UNITS: &str = "Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|\
    Gigabits|Terabits|Percent|Count|Bytes/Second|Kilobytes/Second|Megabytes/Second|Gigabytes/Second|Terabytes/Second|\
    Bits/Second|Kilobits/Second|Megabits/Second|Gigabits/Second|Terabits/Second|Count/Second|None";

/// What the largest event may have, less what CloudWatch Logs counts for each.
const MOST_BYTES: usize = (1 << 20) - 26;

/// The members of a line that is one event, and metrics where it has `_aws`. Panics where any rule is broken.
pub(crate) fn line(line: &str) -> Map<String, Value> {
    let members = object(line);
    assert!(line.len() <= MOST_BYTES, "{} bytes", line.len());
    // The format before this one had its directives there.
    assert!(!members.get("CloudWatchMetrics").is_some_and(|value| value.is_array() || value.is_object()), "{line}");
    if let Some(aws) = members.get("_aws") {
        let problem = metadata(aws, &members, time_of(line.as_bytes())).err();
        assert_eq!(problem, None, "{line}");
    }
    members
}

/// The metrics of a line, with their values, by their names.
pub(crate) fn metrics(members: &Map<String, Value>) -> BTreeMap<String, Vec<f64>> {
    let definitions = directives(members).flat_map(|directive| list(&directive["Metrics"]));
    let named = definitions.map(|definition| definition["Name"].as_str().unwrap());
    named.map(|name| (name.to_owned(), values(&members[name]))).collect()
}

/// The sets of dimensions of a line's first directive.
pub(crate) fn sets(members: &Map<String, Value>) -> Vec<Vec<&str>> {
    let sets = directives(members).next().into_iter().flat_map(|directive| list(&directive["Dimensions"]));
    sets.map(|set| list(set).iter().map(|name| name.as_str().unwrap()).collect()).collect()
}

fn directives(members: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    members.get("_aws").into_iter().flat_map(|aws| list(&aws["CloudWatchMetrics"]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn values(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(|value| value.as_f64().unwrap()).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

type Checked = Result<(), String>;

fn metadata(aws: &Value, members: &Map<String, Value>, time: Option<SystemTime>) -> Checked {
    has_only(aws, &["Timestamp", "CloudWatchMetrics"], &["LogGroupName", "LogStreamName"])?;
    let millis = aws["Timestamp"].as_u64().ok_or("Timestamp is no whole number")?;
    let written = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).ok_or("it has no timestamp")?;
    must(u128::from(millis) == written.as_millis(), || format!("Timestamp {millis} is not {}", written.as_millis()))?;
    for name in ["LogGroupName", "LogStreamName"] {
        let Some(value) = aws.get(name) else { continue };
        let text = value.as_str().unwrap_or_default();
        must(!text.is_empty() && text.len() <= 512 && !text.contains([':', '*', ' ']), || {
            format!("{name} is {value}")
        })?;
    }
    let directives = aws["CloudWatchMetrics"].as_array().ok_or("CloudWatchMetrics is no list")?;
    must(!directives.is_empty() || aws.get("LogGroupName").is_some(), || "it tells nothing".to_owned())?;
    let mut told = BTreeSet::new();
    directives.iter().try_for_each(|each| directive(each, members, &mut told))
}

fn directive<'v>(directive: &'v Value, members: &Map<String, Value>, told: &mut BTreeSet<&'v str>) -> Checked {
    has_only(directive, &["Namespace", "Dimensions", "Metrics"], &[])?;
    let namespace = directive["Namespace"].as_str().unwrap_or_default();
    let is_taken = namespace.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._#:/-".contains(&byte));
    must(is_taken && (1..=255).contains(&namespace.len()), || format!("Namespace {namespace:?}"))?;
    must(!namespace.starts_with(':') && !namespace.starts_with("AWS/"), || format!("Namespace {namespace:?}"))?;
    let sets = directive["Dimensions"].as_array().ok_or("Dimensions is no list")?;
    must(!sets.is_empty(), || "Dimensions is empty".to_owned())?;
    let mut dimensions = BTreeSet::new();
    let mut distinct = BTreeSet::new();
    for set in sets {
        let names = set.as_array().ok_or("a set of dimensions is no list")?;
        must(names.len() <= 30, || format!("{} dimensions", names.len()))?;
        let names: Vec<&str> = names.iter().map(|name| name.as_str().unwrap_or_default()).collect();
        names.iter().try_for_each(|name| dimension(name, members))?;
        let set: BTreeSet<&str> = names.iter().copied().collect();
        must(set.len() == names.len(), || format!("a dimension is twice in {names:?}"))?;
        dimensions.extend(names);
        must(distinct.insert(set), || format!("a set is there twice: {sets:?}"))?;
    }
    let metrics = directive["Metrics"].as_array().ok_or("Metrics is no list")?;
    must((1..=100).contains(&metrics.len()), || format!("{} metrics", metrics.len()))?;
    for definition in metrics {
        let name = metric(definition, members)?;
        must(told.insert(name), || format!("{name} is told twice"))?;
        must(!dimensions.contains(name), || format!("{name} is a dimension, too"))?;
    }
    Ok(())
}

fn dimension(name: &str, members: &Map<String, Value>) -> Checked {
    let is_name = (1..=250).contains(&name.len()) && name.is_ascii() && !name.starts_with(':');
    must(is_name, || format!("{name:?} is no name of a dimension"))?;
    let value = members.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name} is no text"))?;
    let is_value = (1..=1024).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control())
        && !value.trim().is_empty();
    must(is_value, || format!("{name} is {value:?}"))
}

fn metric<'v>(definition: &'v Value, members: &Map<String, Value>) -> Result<&'v str, String> {
    has_only(definition, &["Name", "Unit"], &["StorageResolution"])?;
    let name = definition["Name"].as_str().unwrap_or_default();
    must((1..=1024).contains(&name.len()) && !name.trim().is_empty(), || format!("{name:?} is no name of a metric"))?;
    let unit = definition["Unit"].as_str().unwrap_or_default();
    must(UNITS.split('|').any(|known| known == unit), || format!("{name} is in {unit:?}"))?;
    if let Some(resolution) = definition.get("StorageResolution") {
        must(resolution == 1 || resolution == 60, || format!("{name} is kept by {resolution}"))?;
    }
    let is_number = |value: &Value| value.as_f64().is_some_and(|number| number.abs() <= 2_f64.powi(360));
    let is_there = match members.get(name) {
        Some(Value::Array(values)) => (1..=100).contains(&values.len()) && values.iter().all(is_number),
        Some(value) => is_number(value),
        None => false,
    };
    must(is_there, || format!("{name} is {:?}", members.get(name)))?;
    Ok(name)
}

fn has_only(value: &Value, needed: &[&str], possible: &[&str]) -> Checked {
    let members = value.as_object().ok_or_else(|| format!("{value} is no object"))?;
    must(needed.iter().all(|name| members.contains_key(*name)), || format!("{value} has not all of {needed:?}"))?;
    let unknown = members.keys().find(|name| ![needed, possible].concat().contains(&name.as_str()));
    must(unknown.is_none(), || format!("{value} has {unknown:?}"))
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}
