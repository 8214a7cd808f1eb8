//! The database part of a record.

use std::time::Duration;

use crate::call::{Call, CallKind};
use crate::operation::Operation;
use crate::pool_waits::PoolWaits;
use crate::record::Record;

/// The database part of a record.
#[derive(Debug, Clone, Copy)]
pub struct Database<'a> {
    pub(crate) record: &'a Record,
}

impl<'a> Database<'a> {
    /// Queries; BEGIN, COMMIT and ROLLBACK are none.
    pub fn count(&self) -> u32 {
        self.record.database.count()
    }

    /// Calls that are known to have failed.
    pub fn errors(&self) -> u32 {
        self.record.database.errors()
    }

    /// Calls of which nobody knows how they ended: sqlx's events do not tell.
    pub fn unknown(&self) -> u32 {
        self.record.database.unknown()
    }

    /// The sum over calls, BEGIN and COMMIT included; more than their share of the request where they overlap.
    pub fn total(&self) -> Duration {
        self.record.database.total()
    }

    /// The longest call.
    pub fn slowest(&self) -> Duration {
        self.record.database.slowest()
    }

    /// Rows returned or changed.
    pub fn rows(&self) -> u64 {
        self.record.database.amount()
    }

    /// How often a connection was asked of a pool.
    pub fn connection_waits(&self) -> u32 {
        self.record.connection_waits
    }

    /// What was waited for connections: each wait that ended before the request did. Those beyond
    /// [`Limits::calls`](crate::Limits::calls) are taken together by pool.
    pub fn pool_waits(&self) -> &'a [PoolWaits] {
        &self.record.pool_waits
    }

    /// The largest number of times one statement was run.
    pub fn repeats(&self) -> u32 {
        // None, or one, was run as often as there were queries.
        if self.count() <= 1 {
            return self.count();
        }
        let mut counts: Vec<(u64, u32)> = Vec::new();
        let mut add = |hash: u64, count: u32| match counts.iter_mut().find(|(other, _)| *other == hash) {
            Some((_, sum)) => *sum += count,
            None => counts.push((hash, count)),
        };
        let queries = |operation: &Operation| {
            operation
                .statement()
                .filter(|statement| !statement.is_transaction_control())
                .map(|statement| statement.hash())
        };
        for group in &self.record.groups {
            queries(group.operation()).into_iter().for_each(|hash| add(hash, group.count()));
        }
        for call in &self.record.calls {
            queries(call.operation()).into_iter().for_each(|hash| add(hash, 1));
        }
        counts.into_iter().map(|(_, count)| count).max().unwrap_or(0)
    }

    /// The calls that were kept one by one, transaction control included.
    pub fn calls(&self) -> impl Iterator<Item = &'a Call> + use<'a> {
        self.record.calls.iter().filter(|call| call.kind() == CallKind::Database)
    }
}
