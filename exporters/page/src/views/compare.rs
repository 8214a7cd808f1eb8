//! `compare.json`: one version against another.

use std::collections::BTreeMap;

use tachograph_summary::{Change, Comparison, Endpoint, Sample, Sensitivity};

use super::period::Period;
use super::totals::Totals;
use super::{Seen, View, read_with, row};
use crate::filter::Filter;
use crate::json::{self, Object};
use crate::query::Unusable;

pub(super) fn read(text: &str) -> Result<View, Unusable> {
    let (query, filter) = read_with(text, &["baseline", "candidate"])?;
    let version = |name: &str| query.value(name).map(str::to_owned);
    Ok(View::Compare(filter, version("baseline"), version("candidate")))
}

pub(super) fn answer(
    filter: &Filter,
    baseline: Option<&str>,
    candidate: Option<&str>,
    seen: Seen<'_>,
) -> (u16, Vec<u8>) {
    let known = versions(filter, seen);
    // Without further words: the last one that is not this one, and this one.
    let candidate = candidate.unwrap_or(seen.store.version());
    let baseline = baseline.or_else(|| known.iter().rev().copied().find(|version| *version != candidate));
    let Some(baseline) = baseline else {
        return (404, json::object(|object| object.text("error", "only one version ran in this time")));
    };
    // The one that runs may have been asked nothing yet.
    let is_known = |version: &str| known.contains(&version) || version == seen.store.version();
    if let Some(unknown) = [baseline, candidate].into_iter().find(|version| !is_known(version)) {
        let what = format!("no version `{unknown}` ran in this time: there are {}", known.join(", "));
        return (404, json::object(|object| object.text("error", &what)));
    }
    let period = Period::of(filter, seen);
    let (before, after) = (rows(filter, baseline, seen), rows(filter, candidate, seen));
    let time = |rows: &Rows<'_>| rows.values().map(|row| row.totals.sums.duration).sum::<f64>();
    let (time_before, time_after) = (time(&before), time(&after));
    let mut both: Vec<_> = after.iter().filter_map(|(key, after)| Some((key, before.get(key)?, after))).collect();
    both.sort_by(|one, other| other.2.totals.sums.duration.total_cmp(&one.2.totals.sums.duration));
    // All at once: of many, some differ by chance.
    let changes = Sensitivity::default().compare(both.iter().map(|(_, before, after)| (&before.sample, &after.sample)));
    let body = json::object(|object| {
        period.write(object);
        object.text("baseline", baseline);
        object.text("candidate", candidate);
        object.array("versions", |list| known.iter().for_each(|version| list.text(version)));
        let mut more = 0;
        object.array("endpoints", |list| {
            for (((method, route), before, after), change) in both.iter().zip(&changes) {
                if list.length() >= seen.store.budget.answer {
                    more += 1;
                    continue;
                }
                list.object(|object| {
                    row::write_key(method, route, object);
                    object
                        .object("baseline", |object| row::write(&before.totals, period.seconds(), time_before, object));
                    object
                        .object("candidate", |object| row::write(&after.totals, period.seconds(), time_after, object));
                    object.object("change", |object| write_comparison(change, object));
                });
            }
        });
        object.integer("more", more);
    });
    (200, body)
}

/// An endpoint of one version.
struct Row<'a> {
    totals: Totals<'a>,
    sample: Sample,
}

type Rows<'a> = BTreeMap<(&'a str, &'a str), Row<'a>>;

fn rows<'a>(filter: &Filter, version: &str, seen: Seen<'a>) -> Rows<'a> {
    let filter = filter.of_version(version);
    let mut whole: BTreeMap<(&str, &str), (Totals<'a>, Endpoint)> = BTreeMap::new();
    for slot in seen.store.slots.within(filter.window, seen.now / 1000) {
        for (key, endpoint) in slot.summary.endpoints().filter(|(key, _)| filter.takes_endpoint(key)) {
            let (totals, whole) = whole.entry((&key.method, &key.route)).or_default();
            totals.add(endpoint, &filter);
            whole.merge(endpoint);
        }
    }
    let sample = |whole: &Endpoint| Sample::of(whole, |variant| filter.takes_variant(variant));
    let rows = whole.into_iter().filter(|(_, (totals, _))| totals.all() > 0.0);
    rows.map(|(key, (totals, whole))| (key, Row { totals, sample: sample(&whole) })).collect()
}

fn write_comparison(comparison: &Comparison, object: &mut Object<'_>) {
    let Comparison { mean, p50, p95, .. } = comparison;
    for (name, change) in [("mean", mean), ("p50", p50), ("p95", p95)] {
        object.object(name, |object| write_change(change, object));
    }
    object.text("verdict", comparison.verdict().as_str());
}

fn write_change(change: &Change, object: &mut Object<'_>) {
    object.signed_millis("difference_ms", change.difference());
    object.signed_millis("low_ms", change.interval.map(|(low, _)| low));
    object.signed_millis("high_ms", change.interval.map(|(_, high)| high));
    object.number("ratio", change.ratio().unwrap_or(f64::NAN));
    object.text("verdict", change.verdict.as_str());
}

/// Those that ran, in the order they were seen first.
fn versions<'a>(filter: &Filter, seen: Seen<'a>) -> Vec<&'a str> {
    let mut versions: Vec<&str> = Vec::new();
    for slot in seen.store.slots.within(filter.window, seen.now / 1000) {
        for (key, _) in slot.summary.endpoints() {
            if !versions.contains(&&*key.version) {
                versions.push(&key.version);
            }
        }
    }
    versions
}
