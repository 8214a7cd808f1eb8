//! What requests asked of others.

use std::sync::Arc;

use hashbrown::HashSet;

use crate::asked::{Asked, Keys};
use crate::names::{MOST_NAME, MOST_STATEMENT, OVERFLOW, cut};

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
    /// How many the request stands for, as of [`Request`](crate::Request).
    pub weight: f64,
    /// How many calls.
    pub count: u64,
    /// How many of them failed.
    pub errors: u64,
    /// Their times together, in microseconds.
    pub total: u64,
    /// The longest, in microseconds.
    pub slowest: u64,
    /// Calls of the same request to the same thing from the same place were added before: the request is counted once.
    pub again: bool,
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

impl Calls {
    pub(crate) fn add(&mut self, call: &Call<'_>) {
        self.requests += if call.again { 0.0 } else { call.weight };
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

/// A key, borrowed: members in the same order, so that both have one hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AskedCall<'a> {
    kind: &'a str,
    target: &'a str,
    summary: &'a str,
    statement: &'a str,
    callsite: &'a str,
}

impl<'a> Call<'a> {
    pub(crate) fn asked(&self) -> AskedCall<'a> {
        AskedCall {
            kind: cut(self.kind, MOST_NAME),
            target: cut(self.target, MOST_NAME),
            summary: cut(self.summary, MOST_NAME),
            statement: cut(self.statement, MOST_STATEMENT),
            callsite: cut(self.callsite, MOST_NAME),
        }
    }
}

impl<'a> Asked<'a> for AskedCall<'a> {
    type Key = CallKey;

    fn of(key: &'a CallKey) -> Self {
        AskedCall {
            kind: &key.kind,
            target: &key.target,
            summary: &key.summary,
            statement: &key.statement,
            callsite: &key.callsite,
        }
    }

    fn overflow(self) -> Self {
        // The kinds that there are stay apart, so that the time in databases is all there. Others would be without number.
        let kind = ["database", "external", "cache"].into_iter().find(|kind| *kind == self.kind).unwrap_or_default();
        AskedCall { kind, target: OVERFLOW, summary: "", statement: "", callsite: "" }
    }

    fn key(self, text: &mut dyn FnMut(&str) -> Arc<str>) -> CallKey {
        CallKey {
            kind: text(self.kind),
            target: text(self.target),
            summary: text(self.summary),
            statement: text(self.statement),
            callsite: text(self.callsite),
        }
    }

    fn known(keys: &mut Keys) -> &mut HashSet<Arc<CallKey>> {
        &mut keys.calls
    }
}
