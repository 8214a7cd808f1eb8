//! What a record asked, as a table: the same from the same place in one row.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::table::{self, Side};
use crate::call::{CallKind, Yield};
use crate::callsite::Callsite;
use crate::operation::Operation;
use crate::parameters::Parameters;
use crate::record::Record;
use crate::text;

/// More rows tell nobody more.
const MOST_ROWS: usize = 30;

/// Bytes of a statement: what is behind them does not help to recognise it.
const MOST_OF_STATEMENT: usize = 120;

/// What was asked once or again and again from one place.
struct Asked<'r> {
    operation: &'r Arc<Operation>,
    callsite: Option<Callsite>,
    count: u32,
    total: Duration,
    /// Of the calls whose parameters are known.
    parameters: HashSet<Parameters>,
    known: u32,
    rows: Option<u64>,
}

/// Appends the queries of a record, or its external calls, the most frequent first. Nothing where it has none.
pub(super) fn write(record: &Record, kind: CallKind, out: &mut String) {
    let mut asked = all(record, kind);
    asked.sort_by_key(|asked| std::cmp::Reverse((asked.count, asked.total)));
    let rows: Vec<_> = asked.iter().take(MOST_ROWS).map(Asked::row).collect();
    let sides = [Side::Right, Side::Left, Side::Right, Side::Left, Side::Right, Side::Left];
    table::write(&rows, sides, [2, 1, 4, 3, 3, 3], out);
    let more: u32 = asked.iter().skip(MOST_ROWS).map(|asked| asked.count).sum();
    if more > 0 {
        out.push_str(&format!("  and {} of other kinds\n", counted(more.into(), "call", "calls")));
    }
}

fn all(record: &Record, kind: CallKind) -> Vec<Asked<'_>> {
    let takes = |operation: &Operation| operation.kind() == kind && !operation.is_transaction_control();
    let mut all: Vec<Asked<'_>> = Vec::new();
    for call in record.calls().iter().filter(|call| takes(call.operation())) {
        let asked = find(&mut all, &call.operation, call.callsite());
        asked.count += 1;
        asked.total += call.duration();
        asked.known += u32::from(call.parameters.is_some());
        asked.parameters.extend(call.parameters);
        if let Yield::Rows(rows) = call.brought() {
            *asked.rows.get_or_insert(0) += rows;
        }
    }
    for group in record.calls_grouped().iter().filter(|group| takes(group.operation())) {
        let asked = find(&mut all, &group.operation, group.callsite());
        asked.count += group.count();
        asked.total += group.total();
        // How many these brought is not kept.
        asked.rows = None;
    }
    all
}

fn find<'a, 'r>(
    all: &'a mut Vec<Asked<'r>>,
    operation: &'r Arc<Operation>,
    callsite: Option<Callsite>,
) -> &'a mut Asked<'r> {
    let known = all.iter().position(|asked| asked.callsite == callsite && asked.operation.is_same(operation));
    let at = known.unwrap_or_else(|| {
        let (parameters, total) = (HashSet::new(), Duration::ZERO);
        all.push(Asked { operation, callsite, count: 0, total, parameters, known: 0, rows: None });
        all.len() - 1
    });
    &mut all[at]
}

impl Asked<'_> {
    fn row(&self) -> [String; 6] {
        [
            format!("{} x", self.count),
            what(self.operation),
            format!("{:.1} ms", self.total.as_secs_f64() * 1000.0),
            self.parameters(),
            self.rows.map(|rows| counted(rows, "row", "rows")).unwrap_or_default(),
            self.callsite.map(|callsite| format!("at {callsite}")).unwrap_or_default(),
        ]
    }

    /// One call has nothing to be compared with.
    fn parameters(&self) -> String {
        let different = self.parameters.len();
        match (self.count, different) {
            (1, _) | (_, 0) => String::new(),
            _ if self.known < self.count => format!("at least {different} different parameters"),
            (_, 1) => "the same parameters".to_owned(),
            _ => format!("{different} different parameters"),
        }
    }
}

/// A statement, or whom it goes to and what is asked there.
fn what(operation: &Operation) -> String {
    let Some(statement) = operation.statement() else {
        return format!("{} {}", operation.summary(), operation.target());
    };
    let kept = text::cut(statement.text(), MOST_OF_STATEMENT);
    let is_all = kept.len() == statement.text().len() && !statement.truncated();
    format!("{kept}{}", if is_all { "" } else { "…" })
}

/// `1 row`, `2 rows`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", in_thousands(count), if count == 1 { one } else { many })
}

/// With its thousands apart: `10,000`.
pub(super) fn in_thousands(number: u64) -> String {
    let digits = number.to_string();
    let apart = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    let each = digits.char_indices().flat_map(|(at, digit)| apart(at).then_some(',').into_iter().chain([digit]));
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let written = [0, 999, 1000, 123_456, 1_000_000].map(in_thousands);
        assert_eq!(written, ["0", "999", "1,000", "123,456", "1,000,000"]);
    }
}
