//! What the requests of one thread leave behind until the page's own thread takes it.

use std::hash::{BuildHasher, Hasher};

use tachograph_core::Record;
use tachograph_summary::{Limits, Names, Summary};

use crate::counted::count;
use crate::kept::{Class, endpoint_of};
use crate::room::{Room, bytes_of};
use crate::slots::slot_of;

/// So many of each class, between two takings.
const MOST_RECENT: u32 = 24;
const MOST_OF_CLASS: u32 = 12;

/// So many in all: of endpoints that are seldom asked one is kept however busy the others are, and the slowest of each.
const MOST: usize = 96;

/// What all shards have in common.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) version: String,
    pub(crate) names: Names,
    pub(crate) limits: Limits,
    pub(crate) room: Room,
    pub(crate) hasher: std::hash::RandomState,
}

/// What the requests of one thread leave behind.
#[derive(Debug, Default)]
pub(crate) struct Shard {
    /// By slot: one, but for a moment when the next begins.
    pub(crate) counted: Vec<(u64, Summary)>,
    pub(crate) kept: Vec<Fresh>,
    pub(crate) requests: u64,
    /// Those that were counted, and of which nothing is kept.
    pub(crate) not_kept: u64,
    of_class: [u32; Class::ALL.len()],
    slowest: Slowest,
    text: String,
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
        self.requests += 1;
        let (method, route) = endpoint_of(record);
        let mut text = std::mem::take(&mut self.text);
        count(record, self.summary(slot_of(record), common).endpoint(&common.version, method, route), &mut text);
        self.text = text;
        if !self.keep(record, method, route, common) {
            self.not_kept += 1;
        }
    }

    fn summary(&mut self, slot: u64, common: &Common) -> &mut Summary {
        // The clock may be set back; the last one is it nearly always.
        let known = self.counted.iter().rposition(|(known, _)| *known == slot);
        let at = known.unwrap_or_else(|| {
            self.counted.push((slot, Summary::with_names(common.limits.clone(), &common.names)));
            self.counted.len() - 1
        });
        &mut self.counted[at].1
    }

    fn keep(&mut self, record: &Record, method: &str, route: &str, common: &Common) -> bool {
        let class = Class::of(record);
        let of_class = &mut self.of_class[class as usize];
        let most = if class == Class::Recent { MOST_RECENT } else { MOST_OF_CLASS };
        let is_slowest = self.slowest.is(record.duration().as_nanos() as u64, || {
            let mut hasher = common.hasher.build_hasher();
            hasher.write(method.as_bytes());
            hasher.write(route.as_bytes());
            hasher.finish()
        });
        if (*of_class >= most && !is_slowest) || self.kept.len() >= MOST {
            return false;
        }
        let bytes = bytes_of(record);
        if !common.room.take(bytes) {
            return false;
        }
        *of_class += 1;
        self.kept.push(Fresh { class, record: record.clone(), bytes });
        true
    }
}

/// How long the slowest of each endpoint took since the last taking. Endpoints that have one place in the table take it from
/// each other: then one more is kept than has to be.
#[derive(Debug)]
struct Slowest([(u64, u64); 64]);

impl Default for Slowest {
    fn default() -> Self {
        Slowest([(0, 0); 64])
    }
}

impl Slowest {
    fn is(&mut self, nanos: u64, endpoint: impl FnOnce() -> u64) -> bool {
        let hash = endpoint() | 1;
        let (known, slowest) = &mut self.0[(hash >> 32) as usize % 64];
        if *known == hash && nanos <= *slowest {
            return false;
        }
        (*known, *slowest) = (hash, nanos);
        true
    }
}
