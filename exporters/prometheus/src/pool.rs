//! Pools of connections that are looked at with every scrape.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tachograph_core::lock;

use crate::labels::Labels;
use crate::names::Names;
use crate::page::Page;

/// How busy a pool of connections is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Connections that wait for work.
    pub idle: u64,
    /// Connections that are given out.
    pub in_use: u64,
    /// The most connections the pool opens.
    pub max: u64,
    /// Callers that wait for a connection.
    pub waiting: u64,
    /// How often waiting has ended in a time-out so far.
    pub timeouts: u64,
}

type Read = Arc<dyn Fn() -> PoolUse + Send + Sync>;

#[derive(Default)]
pub(crate) struct Pools(Mutex<BTreeMap<String, Read>>);

impl Pools {
    /// One of the same name is no longer looked at: there can be but one series of a name.
    pub(crate) fn watch(&self, name: String, read: Read) {
        lock(&self.0).insert(name, read);
    }

    pub(crate) fn write(&self, names: &Names, page: &mut Page) {
        // Somebody else's code runs without the lock. If it panics, that pool is not shown.
        let pools = lock(&self.0).clone();
        let uses: Vec<(String, PoolUse)> = pools
            .into_iter()
            .filter_map(|(name, read)| Some((name, catch_unwind(AssertUnwindSafe(|| read())).ok()?)))
            .collect();
        let each = |take: fn(&PoolUse) -> u64| {
            let sample = move |(name, pool): &(String, PoolUse)| (labels(names, name, ""), take(pool));
            uses.iter().map(sample).collect::<Vec<_>>()
        };
        let states = uses.iter().flat_map(|(name, pool)| {
            [(labels(names, name, "idle"), pool.idle), (labels(names, name, "used"), pool.in_use)]
        });
        page.gauge(names.pool_connections, states);
        page.gauge(names.pool_max, each(|pool| pool.max));
        page.gauge(names.pool_waiting, each(|pool| pool.waiting));
        page.counter(names.pool_timeouts, each(|pool| pool.timeouts));
    }
}

fn labels(names: &Names, name: &str, state: &str) -> String {
    Labels::new().with(names.pool_label, name).with(names.pool_state_label, state).into_string()
}

impl fmt::Debug for Pools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(lock(&self.0).keys()).finish()
    }
}
