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

    /// The largest number of times one statement was run. It is counted for whoever asks first, and known to the others.
    pub fn repeats(&self) -> u32 {
        match self.count() {
            // None, or one, was run as often as there were queries.
            count @ 0..=1 => count,
            _ => *self.record.repeats.get_or_init(|| repeats(self.record)),
        }
    }

    /// The calls that were kept one by one, transaction control included.
    pub fn calls(&self) -> impl Iterator<Item = &'a Call> + use<'a> {
        self.record.calls.iter().filter(|call| call.kind() == CallKind::Database)
    }
}

/// So many different statements are counted without asking for memory; few requests have more.
const MOST_IN_PLACE: usize = 32;

fn repeats(record: &Record) -> u32 {
    let (mut hashes, mut counts, mut different) = ([0; MOST_IN_PLACE], [0; MOST_IN_PLACE], 0);
    let mut more: Vec<(u64, u32)> = Vec::new();
    let mut add = |operation: &Operation, times: u32| {
        let statement = operation.statement().filter(|statement| !statement.is_transaction_control());
        let Some(hash) = statement.map(|statement| statement.hash()) else { return };
        if let Some(known) = hashes[..different].iter().position(|known| *known == hash) {
            counts[known] += times;
        } else if different < MOST_IN_PLACE {
            (hashes[different], counts[different]) = (hash, times);
            different += 1;
        } else if let Some((_, count)) = more.iter_mut().find(|(known, _)| *known == hash) {
            *count += times;
        } else {
            more.push((hash, times));
        }
    };
    record.groups.iter().for_each(|group| add(group.operation(), group.count()));
    record.calls.iter().for_each(|call| add(call.operation(), 1));
    counts[..different].iter().chain(more.iter().map(|(_, count)| count)).copied().max().unwrap_or(0)
}
