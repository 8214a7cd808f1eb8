//! How much memory there is for what.

use std::sync::atomic::{AtomicUsize, Ordering};

use tachograph_core::{FieldValue, Operation, Record};
use tachograph_summary::Limits;

/// The parts of all memory that the page may use. What is left is for answers while they are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// What was counted, by time, with its names.
    pub(crate) slots: usize,
    /// The names alone.
    pub(crate) names: usize,
    /// Single requests.
    pub(crate) kept: usize,
    /// Records that were not yet looked through.
    pub(crate) fresh: usize,
    /// One answer.
    pub(crate) answer: usize,
}

/// What a thing that was counted takes in a summary, about.
const ENTRY: usize = 128;

impl Budget {
    pub(crate) fn of(memory_bytes: usize) -> Self {
        let part = memory_bytes / 16;
        Budget { slots: part * 6, names: part * 3, kept: part * 5, fresh: part * 2, answer: part * 2 }
    }

    /// How much is counted of one slot.
    pub(crate) fn limits_of_slot(&self) -> Limits {
        let mut limits = Limits::default();
        limits.entries = self.slots / 2 / ENTRY;
        limits
    }

    /// How much is counted by one thread until it is taken, which is a second.
    pub(crate) fn limits_of_shard(&self) -> Limits {
        let mut limits = Limits::default();
        limits.entries = (self.slots / 32 / ENTRY).max(200);
        limits
    }
}

/// What is left of a part, for those who take from different threads.
#[derive(Debug)]
pub(crate) struct Room {
    most: usize,
    taken: AtomicUsize,
}

impl Room {
    pub(crate) fn new(most: usize) -> Self {
        Room { most, taken: AtomicUsize::new(0) }
    }

    /// False where there is not as much.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed);
        let fits = taken.saturating_add(bytes) <= self.most;
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    pub(crate) fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// How much memory a copy of a record takes, and keeps others from freeing.
pub(crate) fn bytes_of(record: &Record) -> usize {
    /// The recording that it comes from.
    const SHARED: usize = 768;
    /// Of an allocation, and of a field beside its name and its text.
    const EACH: usize = 48;
    let optional = |text: Option<&str>| text.map_or(0, |text| text.len() + EACH);
    let place = record.path().len() + record.route().map_or(0, str::len) + record.host().map_or(0, str::len);
    let said = optional(record.user_id()) + optional(record.action());
    let fields: usize = record
        .fields()
        .map(|(name, value)| {
            let text = if let FieldValue::String(text) = value { text.len() } else { 0 };
            name.len() + text + EACH + EACH
        })
        .sum();
    let metadata: usize = record.metadata().map(|(name, json)| name.len() + json.len() + EACH + EACH).sum();
    let error = record.error().map_or(0, |error| {
        let chain: usize = error.chain().iter().map(|text| text.len() + EACH).sum();
        error.type_name().len() + error.message().len() + chain + 2 * EACH
    });
    let mut last: Option<&Operation> = None;
    let calls: usize = record
        .calls()
        .iter()
        .map(|call| {
            let operation = call.operation();
            // In a loop they are the same.
            let is_same = last.replace(operation).is_some_and(|last| std::ptr::eq(last, operation));
            let shared = if is_same { 0 } else { bytes_of_operation(operation) };
            let texts = optional(call.path()) + optional(call.error_type());
            let more = optional(call.resource()) + optional(call.region()) + optional(call.request_id());
            size_of_val(call) + texts + more + optional(call.original_method()) + shared
        })
        .sum();
    let groups: usize = record
        .calls_grouped()
        .iter()
        .map(|group| size_of_val(group) + optional(group.error_type()) + bytes_of_operation(group.operation()))
        .sum();
    let spans: usize = record.spans().iter().map(|span| size_of_val(span) + span.name().len() + EACH).sum();
    let findings: usize = record
        .findings()
        .iter()
        .map(|finding| size_of_val(finding) + finding.sequence().len() * size_of::<usize>() + EACH)
        .sum();
    let waits = size_of_val(record.database().pool_waits());
    size_of::<Record>() + SHARED + place + said + fields + metadata + error + calls + groups + spans + findings + waits
}

/// Shared with all calls that ask the same, and with those who come later, for as long as these do. So it is hardly ever freed
/// with the record; but it can be.
pub(crate) fn bytes_of_operation(operation: &Operation) -> usize {
    const OPERATION: usize = 256;
    let statement = operation.statement().map_or(0, |statement| statement.text().len());
    OPERATION + statement + operation.target().len() + operation.summary().len()
}
