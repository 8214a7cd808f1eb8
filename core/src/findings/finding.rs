//! A finding, with its evidence.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::kind::FindingKind;
use crate::callsite::Callsite;
use crate::operation::Operation;
use crate::pool_name::PoolName;

/// Why a request was slow, or will be: what was found, and the evidence.
#[derive(Debug, Clone)]
pub struct Finding {
    pub(crate) kind: FindingKind,
    pub(crate) operation: Option<Arc<Operation>>,
    pub(crate) pool: Option<PoolName>,
    pub(crate) callsite: Option<Callsite>,
    /// Where it is, is being looked up.
    pub(crate) is_unnamed: bool,
    pub(crate) span: Option<Cow<'static, str>>,
    /// Calls of which each came after the one before it.
    pub(crate) sequence: Vec<Arc<Operation>>,
    pub(crate) count: u32,
    pub(crate) limit: u64,
    pub(crate) distinct: Option<u32>,
    pub(crate) bytes: Option<u64>,
    pub(crate) cost: u64,
    pub(crate) total: u64,
    pub(crate) slowest: u64,
    pub(crate) saves: u64,
    pub(crate) ended: u64,
}

impl Finding {
    /// With no evidence but what it costs.
    pub(crate) fn new(kind: FindingKind, cost: u64, ended: u64) -> Self {
        Finding {
            kind,
            operation: None,
            pool: None,
            callsite: None,
            is_unnamed: false,
            span: None,
            sequence: Vec::new(),
            count: 1,
            limit: 0,
            distinct: None,
            bytes: None,
            cost,
            total: cost,
            slowest: cost,
            saves: 0,
            ended,
        }
    }

    /// What was found.
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// What to do about it, in a sentence.
    pub fn hint(&self) -> &'static str {
        let writes = || self.operation.as_ref().is_some_and(|operation| !operation.is_read());
        match self.kind {
            FindingKind::NPlusOne if writes() => {
                "write all rows by one statement: VALUES with many rows, UNNEST, or a WHERE over the keys"
            }
            FindingKind::DuplicateQuery if writes() => "write once what is written again and again",
            FindingKind::NPlusOne if self.distinct.is_none() => {
                "load all rows by one query, with a JOIN or with IN or ANY over the keys; or ask once, where it asks the same"
            }
            // They ran at once, as far as they could.
            FindingKind::ExternalNPlusOne if self.cost.saturating_mul(2) < self.total => {
                "ask for all at once, if the service can"
            }
            kind => kind.hint(),
        }
    }

    /// What was asked, of whom, where it is about calls that asked the same.
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_deref()
    }

    /// What was asked one after the other, in that order: only for [`SequentialCalls`](FindingKind::SequentialCalls).
    pub fn sequence(&self) -> impl ExactSizeIterator<Item = &Operation> {
        self.sequence.iter().map(|operation| &**operation)
    }

    /// The pool that had no connection.
    pub fn pool(&self) -> Option<PoolName> {
        self.pool
    }

    /// Where in the service's own code.
    pub fn callsite(&self) -> Option<Callsite> {
        self.callsite
    }

    /// The application's own span that it happened in.
    pub fn span(&self) -> Option<&str> {
        self.span.as_deref()
    }

    /// How many calls, queries, waits, or misses.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The threshold, in the unit of its setting: how many, milliseconds, bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// How many different parameters the calls had whose parameters are known; none where they are not known.
    pub fn distinct_parameters(&self) -> Option<u32> {
        self.distinct
    }

    /// Bytes of the answer, where it is about them.
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// What it took of the request's time: instants at which several of the calls were open count once.
    pub fn cost(&self) -> Duration {
        Duration::from_nanos(self.cost)
    }

    /// The plain sum over the calls.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.total)
    }

    /// The longest of the calls.
    pub fn slowest(&self) -> Duration {
        Duration::from_nanos(self.slowest)
    }

    /// What the request would gain if the calls were made at once; only for
    /// [`SequentialCalls`](FindingKind::SequentialCalls).
    pub fn saves(&self) -> Option<Duration> {
        (self.kind == FindingKind::SequentialCalls).then(|| Duration::from_nanos(self.saves))
    }

    /// From the beginning of the request to the end of the last of it.
    pub fn ended(&self) -> Duration {
        Duration::from_nanos(self.ended)
    }
}
