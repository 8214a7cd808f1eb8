//! Pools of connections: how busy those are that an instance knows of, and how long requests wait for them.

use tachograph_core::{Handle, PoolUse, Record};

use crate::attributes::List;
use crate::collection::Collection;
use crate::histogram::{Bounds, Histogram};
use crate::names as ours;
use crate::naming::{ByNaming, Naming};
use crate::nanos::nanos;
use crate::series::{Add, FULL, Family, Key, Series, Table, names, overflow};
use crate::snapshot::Point;

/// A pool whose name nobody has told: a series of the conventions must have one.
const UNKNOWN: &str = "unknown";

/// What is counted of one pool.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    pub(crate) durations: Histogram,
}

impl Add for Waits {
    fn add(&mut self, other: &Self) {
        self.durations.add(&other.durations);
    }
}

/// The family of all waits for a connection.
pub(crate) fn family(most: usize) -> Family {
    Family::new(most, overflow(["database"]), series)
}

fn series(key: &Key<'_>) -> Series {
    let name = if key.parts[0].is_empty() { UNKNOWN } else { key.parts[0] };
    let of = |attribute| Some(List::new().text(attribute, name).done());
    ByNaming { opentelemetry: of("db.client.connection.pool.name"), plain: of("database") }
}

/// The attributes of all series of waits.
pub(crate) fn wait_attributes(naming: Naming) -> Vec<&'static str> {
    names(&[series(&FULL)], naming)
}

/// Each wait is counted, whoever waited.
pub(crate) fn record(record: &Record, table: &mut Table<Waits>, family: &Family, bounds: &Bounds) {
    // Nearly always it is one pool.
    for waits in record.database().pool_waits().chunk_by(|one, next| one.pool() == next.pool()) {
        let key = Key { parts: [waits[0].pool().as_str(), "", "", "", ""], status: 0, plain_status: Some(0) };
        let series = table.series(&key, family);
        for wait in waits {
            let total = nanos(wait.total());
            match u64::from(wait.count()) {
                0 | 1 => series.durations.observe(total, bounds),
                // Those beyond the record's bound are taken together: each counts as their mean.
                count => series.durations.observe_all(count, total / count, total, bounds),
            }
        }
    }
}

/// What tells apart the pools that an instance watches, and their connections.
fn pool_and_state(naming: Naming) -> [&'static str; 2] {
    match naming {
        Naming::OpenTelemetry => ["db.client.connection.pool.name", "db.client.connection.state"],
        Naming::Plain => ["pool", "state"],
    }
}

pub(crate) fn attributes(naming: Naming) -> Vec<&'static str> {
    vec![pool_and_state(naming)[0]]
}

pub(crate) fn attributes_and_state(naming: Naming) -> Vec<&'static str> {
    pool_and_state(naming).into()
}

pub(crate) fn collect(handle: &Handle, out: &mut Collection) {
    let uses = handle.pools();
    let [pool, state] = pool_and_state(out.naming());
    let each = |take: fn(&PoolUse) -> u64| {
        uses.iter().map(move |(name, used)| Point::new(List::new().text(pool, name).done(), take(used))).collect()
    };
    let states = uses.iter().flat_map(|(name, used)| {
        let attributes = List::new().text(pool, name).done();
        [("idle", used.idle), ("used", used.in_use)].map(|(is, count)| Point::new(attributes.and(state, is), count))
    });
    out.up_down(&ours::POOL_CONNECTIONS, states.collect());
    out.up_down(&ours::POOL_MAX, each(|pool| pool.max));
    out.up_down(&ours::POOL_WAITING, each(|pool| pool.waiting));
    out.counter(&ours::POOL_TIMEOUTS, each(|pool| pool.timeouts));
}
