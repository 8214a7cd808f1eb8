//! What a test is told that fails: which request, what was expected of it, what it asked, and what was found.

use super::statements;
use crate::call::CallKind;
use crate::findings::Finding;
use crate::outcome::Outcome;
use crate::record::Record;

/// `GET /experiments/{id} (200)`, as it is called in a sentence.
pub(super) fn name(record: &Record) -> String {
    if let Some(task) = record.task_name() {
        return format!("the task `{task}`");
    }
    let status = record.status_code().map(|status| status.to_string());
    let outcome = (record.outcome() != Outcome::Completed).then(|| record.outcome().as_str().to_owned());
    let end: Vec<_> = status.into_iter().chain(outcome).collect();
    format!("{} {} ({})", record.method(), record.route().unwrap_or(record.path()), end.join(", "))
}

/// A sentence about the record, then what it asked and what is found.
pub(super) fn explain(sentence: &str, record: &Record, kinds: &[CallKind], findings: &[Finding]) -> String {
    let mut message = format!("{} {sentence}", name(record));
    let head = message.len();
    message.push_str(":\n");
    for kind in kinds {
        statements::write(record, *kind, &mut message);
    }
    for finding in findings {
        message.push_str(&format!("  {}\n", in_a_line(finding)));
    }
    if message.len() == head + ":\n".len() {
        message.truncate(head);
    }
    message.truncate(message.trim_end().len());
    message
}

/// `n_plus_one: 12 x SELECT assignments at src/store.rs:88. Load all …`.
fn in_a_line(finding: &Finding) -> String {
    let evidence = match finding.operation() {
        Some(operation) => {
            let asked = match operation.summary() {
                "" => statements::what(operation),
                summary if operation.kind() == CallKind::Database => summary.to_owned(),
                summary => format!("{summary} {}", operation.target()),
            };
            let place = finding.callsite().map(|callsite| format!(" at {callsite}")).unwrap_or_default();
            format!("{} x {asked}{place}", finding.count())
        }
        None => format!("{}, and {} are allowed", finding.count(), finding.limit()),
    };
    format!("{}: {evidence}: {}", finding.kind(), finding.hint())
}

/// `13 queries, and 3 are allowed`.
pub(super) fn too_many(found: u64, most: u64, one: &str, many: &str) -> String {
    let allowed = match most {
        0 => "none is allowed".to_owned(),
        1 => "1 is allowed".to_owned(),
        _ => format!("{} are allowed", statements::in_thousands(most)),
    };
    format!("{}, and {allowed}", statements::counted(found, one, many))
}

/// The kinds of calls that a finding can be about.
pub(super) const REPEATABLE: [CallKind; 2] = [CallKind::Database, CallKind::External];

/// What a request, or a task, is told to have.
pub(super) fn has(count: usize) -> String {
    match count {
        1 => "has a finding".to_owned(),
        _ => format!("has {count} findings"),
    }
}
