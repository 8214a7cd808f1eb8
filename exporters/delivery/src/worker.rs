//! The delivery's own thread: empties the buffers by a timer and sends what it finds.

mod outcome;
mod snapshot;

use crate::backoff::{Backoff, Jitter};
use crate::buffers::Buffers;
use crate::failure::{Failure, Told};
use crate::framing::Framing;
use crate::pace::Pace;
use crate::pending::Pending;
use crate::progress::{Progress, Round};
use crate::settings::{DropNotice, Settings};
use crate::sink::{Kind, Sink};
use crate::timer::Timer;
use outcome::attempt;
use snapshot::Snapshots;
use std::sync::Arc;
use std::time::Duration;

/// What the writing threads and the delivery's thread have in common.
pub(crate) struct Shared {
    pub(crate) buffers: Buffers,
    pub(crate) progress: Progress,
}

pub(crate) struct Worker {
    shared: Arc<Shared>,
    sink: Box<dyn Sink>,
    on_failure: Box<dyn Fn(&Failure) + Send>,
    drop_notice: Option<DropNotice>,
    framing: Framing,
    schedule_delay: Duration,
    retry_limit: Option<Duration>,
    backoff: Backoff,
    pace: Pace,
    timer: Box<dyn Timer>,
    told: Told,
    pending: Pending,
    snapshots: Vec<Snapshots>,
    /// An empty buffer, to put in the place of a full one.
    spare: Vec<u8>,
    /// Whether the sink accepted what it was last given.
    accepting: bool,
    /// Dropped items that a notice has told of.
    noticed: u64,
}

impl Worker {
    pub(crate) fn new(
        shared: Arc<Shared>,
        mut settings: Settings,
        sink: Box<dyn Sink>,
        on_failure: Box<dyn Fn(&Failure) + Send>,
        timer: Box<dyn Timer>,
        jitter: Jitter,
    ) -> Self {
        Worker {
            shared,
            sink,
            on_failure,
            pending: Pending::new(&settings),
            framing: settings.framing,
            schedule_delay: settings.schedule_delay,
            // A line that is half out cannot be given up without breaking the one behind it.
            retry_limit: settings.retry_limit.filter(|_| settings.framing == Framing::Frames),
            backoff: Backoff::new(settings.first_retry, settings.longest_retry, jitter),
            pace: Pace::new(settings.interval),
            snapshots: Snapshots::all(&mut settings, timer.now()),
            drop_notice: settings.drop_notice,
            timer,
            told: Told::default(),
            spare: Vec::new(),
            accepting: true,
            noticed: 0,
        }
    }

    pub(crate) fn run(mut self) {
        loop {
            let round = self.shared.progress.next_round(&*self.timer, self.until_next_round());
            self.round(round);
            self.shared.progress.finish_round();
            if round.last {
                break;
            }
        }
    }

    fn until_next_round(&self) -> Duration {
        let scheduled = self.pending.since().and_then(|since| since.checked_add(self.schedule_delay));
        let snapshot = self.snapshots.iter().map(Snapshots::due).min();
        let next = scheduled.into_iter().chain(snapshot).min();
        let wait = next.map(|next| next.saturating_duration_since(self.timer.now()));
        wait.unwrap_or(Duration::MAX).min(self.pace.interval())
    }

    /// Empties all buffers once and sends what is due.
    fn round(&mut self, round: Round) {
        let before = self.pending.total();
        let dropped = self.gather(Self::send_full_batches);
        self.pace.looked(self.pending.total() > before);
        if round.called || round.nudged || self.is_due() {
            self.send_all();
        }
        self.send_snapshots(round.called);
        self.tell_of_drops(dropped + self.shared.progress.counters().dropped_underway());
    }

    /// Empties all buffers, calling `each` after every one, and says how many items were dropped before they got there.
    fn gather(&mut self, each: impl Fn(&mut Self)) -> u64 {
        let shared = Arc::clone(&self.shared);
        let mut spare = std::mem::take(&mut self.spare);
        let now = self.timer.now();
        let dropped = shared.buffers.take_each(&mut spare, |taken, granted| {
            let items = self.pending.add(taken, granted, now);
            if items > 0 && !shared.progress.take_up(items) {
                self.let_go();
            }
            each(self);
        });
        self.spare = spare;
        dropped
    }

    /// Whether items have been gathered for long enough.
    fn is_due(&self) -> bool {
        let since = self.pending.since();
        since.is_some_and(|since| self.timer.now().saturating_duration_since(since) >= self.schedule_delay)
    }

    fn send_full_batches(&mut self) {
        while self.pending.is_full() {
            self.send_batch();
        }
    }

    fn send_all(&mut self) {
        while !self.pending.is_empty() {
            self.send_batch();
        }
    }

    /// Sends one batch, once. What the sink does not accept for now is still there after the back-off, unless it has
    /// become too old.
    fn send_batch(&mut self) {
        let (batch, calls) = (self.pending.batch(), self.shared.progress.calls());
        let sent = attempt(&mut *self.sink, self.pending.bytes(batch));
        self.accepting = false;
        let Err(error) = sent else { return self.accepted(batch, 0) };
        match error.kind {
            Kind::Rejected { items } => {
                self.tell(error);
                self.accepted(batch, items);
            }
            Kind::Permanent { accepted } => {
                self.failed(error);
                if let Some(lost) = self.written(batch, accepted) {
                    self.settle(lost, |counters| counters.dropped_failed += lost.items);
                }
            }
            Kind::Temporary { accepted, retry_after } => {
                self.failed(error);
                if self.written(batch, accepted).is_none() {
                    return;
                }
                if self.back_off(retry_after, calls) {
                    self.give_up_the_oldest();
                } else {
                    self.let_go();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
