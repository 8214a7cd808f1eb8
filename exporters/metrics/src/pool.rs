//! Pools of connections that an instance knows of.

use tachograph_core::{Handle, PoolUse};

use crate::attributes::List;
use crate::collection::Collection;
use crate::names;
use crate::naming::Naming;
use crate::snapshot::Point;

pub(crate) fn collect(handle: &Handle, out: &mut Collection) {
    let uses = handle.pools();
    let (pool, state) = match out.naming() {
        Naming::OpenTelemetry => ("db.client.connection.pool.name", "db.client.connection.state"),
        Naming::Plain => ("pool", "state"),
    };
    let each = |take: fn(&PoolUse) -> u64| {
        uses.iter().map(move |(name, used)| Point::new(List::new().text(pool, name).done(), take(used))).collect()
    };
    let states = uses.iter().flat_map(|(name, used)| {
        let attributes = List::new().text(pool, name).done();
        [("idle", used.idle), ("used", used.in_use)].map(|(is, count)| Point::new(attributes.and(state, is), count))
    });
    out.up_down(&names::POOL_CONNECTIONS, states.collect());
    out.up_down(&names::POOL_MAX, each(|pool| pool.max));
    out.up_down(&names::POOL_WAITING, each(|pool| pool.waiting));
    out.counter(&names::POOL_TIMEOUTS, each(|pool| pool.timeouts));
}
