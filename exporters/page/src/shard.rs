//! What the requests of one thread leave behind until the page's own thread takes it.

use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::DefaultHashBuilder;
use tachograph_core::Record;
use tachograph_summary::{Limits, Names};

use crate::counted::Counted;
use crate::kept::{Class, endpoint_of};
use crate::room::{Room, bytes_of};
use crate::slots::slot_of;

/// So many of each class, between two takings.
const MOST_RECENT: u32 = 24;
const MOST_OF_CLASS: u32 = 12;

/// Where nobody takes anything for long, what comes later is counted with the last of so many slots.
const MOST_SLOTS: usize = 6;

/// So many in all: of endpoints that are seldom asked one is kept however busy the others are, and the slowest of each.
const MOST: usize = 96;

/// What all shards have in common.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) version: String,
    pub(crate) names: Names,
    pub(crate) limits: Limits,
    pub(crate) room: Room,
    pub(crate) hasher: DefaultHashBuilder,
    /// Nobody takes anything any more.
    pub(crate) has_ended: AtomicBool,
}

/// What the requests of one thread leave behind.
#[derive(Debug, Default)]
pub(crate) struct Shard {
    /// By slot: one, but for a moment when the next begins.
    pub(crate) counted: Vec<Counted>,
    pub(crate) kept: Vec<Fresh>,
    pub(crate) requests: u64,
    /// Those that were counted, and of which nothing is kept.
    pub(crate) not_kept: u64,
    of_class: [u32; Class::ALL.len()],
}

/// A record that is worth keeping, and how much was taken for it.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) class: Class,
    pub(crate) record: Record,
    pub(crate) bytes: usize,
}

impl Shard {
    pub(crate) fn add(&mut self, record: &Record, common: &Common) {
        if common.has_ended.load(Ordering::Relaxed) {
            return;
        }
        let number = self.requests;
        self.requests += 1;
        let is_slowest = self.counted(slot_of(record), common).add(record, number, common);
        if !self.keep(record, is_slowest, common) {
            self.not_kept += 1;
        }
    }

    fn counted(&mut self, slot: u64, common: &Common) -> &mut Counted {
        // The clock may be set back; the last one is it nearly always.
        let known = self.counted.iter().rposition(|counted| counted.slot == slot);
        let full = (self.counted.len() >= MOST_SLOTS).then_some(MOST_SLOTS - 1);
        let at = known.or(full).unwrap_or_else(|| {
            self.counted.push(Counted::new(slot, common));
            self.counted.len() - 1
        });
        &mut self.counted[at]
    }

    fn keep(&mut self, record: &Record, is_slowest: bool, common: &Common) -> bool {
        let class = Class::of(record);
        let most = if class == Class::Recent { MOST_RECENT } else { MOST_OF_CLASS };
        if self.of_class[class as usize] >= most && !is_slowest {
            return false;
        }
        let is_full = self.kept.len() >= MOST;
        if is_full && !(is_slowest && self.forget_quicker_than(record, common)) {
            return false;
        }
        let bytes = bytes_of(record);
        if !common.room.take(bytes) {
            return false;
        }
        self.of_class[class as usize] += 1;
        self.kept.push(Fresh { class, record: record.clone(), bytes });
        true
    }

    /// Lets go of one that is not remarkable, for a slower one of the same endpoint.
    fn forget_quicker_than(&mut self, slower: &Record, common: &Common) -> bool {
        let endpoint = endpoint_of(slower);
        let is_quicker = |fresh: &Fresh| fresh.class == Class::Recent && endpoint_of(&fresh.record) == endpoint;
        let Some(at) = self.kept.iter().position(is_quicker) else { return false };
        common.room.give_back(self.kept.swap_remove(at).bytes);
        self.not_kept += 1;
        true
    }
}
