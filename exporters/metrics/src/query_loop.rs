//! Queries in a loop: N+1, where the query before them is another.

use tachograph_core::{CallGroup, Operation, Record, Statement};

/// So many times the same statement from the same place is a loop.
const MANY_REPEATS: u32 = 5;

/// Whether one statement from one place ran so often.
pub(crate) fn has_query_loop(record: &Record) -> bool {
    let is_loop = |group: &CallGroup| group.count() >= MANY_REPEATS && query(group.operation()).is_some();
    record.database().count() >= MANY_REPEATS && can_have_one(record) && record.call_groups().iter().any(is_loop)
}

fn query(operation: &Operation) -> Option<&Statement> {
    operation.statement().filter(|statement| !statement.is_transaction_control())
}

/// Nearly all requests have no statement that is repeated, and that is found out without asking for memory. More different
/// ones than there is place for are a case for a closer look.
fn can_have_one(record: &Record) -> bool {
    let mut known: [(u64, u32); 32] = [(0, 0); 32];
    let mut different = 0;
    let calls = record.calls().iter().map(|call| (call.operation(), 1));
    let groups = record.calls_grouped().iter().map(|group| (group.operation(), group.count()));
    for (operation, times) in calls.chain(groups) {
        let Some(statement) = query(operation) else { continue };
        let hash = statement.hash();
        let at = known[..different].iter().position(|(other, _)| *other == hash).unwrap_or(different);
        let Some((place, count)) = known.get_mut(at) else { return true };
        *place = hash;
        *count += times;
        if *count >= MANY_REPEATS {
            return true;
        }
        different = different.max(at + 1);
    }
    false
}
