//! What was counted, by when it was.
//!
//! A slot is ten seconds long for the last ten minutes and a minute before that, up to an hour. Where memory does not suffice for
//! that, the oldest ones become minutes sooner, and then are given up.

use std::collections::VecDeque;
use std::time::UNIX_EPOCH;

use tachograph_core::Record;
use tachograph_summary::{Distribution, Limits, Names, Overflowed, Summary};

/// Seconds.
pub(crate) const SHORT: u64 = 10;
pub(crate) const LONG: u64 = 60;
const SHORT_FOR: u64 = 600;
/// So many slots are five minutes.
const MOST_LATE: usize = 30;
pub(crate) const HELD_FOR: u64 = 3600;

/// What was counted in some seconds.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// In seconds since 1970.
    pub(crate) start: u64,
    pub(crate) seconds: u64,
    pub(crate) summary: Summary,
}

impl Slot {
    pub(crate) fn end(&self) -> u64 {
        self.start + self.seconds
    }
}

/// The slot that a record belongs to, by its beginning in seconds since 1970.
pub(crate) fn slot_of(record: &Record) -> u64 {
    let seconds = record.ended().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    seconds / SHORT * SHORT
}

/// What was counted, the oldest first.
#[derive(Debug)]
pub(crate) struct Slots {
    slots: VecDeque<Slot>,
    names: Names,
    limits: Limits,
    most_bytes: usize,
    /// Before this, in milliseconds since 1970, not everything is there.
    complete_from: u64,
    /// Slots that went for want of memory.
    pub(crate) given_up: u64,
    /// What was counted together with others for want of room.
    pub(crate) overflowed: Overflowed,
}

impl Slots {
    pub(crate) fn new(names: Names, limits: Limits, most_bytes: usize) -> Self {
        Slots {
            slots: VecDeque::new(),
            names,
            limits,
            most_bytes,
            complete_from: 0,
            given_up: 0,
            overflowed: Overflowed::default(),
        }
    }

    /// Counting begins, in milliseconds since 1970. What was counted before by another process is still there.
    pub(crate) fn begin(&mut self, at: u64) {
        self.slots.retain(|slot| slot.start <= at / 1000);
        self.tidy(at / 1000);
        self.complete_from = self.slots.front().map_or(at, |slot| (slot.start * 1000).min(at));
    }

    /// Takes what was counted before.
    pub(crate) fn restore(&mut self, mut slots: Vec<Slot>) {
        slots.sort_by_key(|slot| slot.start);
        slots.dedup_by_key(|slot| slot.start);
        self.slots = slots.into();
    }

    /// From when on everything is there, in milliseconds since 1970.
    pub(crate) fn complete_from(&self) -> u64 {
        self.complete_from
    }

    /// Where the last so many seconds begin, in milliseconds since 1970: where a slot does.
    pub(crate) fn from(&self, window: Option<u64>, now: u64) -> u64 {
        let Some(window) = window else { return 0 };
        let from = now.saturating_sub(window);
        let around = self.slots.iter().find(|slot| slot.start <= from && from < slot.end());
        around.map_or(from / SHORT * SHORT, |slot| slot.start) * 1000
    }

    /// Adds what was counted in the slot that begins then.
    pub(crate) fn add(&mut self, start: u64, seconds: u64, counted: &Summary) {
        let at = self.slots.iter().rposition(|slot| slot.start <= start);
        let at = match at {
            Some(at) if start < self.slots[at].end() => at,
            before => {
                let at = before.map_or(0, |before| before + 1);
                let summary = Summary::with_names(self.limits.clone(), &self.names);
                self.slots.insert(at, Slot { start, seconds, summary });
                at
            }
        };
        let summary = &mut self.slots[at].summary;
        let before = summary.overflowed();
        summary.merge(counted);
        self.overflowed += difference(summary.overflowed(), before);
    }

    /// Lets go of what is too old, or too much. `now` is in seconds since 1970.
    pub(crate) fn tidy(&mut self, now: u64) {
        if self.slots.front().is_some_and(|slot| slot.end() + HELD_FOR <= now) {
            while self.slots.front().is_some_and(|slot| slot.end() + HELD_FOR <= now) {
                self.give_up_oldest();
            }
            // What nobody is called any more makes room for others.
            self.names.forget_unused();
        }
        while let Some(minute) = self.oldest_short().filter(|minute| minute + LONG + SHORT_FOR <= now) {
            self.join(minute);
        }
        let mut is_tidied = false;
        while self.bytes() > self.most_bytes {
            if !std::mem::replace(&mut is_tidied, true) {
                self.names.forget_unused();
            } else if let Some(minute) =
                self.oldest_short().filter(|minute| minute + LONG <= now && self.would_join(*minute))
            {
                self.join(minute);
                is_tidied = false;
            } else if self.slots.len() > 1 {
                self.give_up_oldest();
                self.given_up += 1;
                is_tidied = false;
            } else {
                break;
            }
        }
    }

    fn give_up_oldest(&mut self) {
        let oldest = self.slots.pop_front();
        self.complete_from = self.complete_from.max(oldest.map_or(0, |slot| slot.end() * 1000));
    }

    /// The minute of the oldest short slot.
    fn oldest_short(&self) -> Option<u64> {
        self.slots.iter().find(|slot| slot.seconds < LONG).map(|slot| slot.start / LONG * LONG)
    }

    /// Whether there is more than one slot in this minute.
    fn would_join(&self, minute: u64) -> bool {
        self.slots.iter().filter(|slot| slot.start / LONG * LONG == minute).count() > 1
    }

    /// Makes one slot of those of a minute.
    fn join(&mut self, minute: u64) {
        let is_of_it = |slot: &Slot| slot.start / LONG * LONG == minute;
        let Some(first) = self.slots.iter().position(is_of_it) else { return };
        while self.slots.get(first + 1).is_some_and(is_of_it) {
            if let Some(next) = self.slots.remove(first + 1) {
                self.slots[first].summary.merge(&next.summary);
            }
        }
        (self.slots[first].start, self.slots[first].seconds) = (minute, LONG);
    }

    /// The slots that have something of the last so many seconds; all, where none are said.
    pub(crate) fn within(&self, window: Option<u64>, now: u64) -> impl DoubleEndedIterator<Item = &Slot> + Clone {
        let from = window.map_or(0, |window| now.saturating_sub(window));
        self.slots.iter().filter(move |slot| slot.end() > from)
    }

    /// How long most requests of an endpoint took of late, in microseconds; 0 where there were none.
    pub(crate) fn median(&self, version: &str, method: &str, route: &str) -> u64 {
        let late = self.slots.iter().rev().take(MOST_LATE);
        let mut durations = Distribution::default();
        for endpoint in late.filter_map(|slot| slot.summary.get(version, method, route)) {
            durations.merge(&endpoint.durations(|_| true));
        }
        durations.percentile(0.5).unwrap_or_default()
    }

    /// All slots, the oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Slot> {
        self.slots.iter()
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.names.bytes() + self.slots.iter().map(|slot| slot.summary.bytes() + size_of::<Slot>()).sum::<usize>()
    }
}

fn difference(after: Overflowed, before: Overflowed) -> Overflowed {
    let mut difference = Overflowed::default();
    difference.endpoints = after.endpoints - before.endpoints;
    difference.statuses = after.statuses - before.statuses;
    difference.calls = after.calls - before.calls;
    difference.findings = after.findings - before.findings;
    difference
}
