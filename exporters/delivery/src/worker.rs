//! The delivery's own thread: empties the buffers by a timer and sends what it finds.

use crate::backoff::{Backoff, Jitter};
use crate::buffers::Buffers;
use crate::counters::lines;
use crate::failure::{Failure, Told};
use crate::pace::Pace;
use crate::progress::Progress;
use crate::settings::{DropNotice, Settings};
use crate::sink::{SendError, Sink, whole_lines};
use crate::timer::Timer;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
    backoff: Backoff,
    pace: Pace,
    timer: Box<dyn Timer>,
    told: Told,
    batch: Batch,
    /// An empty buffer, to put in the place of a full one.
    spare: Vec<u8>,
    /// Whether the sink accepted what it was last given.
    accepting: bool,
    /// Dropped lines that a notice has told of.
    noticed: u64,
}

/// Lines of several buffers, sent together.
#[derive(Default)]
struct Batch {
    lines: Vec<u8>,
    granted: usize,
}

/// Beyond this many bytes a batch is sent before the next buffer is emptied.
const BATCH_BYTES: usize = 1 << 20;

impl Worker {
    pub(crate) fn new(
        shared: Arc<Shared>,
        settings: Settings,
        sink: Box<dyn Sink>,
        on_failure: Box<dyn Fn(&Failure) + Send>,
        timer: Box<dyn Timer>,
        jitter: Jitter,
    ) -> Self {
        Worker {
            shared,
            sink,
            on_failure,
            drop_notice: settings.drop_notice,
            backoff: Backoff::new(settings.first_retry, settings.longest_retry, jitter),
            pace: Pace::new(settings.interval),
            timer,
            told: Told::default(),
            batch: Batch::default(),
            spare: Vec::new(),
            accepting: true,
            noticed: 0,
        }
    }

    pub(crate) fn run(mut self) {
        loop {
            let last = self.shared.progress.next_round(&*self.timer, self.pace.interval());
            self.round();
            self.shared.progress.finish_round();
            if last {
                break;
            }
        }
    }

    /// Empties all buffers once and sends what was there.
    fn round(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut spare = std::mem::take(&mut self.spare);
        let mut found = false;
        let dropped = shared.buffers.take_each(&mut spare, |taken, granted| {
            found |= !taken.is_empty();
            self.batch.add(taken, granted);
            if self.batch.lines.len() >= BATCH_BYTES {
                self.send_batch();
            }
        });
        self.spare = spare;
        self.send_batch();
        self.pace.looked(found);
        self.tell_of_drops(dropped + shared.progress.counters().dropped_failed);
    }

    fn send_batch(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        self.deliver(&batch.lines);
        self.shared.buffers.release(batch.granted);
        batch.clear();
        self.batch = batch;
    }

    /// The sink works, so it can be told what it missed.
    fn tell_of_drops(&mut self, dropped: u64) {
        let Some(notice) = &self.drop_notice else { return };
        if dropped <= self.noticed || !self.accepting {
            return;
        }
        let mut line = Vec::new();
        let rendered = catch_unwind(AssertUnwindSafe(|| notice(dropped - self.noticed, &mut line)));
        if rendered.is_ok() && !line.is_empty() {
            if line.last() != Some(&b'\n') {
                line.push(b'\n');
            }
            self.deliver(&line);
        }
        if self.accepting {
            self.noticed = dropped;
        }
    }

    /// Tries until the sink has accepted or refused all lines, or nobody waits for them any more.
    fn deliver(&mut self, batch: &[u8]) {
        let mut rest = batch;
        if rest.is_empty() || !self.shared.progress.take_up(lines(rest)) {
            return;
        }
        while !rest.is_empty() {
            let calls = self.shared.progress.calls();
            let sent = catch_unwind(AssertUnwindSafe(|| self.sink.send(rest)))
                .unwrap_or_else(|_| Err(SendError::permanent(0, "the sink panicked")));
            self.accepting = false;
            let Err(error) = sent else {
                self.accepting = self.count_written(rest);
                self.backoff.reset();
                self.told.accepted(self.timer.now());
                return;
            };
            let (accepted, refused) = rest.split_at(whole_lines(rest, error.accepted()));
            self.count_written(accepted);
            rest = refused;
            let temporary = error.is_temporary();
            self.failed(error);
            if !temporary {
                let lost = lines(rest);
                self.shared.progress.settle(lost, |counters| counters.dropped_failed += lost);
                return;
            }
            if !self.shared.progress.back_off(&*self.timer, self.backoff.next(), calls) {
                return;
            }
        }
    }

    /// False when nobody waits for lines any more.
    fn count_written(&self, accepted: &[u8]) -> bool {
        let written = lines(accepted);
        self.shared.progress.settle(written, |counters| {
            counters.written_lines += written;
            counters.written_bytes += accepted.len() as u64;
        })
    }

    fn failed(&mut self, error: SendError) {
        self.shared.progress.count_failure();
        if self.told.is_new(&error, self.timer.now()) {
            let failure = Failure::new(self.sink.describe(), error);
            // A hook that panics must not end the delivery.
            let _ = catch_unwind(AssertUnwindSafe(|| (self.on_failure)(&failure)));
        }
    }
}

impl Batch {
    /// Moves the lines here and leaves an empty buffer in their place.
    fn add(&mut self, lines: &mut Vec<u8>, granted: usize) {
        self.granted += granted;
        if self.lines.is_empty() {
            std::mem::swap(&mut self.lines, lines);
        } else {
            self.lines.extend_from_slice(lines);
        }
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.lines.shrink_to(BATCH_BYTES);
        self.granted = 0;
    }
}

#[cfg(test)]
mod tests;
