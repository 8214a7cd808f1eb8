//! Pools of connections, which are looked at when somebody asks how busy they are.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use crate::lock::lock;

/// How busy a pool of connections is at one moment.
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

type Read = Arc<dyn Fn() -> Option<PoolUse> + Send + Sync>;

/// The pools of an instance, by their names.
#[derive(Default)]
pub(crate) struct Pools(Mutex<BTreeMap<Box<str>, Read>>);

impl Pools {
    /// One of the same name is no longer looked at: names are labels, and a series is there but once.
    pub(crate) fn watch(&self, name: Box<str>, read: impl Fn() -> Option<PoolUse> + Send + Sync + 'static) {
        lock(&self.0).insert(name, Arc::new(read));
    }

    /// Looks at each. Somebody else's code runs without the lock; if it panics, that pool is not shown.
    pub(crate) fn read(&self) -> Vec<(Box<str>, PoolUse)> {
        let pools = lock(&self.0).clone();
        let mut uses = Vec::with_capacity(pools.len());
        for (name, read) in pools {
            match catch_unwind(AssertUnwindSafe(|| read())) {
                Ok(Some(pool)) => uses.push((name, pool)),
                // It is gone, if it was not replaced meanwhile.
                Ok(None) => {
                    let mut pools = lock(&self.0);
                    if pools.get(&name).is_some_and(|current| Arc::ptr_eq(current, &read)) {
                        pools.remove(&name);
                    }
                }
                Err(_) => {}
            }
        }
        uses
    }
}

impl fmt::Debug for Pools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(lock(&self.0).keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use super::*;

    #[test]
    fn a_pool_is_looked_at_until_it_is_gone_or_another_has_its_name() {
        let pools = Pools::default();
        let pool = Arc::new(PoolUse { max: 5, ..PoolUse::default() });
        let weak: Weak<PoolUse> = Arc::downgrade(&pool);
        pools.watch("main".into(), || panic!("it is replaced before it is asked"));
        pools.watch("main".into(), move || weak.upgrade().map(|pool| *pool));
        pools.watch("broken".into(), || panic!("not ours"));
        assert_eq!(pools.read(), [("main".into(), *pool)]);
        drop(pool);
        assert_eq!(pools.read(), []);
        assert_eq!(format!("{pools:?}"), r#"{"broken"}"#);
    }
}
