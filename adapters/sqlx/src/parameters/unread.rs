//! Statements whose arguments are not worth a look.

use std::sync::atomic::{AtomicU64, Ordering};

use tachograph_core::Operation;

/// So many are known. Whatever comes to stand in the place of another is found out again when that is asked next.
const PLACES: usize = 16;

/// Statements that were once given more than is read. Formatting goes through all of a blob even when nobody takes it any
/// more, so it is not tried again.
#[derive(Debug, Default)]
pub(crate) struct Unread([AtomicU64; PLACES]);

impl Unread {
    pub(crate) fn has(&self, operation: &Operation) -> bool {
        let hash = hash(operation);
        self.place(hash).load(Ordering::Relaxed) == hash
    }

    pub(crate) fn add(&self, operation: &Operation) {
        let hash = hash(operation);
        self.place(hash).store(hash, Ordering::Relaxed);
    }

    fn place(&self, hash: u64) -> &AtomicU64 {
        &self.0[hash as usize % PLACES]
    }
}

fn hash(operation: &Operation) -> u64 {
    operation.statement().map_or(0, |statement| statement.hash())
}
