//! The page's own thread: it takes what the others leave behind, and makes the answers, so that they go on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tachograph_core::{WeakHandle, become_own_thread, lock};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::file;
use crate::kept::millis_of;
use crate::live::Live;
use crate::store::Store;
use crate::views::{Seen, View};

/// How often the shards are emptied and the streams are told.
const EVERY: Duration = Duration::from_secs(1);

/// So many answers are waited for at a time.
const MOST_WAITING: usize = 16;

/// An answer, and its status.
pub(crate) type Answer = (u16, Vec<u8>);

/// The way to the thread.
#[derive(Debug)]
pub(crate) struct Worker {
    errands: Mutex<Option<Sender<Errand>>>,
    waiting: Arc<AtomicUsize>,
    shared: Arc<Shared>,
}

/// What the thread has in common with those who use it.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) live: Live,
    pub(crate) instance: OnceLock<WeakHandle>,
    dropped: Mutex<Vec<(&'static str, u64)>>,
}

#[derive(Debug)]
enum Errand {
    Attached(SystemTime),
    Answer(View, oneshot::Sender<Answer>, Waiting),
    Flush(SyncSender<()>),
    Stop(SyncSender<bool>),
}

/// One who waits for an answer.
#[derive(Debug)]
struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Too many wait for one.
    Busy,
    /// The service is being shut down.
    Gone,
    /// Making it panicked.
    Failed,
}

impl Worker {
    pub(crate) fn start(store: Store, file: Option<file::Written>) -> Result<Self, Error> {
        let (sender, receiver) = channel();
        let shared: Arc<Shared> = Arc::default();
        let work =
            Work { store, file, shared: Arc::clone(&shared), since: 0, last: None, told_not_kept: 0, told_seen: 0 };
        let thread = thread::Builder::new().name("tachograph-page".to_owned());
        thread
            .spawn(move || {
                become_own_thread();
                work.run(&receiver);
            })
            .map_err(|error| Error::about("", format!("the page has no thread of its own: {error}")))?;
        Ok(Worker { errands: Mutex::new(Some(sender)), waiting: Arc::default(), shared })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn attached(&self, at: SystemTime) {
        self.send(Errand::Attached(at));
    }

    /// The answer, as of now.
    pub(crate) async fn answer(&self, view: View) -> Result<Answer, NoAnswer> {
        let waiting = Waiting(Arc::clone(&self.waiting));
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            return Err(NoAnswer::Busy);
        }
        let (sender, receiver) = oneshot::channel();
        if !self.send(Errand::Answer(view, sender, waiting)) {
            return Err(NoAnswer::Gone);
        }
        receiver.await.map_err(|_| NoAnswer::Failed)
    }

    /// Takes what was left behind before the call, and tells the streams.
    pub(crate) fn flush(&self, deadline: Duration) -> bool {
        let (sender, receiver) = sync_channel(1);
        // Where it was stopped, nothing is left.
        !self.send(Errand::Flush(sender)) || receiver.recv_timeout(deadline).is_ok()
    }

    /// Ends the thread, once it has written what is kept of it.
    pub(crate) fn stop(&self, deadline: Duration) -> bool {
        let (sender, receiver) = sync_channel(1);
        if !self.send(Errand::Stop(sender)) {
            return true;
        }
        *lock(&self.errands) = None;
        receiver.recv_timeout(deadline).unwrap_or(false)
    }

    pub(crate) fn dropped(&self) -> Vec<(&'static str, u64)> {
        lock(&self.shared.dropped).clone()
    }

    fn send(&self, errand: Errand) -> bool {
        lock(&self.errands).as_ref().is_some_and(|errands| errands.send(errand).is_ok())
    }
}

struct Work {
    store: Store,
    file: Option<file::Written>,
    shared: Arc<Shared>,
    /// When it became a part of its instance, in milliseconds since 1970.
    since: u64,
    last: Option<u64>,
    told_not_kept: u64,
    told_seen: u64,
}

impl Work {
    /// Until it is stopped, or there is no page any more.
    fn run(mut self, errands: &Receiver<Errand>) {
        if let Some(file) = &mut self.file {
            self.store.restore(file);
        }
        let mut next = Instant::now() + EVERY;
        loop {
            let errand = match errands.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(errand) => Some(errand),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            // A view that panics is one answer less, and not the end of the page.
            let goes_on = catch_unwind(AssertUnwindSafe(|| match errand {
                Some(errand) => self.run_errand(errand),
                None => {
                    next = Instant::now() + EVERY;
                    self.tick();
                    true
                }
            }));
            if !goes_on.unwrap_or(true) {
                break;
            }
        }
        self.shared.live.end();
    }

    fn run_errand(&mut self, errand: Errand) -> bool {
        match errand {
            Errand::Attached(at) => {
                self.since = millis_of(at);
                self.store.slots.begin(self.since);
            }
            Errand::Answer(view, answer, _waiting) => {
                let handle = self.shared.instance.get().and_then(WeakHandle::upgrade);
                let now = handle.as_ref().map_or_else(SystemTime::now, |handle| handle.now());
                self.store.collect(now);
                let seen = Seen { store: &self.store, now: millis_of(now), since: self.since, handle: handle.as_ref() };
                // Whoever asked may have left.
                let _ = answer.send(view.answer(seen));
            }
            Errand::Flush(done) => {
                self.tick();
                let _ = done.send(());
            }
            Errand::Stop(done) => {
                let now = self.tick();
                self.shared.live.end();
                let slots = &self.store.slots;
                let is_written = self.file.as_mut().is_none_or(|file| file.write(slots, now));
                let _ = done.send(is_written);
                return false;
            }
        }
        true
    }

    /// The time, in milliseconds since 1970.
    fn tick(&mut self) -> u64 {
        let handle = self.shared.instance.get().and_then(WeakHandle::upgrade);
        let now = handle.as_ref().map_or_else(SystemTime::now, |handle| handle.now());
        drop(handle);
        self.store.collect(now);
        let now = millis_of(now);
        let mut dropped = self.store.overflowed();
        if let Some(file) = &mut self.file {
            file.write_now_and_then(&self.store.slots, now);
            dropped.push(("file_not_written", file.failures));
        }
        *lock(&self.shared.dropped) = dropped;
        let passed = self.last.replace(now).map_or(0, |last| now.saturating_sub(last));
        let (seen, not_kept) = (self.store.seen - self.told_seen, self.store.not_kept - self.told_not_kept);
        (self.told_seen, self.told_not_kept) = (self.store.seen, self.store.not_kept);
        // As soon as a second is over it is a rate of a second.
        let rate = seen as f64 / (passed as f64 / 1000.0).max(1.0);
        self.shared.live.tell(&self.store, not_kept, rate);
        self.store.fresh = 0;
        now
    }
}
