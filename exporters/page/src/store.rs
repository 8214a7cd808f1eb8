//! All that the page remembers, in the hands of its own thread.

use std::sync::Arc;
use std::time::SystemTime;

use tachograph_core::{Service, Sharded, lock};

use crate::file;
use crate::kept::{Kept, millis_of};
use crate::remembered::Remembered;
use crate::room::Budget;
use crate::shard::{Common, Shard};
use crate::slots::{HELD_FOR, SHORT, Slots};

/// What each thread leaves behind, for the store to take.
#[derive(Debug)]
pub(crate) struct Shards {
    pub(crate) service: Service,
    pub(crate) common: Common,
    pub(crate) shards: Sharded<std::sync::Mutex<Shard>>,
}

/// All that the page remembers.
#[derive(Debug)]
pub(crate) struct Store {
    shards: Arc<Shards>,
    pub(crate) slots: Slots,
    pub(crate) remembered: Remembered,
    pub(crate) budget: Budget,
    pub(crate) memory_limit: usize,
    /// Requests that were counted.
    pub(crate) seen: u64,
    /// Requests that were kept since the streams were told last.
    pub(crate) fresh: u64,
    /// Of these, those of which nothing was kept.
    pub(crate) not_kept: u64,
}

impl Store {
    pub(crate) fn new(shards: Arc<Shards>, memory_limit: usize) -> Self {
        let budget = Budget::of(memory_limit);
        Store {
            slots: Slots::new(shards.common.names.clone(), budget.limits_of_slot(), budget.slots),
            remembered: Remembered::new(budget.kept),
            shards,
            budget,
            memory_limit,
            seen: 0,
            fresh: 0,
            not_kept: 0,
        }
    }

    /// Takes what another process has counted.
    pub(crate) fn restore(&mut self, file: &mut file::Written) {
        let slots = file.read(&self.budget.limits_of_slot(), &self.shards.common.names);
        self.slots.restore(slots);
    }

    pub(crate) fn service(&self) -> &Service {
        &self.shards.service
    }

    /// What was counted together with others for want of room, by a name for each reason.
    pub(crate) fn overflowed(&self) -> Vec<(&'static str, u64)> {
        let overflowed = &self.slots.overflowed;
        vec![
            ("endpoints_overflowed", overflowed.endpoints as u64),
            ("statuses_overflowed", overflowed.statuses as u64),
            ("calls_overflowed", overflowed.calls as u64),
            ("findings_overflowed", overflowed.findings as u64),
        ]
    }

    /// What is not kept any more, or was not, as there is not room for everything: no loss, for it is counted.
    pub(crate) fn not_kept(&self) -> [(&'static str, u64); 3] {
        [
            ("requests_not_kept", self.not_kept),
            ("requests_given_up", self.remembered.given_up),
            ("slots_given_up", self.slots.given_up),
        ]
    }

    pub(crate) fn version(&self) -> &str {
        &self.shards.common.version
    }

    /// Takes what all threads have left behind. How many requests that were.
    pub(crate) fn collect(&mut self, now: SystemTime) -> u64 {
        let shards = Arc::clone(&self.shards);
        let mut records = Vec::new();
        let mut taken = 0;
        for shard in shards.shards.iter() {
            let shard = {
                let mut shard = lock(shard);
                if shard.requests == 0 {
                    continue;
                }
                std::mem::take(&mut *shard)
            };
            taken += shard.requests;
            self.not_kept += shard.not_kept;
            for counted in shard.counted {
                self.slots.add(counted.slot, SHORT, &counted.into_summary(&shards.common));
            }
            records.extend(shard.kept);
        }
        self.seen += taken;
        let now = millis_of(now);
        if taken > 0 {
            records.sort_by_key(|fresh| fresh.record.ended());
            let most = self.remembered.most_of_one();
            let mut kept = Vec::with_capacity(records.len());
            for (number, fresh) in (self.remembered.number..).zip(records) {
                kept.push(Kept::of(&fresh.record, fresh.class, number, self.version(), most));
                let bytes = fresh.bytes;
                drop(fresh);
                shards.common.room.give_back(bytes);
            }
            self.fresh += kept.len() as u64;
            let slots = &self.slots;
            self.remembered.keep(kept, |method, route| slots.median(&shards.common.version, method, route));
        }
        self.slots.tidy(now / 1000);
        self.remembered.forget_before(now.saturating_sub(HELD_FOR * 1000));
        taken
    }

    /// The memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.bytes() + self.remembered.bytes()
    }
}
