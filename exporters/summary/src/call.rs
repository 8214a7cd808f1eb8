//! What requests asked of others, and what was found of them.

use std::sync::Arc;

/// A thing that was asked, from one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey {
    /// `database`, `external` or `cache`, as in the lines of calls.
    pub kind: Arc<str>,
    /// Whom: a database, a host, a cache.
    pub target: Arc<str>,
    /// What: `SELECT experiments`, `GET`.
    pub summary: Arc<str>,
    /// The statement, sanitised; empty where there is none.
    pub statement: Arc<str>,
    /// From where: `src/orders.rs:88`; empty where it is not known.
    pub callsite: Arc<str>,
}

/// Calls of one request to one thing from one place, as they are added.
#[derive(Debug, Clone, Copy, Default)]
pub struct Call<'a> {
    /// As of [`CallKey`].
    pub kind: &'a str,
    /// As of [`CallKey`].
    pub target: &'a str,
    /// As of [`CallKey`].
    pub summary: &'a str,
    /// As of [`CallKey`].
    pub statement: &'a str,
    /// As of [`CallKey`].
    pub callsite: &'a str,
    /// How many the request stands for.
    pub weight: f64,
    /// How many calls.
    pub count: u64,
    /// How many of them failed.
    pub errors: u64,
    /// Their times together, in microseconds.
    pub total: u64,
    /// The longest, in microseconds.
    pub slowest: u64,
}

/// What the calls to one thing from one place come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Calls {
    /// Requests that made them.
    pub requests: f64,
    /// Calls.
    pub count: f64,
    /// Those that failed.
    pub errors: f64,
    /// Their times together, in microseconds.
    pub total: f64,
    /// The longest, in microseconds.
    pub slowest: u64,
}

/// Why requests were slow, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FindingKey {
    /// `n_plus_one`: see [`FindingKind`](tachograph_core::FindingKind).
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
    /// How many the request stands for.
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

impl Calls {
    pub(crate) fn add(&mut self, call: &Call<'_>) {
        self.requests += call.weight;
        self.count += call.count as f64 * call.weight;
        self.errors += call.errors as f64 * call.weight;
        self.total += call.total as f64 * call.weight;
        self.slowest = self.slowest.max(call.slowest);
    }

    pub(crate) fn merge(&mut self, other: &Calls) {
        self.requests += other.requests;
        self.count += other.count;
        self.errors += other.errors;
        self.total += other.total;
        self.slowest = self.slowest.max(other.slowest);
    }
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

impl Call<'_> {
    pub(crate) fn key(&self) -> CallKey {
        CallKey {
            kind: self.kind.into(),
            target: self.target.into(),
            summary: self.summary.into(),
            statement: self.statement.into(),
            callsite: self.callsite.into(),
        }
    }
}

impl Finding<'_> {
    pub(crate) fn key(&self) -> FindingKey {
        FindingKey {
            kind: self.kind.into(),
            summary: self.summary.into(),
            target: self.target.into(),
            callsite: self.callsite.into(),
        }
    }
}
