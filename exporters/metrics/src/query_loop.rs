//! Queries in a loop: N+1, where the query before them is another.

use tachograph_core::{CallGroup, MANY_REPEATS, Record};

/// Whether a request ran one statement from one place [so often](MANY_REPEATS): the finding `query_loop`.
pub fn has_query_loop(record: &Record) -> bool {
    let is_loop = |group: &CallGroup| group.count() >= MANY_REPEATS && group.operation().is_query();
    // Nearly all requests have no statement that is repeated.
    record.repeats_much() && record.call_groups().iter().any(is_loop)
}
