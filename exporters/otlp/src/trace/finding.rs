//! A finding: a reason why the request was slow, or will be.

use tachograph_core::{Finding, micros};

use super::asked::Asked;
use super::call::place;
use crate::attributes::Attributes;

/// What was found, and the evidence: who was asked what as the spans of calls say it, the rest under the names of the JSON
/// line of such a finding.
pub(super) fn attributes(finding: &Finding, attributes: &mut Attributes<'_, '_>) {
    attributes.word("tachograph.finding", finding.kind().as_str());
    if let Some(operation) = finding.operation() {
        let asked = Asked::of(operation);
        asked.attributes(operation, attributes);
        // Of spans, it is the name.
        if matches!(asked, Asked::Rpc | Asked::Named) {
            attributes.text_if_known("tachograph.summary", operation.summary());
        }
    }
    if let Some(pool) = finding.pool() {
        attributes.text_if_known("db.client.connection.pool.name", pool.as_str());
    }
    if let Some(callsite) = finding.callsite() {
        place(callsite, attributes);
    }
    attributes.text_if_any("tachograph.span", finding.span());
    attributes.integer("tachograph.count", finding.count());
    attributes.count("tachograph.limit", finding.limit());
    if let Some(distinct) = finding.distinct_parameters() {
        attributes.integer("tachograph.distinct_parameters", distinct);
    }
    if let Some(bytes) = finding.bytes() {
        attributes.count("tachograph.bytes", bytes);
    }
    attributes.millis("tachograph.cost_ms", micros(finding.cost()));
    attributes.millis("tachograph.total_ms", micros(finding.total()));
    attributes.millis("tachograph.slowest_ms", micros(finding.slowest()));
    if let Some(saves) = finding.saves() {
        attributes.millis("tachograph.saves_ms", micros(saves));
    }
    attributes.word("tachograph.hint", finding.hint());
}
