//! `requests.json`: single requests, as far as they are kept.

use super::endpoints::by_endpoint;
use super::period::Period;
use super::{Seen, View, read_with};
use crate::filter::Filter;
use crate::json;
use crate::kept::Kept;
use crate::query::Unusable;

/// Which of them are first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last ones.
    Time,
    /// The slowest ones.
    Duration,
}

const LIMIT: usize = 100;
const MOST: usize = 500;

pub(super) fn read(text: &str) -> Result<View, Unusable> {
    let (query, filter) = read_with(text, &["sort", "limit"])?;
    let order = match query.value("sort").unwrap_or_default() {
        "" | "time" => Order::Time,
        "duration" => Order::Duration,
        _ => return Err(Unusable::new("sort", "time or duration")),
    };
    let limit = match query.value("limit").unwrap_or_default() {
        "" => LIMIT,
        text => match text.parse().ok().filter(|limit| (1..=MOST).contains(limit)) {
            Some(limit) => limit,
            None => return Err(Unusable::new("limit", format!("a number from 1 to {MOST}"))),
        },
    };
    Ok(View::Requests(filter, order, limit))
}

pub(super) fn answer(filter: &Filter, order: Order, limit: usize, seen: Seen<'_>) -> Vec<u8> {
    let period = Period::of(filter, seen);
    let mut kept: Vec<&Kept> = seen.store.remembered.iter().filter(|kept| seen.takes(filter, kept, period)).collect();
    match order {
        Order::Time => kept.sort_by_key(|kept| std::cmp::Reverse((kept.at, kept.number))),
        Order::Duration => kept.sort_by_key(|kept| std::cmp::Reverse((kept.duration, kept.number))),
    }
    let all: f64 = by_endpoint(filter, seen).values().map(|totals| totals.all()).sum();
    json::object(|object| {
        period.write(object);
        let mut shown = 0;
        object.array("requests", |list| {
            for kept in kept.iter().take(limit) {
                if list.length() < seen.store.budget.answer {
                    list.object(|object| kept.write_summary(object));
                    shown += 1;
                }
            }
        });
        object.integer("more", (all as u64).saturating_sub(shown));
    })
}

impl Seen<'_> {
    /// Whether a request is one of those that are asked for.
    pub(super) fn takes(&self, filter: &Filter, kept: &Kept, period: Period) -> bool {
        let is_in_time = filter.window.is_none() || kept.at >= period.from;
        is_in_time && takes(filter, self.store.version(), kept)
    }
}

/// Whether a request is one of those that are asked for, whenever it was.
pub(crate) fn takes(filter: &Filter, version: &str, kept: &Kept) -> bool {
    filter.takes(version, kept.method, &kept.route)
        && filter.takes_status(kept.status, kept.is_error)
        && kept.duration >= filter.least()
}
