//! What requests asked of others, and what was found of them.

use std::collections::BTreeMap;

use serde::Serialize;
use tachograph_summary::{Calls, Endpoint};

use super::time::Hour;
use super::{millis, part};
use crate::report::hosts::{Hosts, add};

/// A statement, or whatever else a database or a cache was asked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Statement {
    pub(crate) kind: String,
    pub(crate) target: String,
    pub(crate) summary: String,
    pub(crate) statement: Option<String>,
    pub(crate) callsite: Option<String>,
    pub(crate) requests: f64,
    pub(crate) count: f64,
    pub(crate) errors: f64,
    pub(crate) total_ms: f64,
    pub(crate) mean_ms: f64,
    pub(crate) slowest_ms: f64,
}

/// A host that other services are at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Host {
    pub(crate) target: String,
    pub(crate) requests: f64,
    pub(crate) count: f64,
    pub(crate) errors: f64,
    pub(crate) total_ms: f64,
    pub(crate) mean_ms: f64,
    pub(crate) slowest_ms: f64,
    /// By hour of the day, from 0, in UTC.
    pub(crate) hours: Vec<Hour>,
    /// By day of the week, from Monday.
    pub(crate) weekdays: Vec<Hour>,
}

/// Why requests were slow, at one place.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) finding: String,
    pub(crate) summary: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) callsite: Option<String>,
    pub(crate) requests: f64,
    pub(crate) count: f64,
    pub(crate) cost_ms: f64,
    pub(crate) dearest_ms: f64,
}

pub(super) fn statements(whole: &Endpoint, top: usize) -> (Vec<Statement>, usize) {
    let mut sums: BTreeMap<_, Calls> = BTreeMap::new();
    for (key, calls) in whole.calls().filter(|(key, _)| &*key.kind != "external") {
        add(sums.entry(key).or_default(), calls);
    }
    let all = sums.into_iter().map(|(key, calls)| Statement {
        kind: key.kind.to_string(),
        target: key.target.to_string(),
        summary: key.summary.to_string(),
        statement: some(&key.statement),
        callsite: some(&key.callsite),
        requests: calls.requests,
        count: calls.count,
        errors: calls.errors,
        total_ms: millis(calls.total),
        mean_ms: millis(part(calls.total, calls.count)),
        slowest_ms: millis(calls.slowest as f64),
    });
    largest(all.collect(), top, |statement| statement.total_ms)
}

pub(super) fn hosts(hosts: &Hosts, top: usize) -> (Vec<Host>, usize) {
    let all = hosts.iter().map(|(target, host)| Host {
        target: target.to_owned(),
        requests: host.calls.requests,
        count: host.calls.count,
        errors: host.calls.errors,
        total_ms: millis(host.calls.total),
        mean_ms: millis(part(host.calls.total, host.calls.count)),
        slowest_ms: millis(host.calls.slowest as f64),
        hours: host.by_hour.of_day().iter().map(Hour::new).collect(),
        weekdays: host.by_hour.of_week().iter().map(Hour::new).collect(),
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by(|one, other| one.target.cmp(&other.target));
    largest(all, top, |host| host.total_ms)
}

pub(super) fn findings(whole: &Endpoint, top: usize) -> (Vec<Finding>, usize) {
    let mut all: Vec<_> = whole.findings().collect();
    all.sort_by_key(|(key, _)| *key);
    let all = all.into_iter().map(|(key, findings)| Finding {
        finding: key.kind.to_string(),
        summary: some(&key.summary),
        target: some(&key.target),
        callsite: some(&key.callsite),
        requests: findings.requests,
        count: findings.count,
        cost_ms: millis(findings.cost),
        dearest_ms: millis(findings.dearest as f64),
    });
    largest(all.collect(), top, |finding| finding.cost_ms)
}

/// The largest of them, and how many others there are. What is as large stays in its order.
fn largest<T>(mut all: Vec<T>, top: usize, size: impl Fn(&T) -> f64) -> (Vec<T>, usize) {
    all.sort_by(|one, other| size(other).total_cmp(&size(one)));
    let left_out = all.len().saturating_sub(top);
    all.truncate(top);
    (all, left_out)
}

fn some(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}
