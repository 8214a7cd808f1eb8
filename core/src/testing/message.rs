//! What a test is told that fails: which request, what was expected of it, what it asked, and what was found.

use super::statements;
use crate::call::CallKind;
use crate::findings::Finding;
use crate::millis::write_millis;
use crate::outcome::Outcome;
use crate::record::Record;
use crate::wide::Phrase;

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
    let mut details = String::new();
    for kind in kinds {
        statements::write(record, *kind, &mut details);
    }
    for finding in findings {
        details.push_str("  ");
        write(finding, &mut details);
        details.push('\n');
    }
    let end = if details.is_empty() { "" } else { ":\n" };
    format!("{} {sentence}{end}{}", name(record), details.trim_end())
}

/// As in lines of findings.
fn write(finding: &Finding, out: &mut String) {
    finding.each_phrase(|phrase| match phrase {
        Phrase::Ours(text) | Phrase::Theirs(text) => out.push_str(text),
        Phrase::Integer(number) => out.push_str(&number.to_string()),
        Phrase::Millis(micros) => {
            let mut text = Vec::new();
            write_millis(micros, &mut text);
            out.extend(text.into_iter().map(char::from));
        }
    });
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
