//! Calls that were made one after the other, although none needs what another brought.

use std::sync::Arc;

use super::finding::Finding;
use super::kind::FindingKind;
use super::thresholds::Thresholds;
use crate::call::{Call, CallKind};
use crate::clock::nanos;
use crate::record::Record;

/// Runs of calls that would have taken less time together.
///
/// What an answer was used for cannot be seen. So a call counts as independent only where it was given nothing that could
/// come from one: a statement without placeholders, a URL whose path names nothing by number and that has no query string.
/// Calls inside of a transaction share one connection, whatever may write has to keep its order, and where connections were
/// waited for, calls that were made at once come one after the other.
pub(super) fn all(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let (saving, long) = (nanos(thresholds.sequential_saving).max(1), nanos(thresholds.sequential_call));
    let total = record.database().total().saturating_add(record.external().total());
    if nanos(total) <= saving || record.calls().len() < 2 {
        return;
    }
    let waited: u64 = record.pool_waits.iter().map(|waits| nanos(waits.total())).sum();
    let is_queued = |call: &Call| waited >= long && call.kind() == CallKind::Database;
    let mut calls: Vec<&Call> = record.calls().iter().collect();
    calls.sort_by_key(|call| (call.start, call.end));
    let mut run = Run::default();
    let mut in_transaction = Vec::new();
    for call in calls {
        match Role::of(call) {
            Role::Begin => {
                in_transaction.push(call.operation().target());
                run.end(saving, record, found);
            }
            Role::End => {
                in_transaction.retain(|target| *target != call.operation().target());
                run.end(saving, record, found);
            }
            Role::Write => run.end(saving, record, found),
            Role::Read if call.deliberate || is_queued(call) || in_transaction.contains(&call.operation().target()) => {
            }
            Role::Read if call.end - call.start >= long => run.take(call, saving, record, found),
            Role::Read | Role::None => {}
        }
    }
    run.end(saving, record, found);
}

enum Role {
    Begin,
    End,
    Read,
    Write,
    None,
}

impl Role {
    fn of(call: &Call) -> Self {
        let operation = call.operation();
        match operation.kind() {
            CallKind::Cache | CallKind::Other => Role::None,
            CallKind::External if matches!(operation.summary(), "GET" | "HEAD") => Role::Read,
            CallKind::External => Role::Write,
            CallKind::Database => {
                let text = operation.statement().map(|statement| statement.text()).unwrap_or_default();
                let begins_with =
                    |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
                let is_control = operation.is_transaction_control();
                match () {
                    () if is_control && (begins_with("BEGIN") || begins_with("START")) => Role::Begin,
                    // A savepoint ends nothing.
                    () if is_control && (begins_with("SAVEPOINT") || begins_with("RELEASE")) => Role::None,
                    () if is_control => Role::End,
                    () if operation.is_read() && only_reads(text) => Role::Read,
                    () => Role::Write,
                }
            }
        }
    }
}

/// `SELECT pg_notify(…)` does something, `SELECT … INTO` writes, and `SELECT … FOR UPDATE` and its like are made for what
/// follows.
fn only_reads(text: &str) -> bool {
    const OTHERS: [&str; 5] = [" INTO ", " FOR UPDATE", " FOR NO KEY UPDATE", " FOR SHARE", " FOR KEY SHARE"];
    let upper = text.to_ascii_uppercase();
    upper.contains(" FROM ") && !OTHERS.iter().any(|other| upper.contains(other))
}

/// Whether nothing that the call was given can come from another's answer.
fn needs_nothing(call: &Call) -> bool {
    match call.kind() {
        CallKind::Database => call.operation().parameters_in_text().is_some(),
        CallKind::External => {
            !call.has_query() && call.path().is_some_and(|path| !path.bytes().any(|byte| byte.is_ascii_digit()))
        }
        CallKind::Cache | CallKind::Other => false,
    }
}

/// Calls of which each began when the one before it had ended.
#[derive(Default)]
struct Run<'r>(Vec<&'r Call>);

impl<'r> Run<'r> {
    fn take(&mut self, call: &'r Call, saving: u64, record: &Record, found: &mut Vec<Finding>) {
        let follows = self.0.last().is_some_and(|last| call.start >= last.end);
        // The same again is another finding.
        let is_other = || self.0.iter().all(|earlier| !earlier.operation.is_same(&call.operation));
        if !(follows && needs_nothing(call) && is_other()) {
            self.end(saving, record, found);
        }
        self.0.push(call);
    }

    fn end(&mut self, saving: u64, record: &Record, found: &mut Vec<Finding>) {
        let run = std::mem::take(&mut self.0);
        let nanos = |call: &Call| call.end - call.start;
        let total: u64 = run.iter().map(|call| nanos(call)).sum();
        let Some(longest) = run.iter().max_by_key(|call| nanos(call)) else { return };
        let saves = total - nanos(longest);
        if saves < saving {
            return;
        }
        found.push(Finding {
            operation: Some(Arc::clone(&longest.operation)),
            // There they can be brought together.
            callsite: run.iter().find_map(|call| call.callsite()),
            span: run
                .iter()
                .find_map(|call| call.span())
                .and_then(|at| record.spans.get(at))
                .map(|span| span.name.clone()),
            sequence: run.iter().map(|call| Arc::clone(&call.operation)).collect(),
            count: run.len() as u32,
            limit: saving / 1_000_000,
            slowest: nanos(longest),
            saves,
            ..Finding::new(FindingKind::SequentialCalls, total, run.last().map_or(0, |call| call.end))
        });
    }
}
