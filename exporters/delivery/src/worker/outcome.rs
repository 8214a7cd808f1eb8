//! What came of an attempt to send: counted, told of, waited for.

use super::Worker;
use crate::counters::Counters;
use crate::failure::Failure;
use crate::framing::Cut;
use crate::sink::{SendError, Sink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// A receiver that asks for more patience than this is asked again all the same.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// Sends a batch; a sink that panics loses that batch and no more.
pub(super) fn attempt(sink: &mut dyn Sink, batch: &[u8]) -> Result<(), SendError> {
    catch_unwind(AssertUnwindSafe(|| sink.send(batch)))
        .unwrap_or_else(|_| Err(SendError::permanent(0, "the sink panicked")))
}

impl Worker {
    /// The receiver has the batch, but for items that it rejected.
    pub(super) fn accepted(&mut self, batch: Cut, rejected: u64) {
        let wanted = self.settle(batch, |counters| count_written(counters, batch, rejected));
        self.accepts(wanted);
    }

    /// The sink works; whether anybody still wants it to.
    pub(super) fn accepts(&mut self, wanted: bool) {
        self.accepting = wanted;
        self.backoff.reset();
        self.told.accepted(self.timer.now());
    }

    /// Of a batch, so many bytes went out before it failed; what is left of it, if anybody still wants it sent.
    pub(super) fn written(&mut self, batch: Cut, accepted: usize) -> Option<Cut> {
        let whole = self.pending.whole(batch, accepted);
        let wanted = self.settle(whole, |counters| count_written(counters, whole, 0));
        wanted.then_some(Cut { bytes: batch.bytes - whole.bytes, items: batch.items - whole.items })
    }

    /// Takes away what is sent or lost and counts it; false, with nothing left, when all was given up and counted before.
    pub(super) fn settle(&mut self, cut: Cut, count: impl FnOnce(&mut Counters)) -> bool {
        let freed = self.pending.remove(cut);
        self.shared.buffers.release(freed);
        let wanted = self.shared.progress.settle(cut.items, count);
        if !wanted {
            self.let_go();
        }
        wanted
    }

    /// Takes away everything: nobody waits for it any more, and it is counted.
    pub(super) fn let_go(&mut self) {
        let freed = self.pending.clear();
        self.shared.buffers.release(freed);
    }

    /// Drops what the sink could not be given for too long.
    pub(super) fn give_up_the_oldest(&mut self) {
        let Some(limit) = self.retry_limit else { return };
        let expired = self.pending.older_than(limit, self.timer.now());
        if expired.bytes > 0 {
            self.settle(expired, |counters| counters.dropped_expired += expired.items);
            self.tell(SendError::permanent(0, format!("nothing was accepted for {limit:?}")));
        }
    }

    pub(super) fn failed(&mut self, error: SendError) {
        self.shared.progress.count_failure();
        self.tell(error);
    }

    /// Tells of a cause that is new.
    pub(super) fn tell(&mut self, error: SendError) {
        if self.told.is_new(&error, self.timer.now()) {
            let failure = Failure::new(self.sink.describe(), error);
            // A hook that panics must not end the delivery.
            let _ = catch_unwind(AssertUnwindSafe(|| (self.on_failure)(&failure)));
        }
    }

    /// Waits before the next attempt; false when there must be no next one.
    ///
    /// Where items can become too old, those in the buffers are taken, so that it is known since when they wait.
    pub(super) fn back_off(&mut self, retry_after: Duration, calls: u64) -> bool {
        let wait = self.backoff.next().max(retry_after.min(LONGEST_ASKED));
        let go_on = self.shared.progress.back_off(&*self.timer, wait, calls);
        if go_on && self.retry_limit.is_some() {
            self.gather(|_| ());
        }
        go_on
    }

    /// The sink works, so it can be told what it missed.
    pub(super) fn tell_of_drops(&mut self, dropped: u64) {
        let Some(notice) = &self.drop_notice else { return };
        if dropped <= self.noticed || !self.accepting {
            return;
        }
        let mut item = Vec::new();
        self.framing.begin(&mut item);
        let empty = item.len();
        let rendered = catch_unwind(AssertUnwindSafe(|| notice(dropped - self.noticed, &mut item)));
        if rendered.is_ok() && item.len() > empty {
            self.framing.end(&mut item, 0, 1);
            let items = self.pending.add(&mut item, Default::default(), self.timer.now());
            if !self.shared.progress.take_up(items) {
                return self.let_go();
            }
            if self.is_due() {
                self.send_all();
            }
        }
        if self.accepting {
            self.noticed = dropped;
        }
    }
}

pub(super) fn count_written(counters: &mut Counters, sent: Cut, rejected: u64) {
    let rejected = rejected.min(sent.items);
    counters.written_items += sent.items - rejected;
    counters.written_bytes += sent.bytes as u64;
    counters.dropped_rejected += rejected;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_rejected_than_was_sent() {
        let mut counters = Counters::default();
        count_written(&mut counters, Cut { bytes: 100, items: 3 }, u64::MAX);
        let expected = Counters { written_bytes: 100, dropped_rejected: 3, ..Counters::default() };
        assert_eq!(counters, expected);
    }
}
