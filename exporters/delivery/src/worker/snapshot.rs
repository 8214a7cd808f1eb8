//! States that are asked for from time to time, of which only the newest is worth sending.

use super::Worker;
use super::outcome::{attempt, count_written};
use crate::framing::{Cut, Framing};
use crate::sink::Kind;
use crate::source::{Periodic, Source};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub(super) struct Snapshots {
    source: Box<dyn Source>,
    every: Duration,
    due: Instant,
    bytes: Vec<u8>,
}

impl Snapshots {
    pub(super) fn new(periodic: Periodic, now: Instant) -> Self {
        // An interval of nothing would keep a core busy.
        let every = periodic.every.clamp(Duration::from_millis(1), Duration::from_secs(365 * 24 * 3600));
        Snapshots { source: periodic.source, every, due: now + every, bytes: Vec::new() }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// The newest state, or nothing where there is none; an error when the source panicked.
    fn pull(&mut self, framing: Framing, now: Instant) -> Result<Cut, ()> {
        while self.due <= now {
            self.due += self.every;
        }
        self.bytes.clear();
        framing.begin(&mut self.bytes);
        let empty = self.bytes.len();
        let pulled = catch_unwind(AssertUnwindSafe(|| self.source.pull(&mut self.bytes)));
        let items = pulled.map_err(drop)?;
        if self.bytes.len() <= empty {
            return Ok(Cut::default());
        }
        framing.end(&mut self.bytes, 0, items);
        Ok(Cut { bytes: self.bytes.len(), items: framing.count(&self.bytes) })
    }

    fn settled(&mut self, accepted: bool) {
        // What it loses by panicking is its own.
        let _ = catch_unwind(AssertUnwindSafe(|| self.source.settled(accepted)));
    }
}

impl Worker {
    /// Sends the newest state when it is time, or when somebody waits for it.
    pub(super) fn send_snapshot(&mut self, called: bool) {
        let now = self.timer.now();
        let Some(mut snapshots) = self.snapshots.take_if(|snapshots| called || snapshots.due <= now) else { return };
        if let Some(accepted) = self.deliver_newest(&mut snapshots) {
            snapshots.settled(accepted);
        }
        self.snapshots = Some(snapshots);
    }

    /// Tries until the sink has accepted the newest state, or refused it; none when there is nothing to send.
    fn deliver_newest(&mut self, snapshots: &mut Snapshots) -> Option<bool> {
        let mut state = self.pull(snapshots)?;
        loop {
            let calls = self.shared.progress.calls();
            let sent = attempt(&mut *self.sink, &snapshots.bytes);
            self.accepting = false;
            let Err(error) = sent else {
                self.accepted_state(state, 0);
                return Some(true);
            };
            match error.kind {
                Kind::Rejected { items } => {
                    self.tell(error);
                    self.accepted_state(state, items);
                    return Some(true);
                }
                Kind::Permanent { .. } => {
                    self.failed(error);
                    self.shared.progress.settle(state.items, |counters| counters.dropped_failed += state.items);
                    return Some(false);
                }
                Kind::Temporary { retry_after, .. } => {
                    self.failed(error);
                    if !self.back_off(retry_after, calls) {
                        return Some(false);
                    }
                    if snapshots.due <= self.timer.now() {
                        self.shared.progress.settle(state.items, |_| ());
                        state = self.pull(snapshots)?;
                    }
                }
            }
        }
    }

    fn accepted_state(&mut self, state: Cut, rejected: u64) {
        let wanted = self.shared.progress.settle(state.items, |counters| count_written(counters, state, rejected));
        self.accepts(wanted);
    }

    fn pull(&mut self, snapshots: &mut Snapshots) -> Option<Cut> {
        let Ok(state) = snapshots.pull(self.framing, self.timer.now()) else {
            self.shared.progress.count_panic();
            return None;
        };
        (state.bytes > 0 && self.shared.progress.take_up(state.items)).then_some(state)
    }
}
