//! States that are asked for from time to time, of which only the newest is worth sending.

use super::Worker;
use super::outcome::{attempt, count_written};
use crate::framing::{Cut, Framing};
use crate::pending::Pending;
use crate::settings::Settings;
use crate::sink::Kind;
use crate::source::{Periodic, Source};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub(super) struct Snapshots {
    source: Box<dyn Source>,
    every: Duration,
    due: Instant,
    framing: Framing,
    /// What is left of the state that was pulled last.
    state: Pending,
}

impl Snapshots {
    /// Each source of these settings, which gives them away.
    pub(super) fn all(settings: &mut Settings, now: Instant) -> Vec<Self> {
        let sources = std::mem::take(&mut settings.periodic);
        sources.into_iter().map(|periodic| Snapshots::new(periodic, settings, now)).collect()
    }

    fn new(periodic: Periodic, settings: &Settings, now: Instant) -> Self {
        // An interval of nothing would keep a core busy.
        let every = periodic.every.clamp(Duration::from_millis(1), Duration::from_secs(365 * 24 * 3600));
        let (framing, state) = (settings.framing, Pending::new(settings));
        Snapshots { source: periodic.source, every, due: now + every, framing, state }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// The newest state, and how many items it is; an error when the source panicked.
    fn pull(&mut self, now: Instant) -> Result<u64, ()> {
        while self.due <= now {
            self.due += self.every;
        }
        self.state.clear();
        let mut bytes = Vec::new();
        self.framing.begin(&mut bytes);
        let empty = bytes.len();
        let pulled = catch_unwind(AssertUnwindSafe(|| self.source.pull(&mut bytes)));
        let items = pulled.map_err(drop)?;
        if bytes.len() <= empty {
            return Ok(0);
        }
        self.framing.end(&mut bytes, 0, items);
        Ok(self.state.add(&mut bytes, Default::default(), now))
    }

    /// Whether a newer state can take the place of this one: of a line, nobody but the sink knows whether half of it is
    /// out, and what comes behind must then be the rest of it.
    fn can_be_replaced(&self, now: Instant) -> bool {
        self.framing == Framing::Frames && self.due <= now
    }

    fn settled(&mut self, accepted: bool) {
        // What it loses by panicking is its own.
        let _ = catch_unwind(AssertUnwindSafe(|| self.source.settled(accepted)));
    }
}

impl Worker {
    /// Sends the newest state of each source when it is time, or when somebody waits for it.
    pub(super) fn send_snapshots(&mut self, called: bool) {
        let mut all = std::mem::take(&mut self.snapshots);
        for snapshots in &mut all {
            if (called || snapshots.due <= self.timer.now())
                && let Some(accepted) = self.deliver_newest(snapshots)
            {
                snapshots.settled(accepted);
            }
        }
        self.snapshots = all;
    }

    /// Tries until the sink has accepted the newest state, or refused it; none when there is nothing to send. Of one that
    /// was refused behind its first items, the rest is lost: these must not be said twice.
    fn deliver_newest(&mut self, snapshots: &mut Snapshots) -> Option<bool> {
        self.pull(snapshots)?;
        let mut begun = false;
        while !snapshots.state.is_empty() {
            let (batch, calls) = (snapshots.state.batch(), self.shared.progress.calls());
            let sent = attempt(&mut *self.sink, snapshots.state.bytes(batch));
            self.accepting = false;
            let Err(error) = sent else {
                self.accepted_state(snapshots, batch, 0);
                begun = true;
                continue;
            };
            match error.kind {
                Kind::Rejected { items } => {
                    self.tell(error);
                    self.accepted_state(snapshots, batch, items);
                    begun = true;
                }
                Kind::Permanent { accepted } => {
                    self.failed(error);
                    begun |= self.written_state(snapshots, batch, accepted);
                    let lost = snapshots.state.all().items;
                    self.shared.progress.settle(lost, |counters| counters.dropped_failed += lost);
                    return Some(begun);
                }
                Kind::Temporary { accepted, retry_after } => {
                    self.failed(error);
                    begun |= self.written_state(snapshots, batch, accepted);
                    if !self.back_off(retry_after, calls) {
                        return Some(begun);
                    }
                    if snapshots.can_be_replaced(self.timer.now()) {
                        self.shared.progress.settle(snapshots.state.all().items, |_| ());
                        self.pull(snapshots)?;
                    }
                }
            }
        }
        Some(true)
    }

    fn accepted_state(&mut self, snapshots: &mut Snapshots, batch: Cut, rejected: u64) {
        snapshots.state.remove(batch);
        let wanted = self.shared.progress.settle(batch.items, |counters| count_written(counters, batch, rejected));
        self.accepts(wanted);
    }

    /// Of a batch, so many bytes went out before it failed; whether an item did.
    fn written_state(&mut self, snapshots: &mut Snapshots, batch: Cut, accepted: usize) -> bool {
        let whole = snapshots.state.whole(batch, accepted);
        snapshots.state.remove(whole);
        self.shared.progress.settle(whole.items, |counters| count_written(counters, whole, 0));
        whole.items > 0
    }

    fn pull(&mut self, snapshots: &mut Snapshots) -> Option<()> {
        let Ok(items) = snapshots.pull(self.timer.now()) else {
            self.shared.progress.count_panic();
            return None;
        };
        (items > 0 && self.shared.progress.take_up(items)).then_some(())
    }
}
