//! Why a request was slow, or will be: what was found about it, to be read.

use tachograph_core::{Callsite, Finding, Record, micros};

use crate::writer::{USUAL, Writer, key};

/// What has to be left of a document's room for one more: what may be long of it, and what stands around that.
const OF_A_FINDING: usize = 2_000;

/// Appends the list of them, the dearest first, and how many of them had no room.
pub(super) fn write(record: &Record, ours: &mut Writer<'_>) {
    let mut left_out = 0;
    ours.array(key!("findings"), |findings| {
        for found in record.findings() {
            if findings.room() < OF_A_FINDING {
                findings.cut();
                left_out += 1;
                continue;
            }
            findings.object(",", |members| finding(found, members));
        }
    });
    if left_out > 0 {
        ours.integer(key!("findings_left_out"), left_out);
    }
}

/// Under the names of the JSON line of such a finding, but that what it is here is its kind. The statement stands in the
/// subsegments of its calls.
fn finding(found: &Finding, finding: &mut Writer<'_>) {
    finding.word(key!("kind"), found.kind().as_str());
    if let Some(operation) = found.operation() {
        finding.text_if_any(key!("summary"), Some(operation.summary()), USUAL);
        finding.text_if_any(key!("target"), Some(operation.target()), USUAL);
    }
    finding.text_if_any(key!("pool"), found.pool().map(|pool| pool.as_str()), USUAL);
    if let Some(place) = found.callsite() {
        callsite(place, finding);
    }
    finding.text_if_any(key!("span"), found.span(), USUAL);
    finding.integer(key!("count"), found.count());
    finding.integer(key!("limit"), found.limit());
    if let Some(distinct) = found.distinct_parameters() {
        finding.integer(key!("distinct_parameters"), distinct);
    }
    if let Some(bytes) = found.bytes() {
        finding.integer(key!("bytes"), bytes);
    }
    finding.millis(key!("cost_ms"), micros(found.cost()));
    finding.millis(key!("total_ms"), micros(found.total()));
    finding.millis(key!("slowest_ms"), micros(found.slowest()));
    if let Some(saves) = found.saves() {
        finding.millis(key!("saves_ms"), micros(saves));
    }
    finding.word(key!("hint"), found.hint());
}

/// `src/orders.rs:88`.
pub(super) fn callsite(callsite: Callsite, writer: &mut Writer<'_>) {
    writer.raw(key!("callsite"));
    writer.texts(&[callsite.file(), ":", itoa::Buffer::new().format(callsite.line())], USUAL);
}
