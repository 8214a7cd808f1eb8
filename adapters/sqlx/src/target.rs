//! Which database calls go to, and how many callers wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use tachograph_core::{Operation, PoolName};

use crate::parameters::Unread;

/// A database as the records name it. Shared by the pool, its clones, and its connections.
#[derive(Debug)]
pub(crate) struct Target {
    system: &'static str,
    name: Box<str>,
    pool: PoolName,
    waiting: AtomicU32,
    timeouts: AtomicU64,
    unread: Unread,
}

impl Target {
    /// The database of a connection that is of no pool.
    pub(crate) fn new(system: &'static str, name: Box<str>) -> Arc<Self> {
        Self::of(system, name, PoolName::default())
    }

    /// The database of a pool, which has the same name.
    pub(crate) fn of_pool(system: &'static str, name: Box<str>) -> Arc<Self> {
        let pool = PoolName::new(&name);
        Self::of(system, name, pool)
    }

    fn of(system: &'static str, name: Box<str>, pool: PoolName) -> Arc<Self> {
        let (waiting, timeouts) = (AtomicU32::new(0), AtomicU64::new(0));
        Arc::new(Target { system, name, pool, waiting, timeouts, unread: Unread::default() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The pool that is waited for.
    pub(crate) fn pool(&self) -> PoolName {
        self.pool
    }

    /// What this text asks of this database.
    pub(crate) fn operation(&self, sql: &str) -> Arc<Operation> {
        Operation::database(self.system, &self.name, sql)
    }

    /// The statements that are not to be looked at closely.
    pub(crate) fn unread(&self) -> &Unread {
        &self.unread
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(crate) fn timeouts(&self) -> u64 {
        self.timeouts.load(Ordering::Relaxed)
    }

    pub(crate) fn timed_out(&self) {
        self.timeouts.fetch_add(1, Ordering::Relaxed);
    }
}

/// One caller waits while this lives.
#[derive(Debug)]
pub(crate) struct Waiting(Arc<Target>);

impl Waiting {
    pub(crate) fn for_one(target: &Arc<Target>) -> Self {
        target.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(Arc::clone(target))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
