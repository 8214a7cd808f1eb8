//! The lines of what was found of a request: one for each reason why it was slow, or will be.

use tachograph_core::{CallKind, Finding, FindingKind, Level, PoolName, Record, micros, write_millis};

use crate::beside::Weight;
use crate::call::summary;
use crate::line::{Line, key};
use crate::number;
use crate::request::origin;
use crate::service::ServiceMembers;

/// Who says it.
pub(crate) const LOGGER: &str = "tachograph.finding";

/// Appends the line of this finding; true where something was left out for want of room.
pub(crate) fn finding_line(
    record: &Record,
    finding: &Finding,
    service: &ServiceMembers,
    weight: Weight,
    out: &mut Vec<u8>,
) -> bool {
    let mut line = Line::object(out, record.ended());
    line.raw(match record.level_of(finding) {
        Level::Info => ",\"level\":\"info\",\"logger\":\"tachograph.finding\",\"message\":\"",
        _ => ",\"level\":\"warning\",\"logger\":\"tachograph.finding\",\"message\":\"",
    });
    message(finding, &mut line);
    line.raw("\",\"event\":\"finding\"");
    line.raw(service.as_str());
    let mut line = origin(record, line);
    members(finding, &mut line);
    line.weight(weight);
    service.end(line, record.ended())
}

fn members(finding: &Finding, line: &mut Line<'_>) {
    line.word(key!("finding"), finding.kind().as_str());
    if let Some(operation) = finding.operation() {
        line.text_if_any(key!("summary"), Some(operation.summary()).filter(|summary| !summary.is_empty()));
        line.text_if_any(key!("statement"), operation.statement().map(|statement| statement.text()));
    }
    line.text_if_any(key!("target"), target(finding));
    line.callsite(finding.callsite());
    line.text_if_any(key!("span"), finding.span());
    line.integer(key!("count"), finding.count());
    line.integer(key!("limit"), finding.limit());
    if let Some(distinct) = finding.distinct_parameters() {
        line.integer(key!("distinct_parameters"), distinct);
    }
    if let Some(bytes) = finding.bytes() {
        line.integer(key!("bytes"), bytes);
    }
    line.millis(key!("cost_ms"), micros(finding.cost()));
    line.millis(key!("total_ms"), micros(finding.total()));
    line.millis(key!("slowest_ms"), micros(finding.slowest()));
    if let Some(saves) = finding.saves() {
        line.millis(key!("saves_ms"), micros(saves));
    }
    line.word(key!("hint"), finding.hint());
}

/// Who was asked, or the pool that had no connection.
fn target(finding: &Finding) -> Option<&str> {
    let pool = finding.pool().as_ref().map(PoolName::as_str).filter(|pool| !pool.is_empty());
    finding.operation().map(|operation| operation.target()).or(pool)
}

/// For those who read: `N+1: 41 x SELECT users at orders.rs:88, 340.2 ms; load all rows by one query: …`.
fn message(finding: &Finding, line: &mut Line<'_>) {
    line.raw(finding.kind().label());
    subject(finding, line);
    if let Some(callsite) = finding.callsite() {
        line.raw(" at ");
        line.escaped(callsite.short_file());
        line.raw(":");
        number::integer(callsite.line(), line.out);
    } else if let Some(span) = finding.span() {
        line.raw(" in ");
        line.escaped(span);
    }
    line.raw(", ");
    write_millis(micros(finding.cost()), line.out);
    line.raw(" ms");
    if let Some(saves) = finding.saves() {
        line.raw(", at once ");
        write_millis(micros(saves), line.out);
        line.raw(" ms less");
    }
    line.raw("; ");
    line.raw(finding.hint());
}

/// What it is about: the calls that asked the same, or the number that is too large.
fn subject(finding: &Finding, line: &mut Line<'_>) {
    let count = |line: &mut Line<'_>| {
        line.raw(": ");
        number::integer(finding.count(), line.out);
    };
    match (finding.kind(), finding.operation(), finding.bytes()) {
        (FindingKind::SequentialCalls, ..) => {
            count(line);
            line.raw(" calls");
        }
        (FindingKind::TooManyQueries, ..) => {
            count(line);
            line.raw(" queries, ");
            number::integer(finding.limit(), line.out);
            line.raw(" allowed");
        }
        (_, Some(operation), _) => {
            if finding.count() == 1 {
                line.raw(": ");
            } else {
                count(line);
                line.raw(" x ");
            }
            summary(operation, line);
            if operation.kind() != CallKind::Database {
                line.raw(" ");
                line.escaped(operation.target());
            }
        }
        (_, None, Some(bytes)) => {
            line.raw(": ");
            number::integer(bytes, line.out);
            line.raw(" bytes");
        }
        (FindingKind::ConnectionWait, ..) => {
            count(line);
            line.raw(if finding.count() == 1 { " wait" } else { " waits" });
            if let Some(pool) = target(finding) {
                line.raw(" for ");
                line.escaped(pool);
            }
        }
        _ => {}
    }
}
