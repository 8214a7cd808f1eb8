//! `endpoints.json`: all endpoints, by how much of the time they have.

use std::collections::{BTreeMap, BTreeSet};

use tachograph_summary::EndpointKey;

use super::period::Period;
use super::totals::Totals;
use super::{Seen, View, read_with, row};
use crate::filter::Filter;
use crate::json::{self, Object};
use crate::query::Unusable;

pub(super) fn read(query: &str) -> Result<View, Unusable> {
    Ok(View::Endpoints(read_with(query, &[])?.1))
}

pub(super) fn answer(filter: &Filter, seen: Seen<'_>) -> Vec<u8> {
    let period = Period::of(filter, seen);
    let rows = by_endpoint(filter, seen);
    let mut total = Totals::default();
    rows.values().for_each(|totals| total.merge(totals));
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by(|one, other| {
        let order = |totals: &Totals<'_>| (totals.sums.duration, totals.all());
        order(&other.1).partial_cmp(&order(&one.1)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let most = seen.store.budget.answer;
    json::object(|object| {
        write_head(filter, period, seen, object);
        object.object("total", |object| row::write(&total, period.seconds(), total.sums.duration, object));
        let mut more = 0;
        object.array("endpoints", |endpoints| {
            for ((method, route), totals) in &rows {
                if endpoints.length() >= most {
                    more += 1;
                    continue;
                }
                endpoints.object(|object| {
                    row::write_key(method, route, object);
                    row::write(totals, period.seconds(), total.sums.duration, object);
                });
            }
        });
        object.integer("more", more);
    })
}

/// What is asked for, by method and route.
pub(super) fn by_endpoint<'a>(filter: &Filter, seen: Seen<'a>) -> BTreeMap<(&'a str, &'a str), Totals<'a>> {
    let mut rows: BTreeMap<(&str, &str), Totals<'_>> = BTreeMap::new();
    for slot in seen.store.slots.within(filter.window, seen.now / 1000) {
        let wanted = slot.summary.endpoints().filter(|(key, _)| filter.takes_endpoint(key));
        for (EndpointKey { method, route, .. }, endpoint) in wanted {
            rows.entry((method, route)).or_default().add(endpoint, filter);
        }
    }
    rows.retain(|_, totals| totals.all() > 0.0);
    rows
}

/// Writes of which time it is told, and what can be asked for there.
pub(super) fn write_head(filter: &Filter, period: Period, seen: Seen<'_>, object: &mut Object<'_>) {
    let (mut versions, mut methods, mut routes, mut statuses) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for slot in seen.store.slots.within(filter.window, seen.now / 1000) {
        for (key, endpoint) in slot.summary.endpoints() {
            versions.insert(&*key.version);
            methods.insert(&*key.method);
            routes.insert(&*key.route);
            statuses.extend(endpoint.variants().map(|(variant, _)| variant.status));
        }
    }
    period.write(object);
    object.array("versions", |list| versions.iter().for_each(|version| list.text(version)));
    object.object("filters", |object| {
        object.array("methods", |list| methods.iter().for_each(|method| list.text(method)));
        let most = seen.store.budget.answer / 4;
        object.array("routes", |list| {
            let room = list.length() + most;
            for route in &routes {
                if list.length() < room {
                    list.text(route);
                }
            }
        });
        object.array("statuses", |list| {
            statuses.iter().flatten().for_each(|status| list.number(f64::from(*status)));
        });
    });
}
