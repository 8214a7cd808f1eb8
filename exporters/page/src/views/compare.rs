//! `compare.json`: one version against another.

use super::period::Period;
use super::totals::Totals;
use super::{Seen, View, endpoints, read_with, row};
use crate::filter::Filter;
use crate::json;
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
    let period = Period::of(filter, seen);
    let rows = |version: &str| endpoints::by_endpoint(&filter.of_version(version), seen);
    let (before, after) = (rows(baseline), rows(candidate));
    let time =
        |rows: &std::collections::BTreeMap<_, Totals<'_>>| rows.values().map(|totals| totals.sums.duration).sum();
    let (time_before, time_after): (f64, f64) = (time(&before), time(&after));
    let mut both: Vec<_> = after.iter().filter_map(|(key, after)| Some((key, before.get(key)?, after))).collect();
    both.sort_by(|one, other| other.2.sums.duration.total_cmp(&one.2.sums.duration));
    let body = json::object(|object| {
        period.write(object);
        object.text("baseline", baseline);
        object.text("candidate", candidate);
        object.array("versions", |list| known.iter().for_each(|version| list.text(version)));
        object.array("endpoints", |list| {
            for ((method, route), before, after) in &both {
                list.object(|object| {
                    row::write_key(method, route, object);
                    object.object("baseline", |object| row::write(before, period.seconds(), time_before, object));
                    object.object("candidate", |object| row::write(after, period.seconds(), time_after, object));
                });
            }
        });
    });
    (200, body)
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
