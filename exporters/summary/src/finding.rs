//! What was found of requests.

use std::sync::Arc;

use hashbrown::HashSet;
use tachograph_core::FindingKind;

use crate::asked::{Asked, Keys};
use crate::names::{MOST_NAME, OVERFLOW, cut};

/// Why requests were slow, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FindingKey {
    /// `n_plus_one`: see [`FindingKind`].
    pub kind: Arc<str>,
    /// What was asked: `SELECT experiments`; empty where it is about none.
    pub summary: Arc<str>,
    /// Whom; empty where it is about none.
    pub target: Arc<str>,
    /// The place; empty where it is not known.
    pub callsite: Arc<str>,
}

/// A finding of one request, as it is added.
#[derive(Debug, Clone, Copy, Default)]
pub struct Finding<'a> {
    /// As of [`FindingKey`].
    pub kind: &'a str,
    /// As of [`FindingKey`].
    pub summary: &'a str,
    /// As of [`FindingKey`].
    pub target: &'a str,
    /// As of [`FindingKey`].
    pub callsite: &'a str,
    /// How many the request stands for, as of [`Request`](crate::Request).
    pub weight: f64,
    /// How many calls it is about.
    pub count: u64,
    /// The time that it cost, in microseconds.
    pub cost: u64,
}

/// What the findings of one kind at one place come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Findings {
    /// Requests that had it.
    pub requests: f64,
    /// Calls that they are about.
    pub count: f64,
    /// The time that they cost, in microseconds.
    pub cost: f64,
    /// The most that one cost, in microseconds.
    pub dearest: u64,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: &Finding<'_>) {
        self.requests += finding.weight;
        self.count += finding.count as f64 * finding.weight;
        self.cost += finding.cost as f64 * finding.weight;
        self.dearest = self.dearest.max(finding.cost);
    }

    pub(crate) fn merge(&mut self, other: &Findings) {
        self.requests += other.requests;
        self.count += other.count;
        self.cost += other.cost;
        self.dearest = self.dearest.max(other.dearest);
    }
}

/// A key, borrowed: members in the same order, so that both have one hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AskedFinding<'a> {
    kind: &'a str,
    summary: &'a str,
    target: &'a str,
    callsite: &'a str,
}

impl<'a> Finding<'a> {
    pub(crate) fn asked(&self) -> AskedFinding<'a> {
        AskedFinding {
            kind: cut(self.kind, MOST_NAME),
            summary: cut(self.summary, MOST_NAME),
            target: cut(self.target, MOST_NAME),
            callsite: cut(self.callsite, MOST_NAME),
        }
    }
}

impl<'a> Asked<'a> for AskedFinding<'a> {
    type Key = FindingKey;

    fn of(key: &'a FindingKey) -> Self {
        AskedFinding { kind: &key.kind, summary: &key.summary, target: &key.target, callsite: &key.callsite }
    }

    fn overflow(self) -> Self {
        let kind = FindingKind::of(self.kind).map(FindingKind::as_str).unwrap_or_default();
        AskedFinding { kind, summary: OVERFLOW, target: "", callsite: "" }
    }

    fn key(self, text: &mut dyn FnMut(&str) -> Arc<str>) -> FindingKey {
        FindingKey {
            kind: text(self.kind),
            summary: text(self.summary),
            target: text(self.target),
            callsite: text(self.callsite),
        }
    }

    fn known(keys: &mut Keys) -> &mut HashSet<Arc<FindingKey>> {
        &mut keys.findings
    }
}
