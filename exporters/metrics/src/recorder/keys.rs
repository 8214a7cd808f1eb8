//! Where the values of a key go, for finding it again at once.

use std::sync::{Arc, PoisonError, RwLock};

use ::metrics::Key;
use hashbrown::HashTable;

use crate::recorder::cell::{Cell, Kind};

/// As many look-ups at a time do not wait for each other.
const PARTS: usize = 16;

/// Keys as the macros have them: a name and labels. There are no more of them than there are series, as keys with the same
/// labels in another order are the same.
#[derive(Debug, Default)]
pub(super) struct Keys([RwLock<HashTable<Known>>; PARTS]);

#[derive(Debug)]
struct Known {
    key: Key,
    kind: Kind,
    cell: Arc<Cell>,
}

impl Keys {
    pub(super) fn find(&self, key: &Key, kind: Kind) -> Option<Arc<Cell>> {
        let part = self.part(key).read().unwrap_or_else(PoisonError::into_inner);
        let known = part.find(key.get_hash(), |known| known.kind == kind && known.key == *key)?;
        Some(Arc::clone(&known.cell))
    }

    pub(super) fn add(&self, key: &Key, kind: Kind, cell: &Arc<Cell>) {
        let mut part = self.part(key).write().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &Known| known.kind == kind && known.key == *key;
        if part.find(key.get_hash(), is_same).is_none() {
            let known = Known { key: key.to_retained(), kind, cell: Arc::clone(cell) };
            part.insert_unique(key.get_hash(), known, |known| known.key.get_hash());
        }
    }

    fn part(&self, key: &Key) -> &RwLock<HashTable<Known>> {
        &self.0[(key.get_hash() >> 60) as usize % PARTS]
    }
}
