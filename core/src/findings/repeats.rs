//! The same thing asked again and again: N+1, and duplicates.

use super::finding::Finding;
use super::groups;
use super::kind::FindingKind;
use super::thresholds::Thresholds;
use crate::call::CallKind;
use crate::operation::Operation;
use crate::record::Record;

/// Statements that were run again and again from one place.
pub(super) fn queries(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let most = thresholds.repeats.max(2);
    // Nearly all requests have no statement that is repeated so often.
    if record.database().count() < most || record.database().repeats() < most {
        return;
    }
    for mut group in groups::of(record, Operation::is_query).into_iter().filter(|group| group.count >= most) {
        let (distinct, known) = group.parameters();
        let is_same = known > 1 && distinct == 1;
        let kind = if is_same { FindingKind::DuplicateQuery } else { FindingKind::NPlusOne };
        let distinct = (known > 0).then_some(distinct);
        found.push(Finding { distinct, limit: most.into(), ..group.finding(kind, record) });
    }
}

/// Calls to one service, again and again from one place.
pub(super) fn external_calls(record: &Record, thresholds: &Thresholds, found: &mut Vec<Finding>) {
    let most = thresholds.external_repeats.max(2);
    if record.external().count() < most {
        return;
    }
    let groups = groups::of(record, |operation| operation.kind() == CallKind::External);
    for group in groups.into_iter().filter(|group| group.count >= most) {
        found.push(Finding { limit: most.into(), ..group.finding(FindingKind::ExternalNPlusOne, record) });
    }
}
