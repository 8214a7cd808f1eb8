//! Queries in a loop: N+1, where the query before them is another.

use tachograph_core::{CallGroup, Operation, Record};

/// So many times the same statement from the same place is a loop.
const MANY_REPEATS: u32 = 5;

/// Whether one statement from one place ran so often.
pub(crate) fn has_query_loop(record: &Record) -> bool {
    let is_loop = |group: &CallGroup| group.count() >= MANY_REPEATS && is_query(group.operation());
    let database = record.database();
    // Nearly all requests have no statement that is repeated.
    database.count() >= MANY_REPEATS && database.repeats() >= MANY_REPEATS && record.call_groups().iter().any(is_loop)
}

fn is_query(operation: &Operation) -> bool {
    operation.statement().is_some() && !operation.is_transaction_control()
}
