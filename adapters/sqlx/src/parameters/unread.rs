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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_too_much_is_left_alone_and_the_last_one_keeps_the_place() {
        let statement = |number| Operation::database("sqlite", "main", &format!("SELECT ? AS number_{number}"));
        let unread = Unread::default();
        unread.add(&statement(0));
        let left: Vec<_> = (0..100).filter(|number| unread.has(&statement(*number))).collect();
        assert_eq!(left, [0]);
        (0..100).for_each(|number| unread.add(&statement(number)));
        let left: Vec<_> = (0..100).filter(|number| unread.has(&statement(*number))).collect();
        assert!(left.len() <= PLACES && left.contains(&99), "{left:?}");
    }
}
