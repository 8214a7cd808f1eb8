//! Flags that were asked for lately.

use std::collections::HashMap;
use std::sync::Mutex;

/// A map in memory.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<String, bool>>);

impl Cache {
    const NAME: &str = "flags";

    pub(crate) fn get(&self, key: &str) -> Option<bool> {
        let found = self.flags().get(key).copied();
        match found {
            Some(_) => tachograph::request().cache_hit(Self::NAME),
            None => tachograph::request().cache_miss(Self::NAME),
        };
        found
    }

    pub(crate) fn put(&self, key: String, enabled: bool) {
        self.flags().insert(key, enabled);
    }

    fn flags(&self) -> std::sync::MutexGuard<'_, HashMap<String, bool>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
