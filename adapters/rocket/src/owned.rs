//! What a fairing holds until rocket is gone.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tachograph_core::lock;

type Guards = Mutex<Vec<Box<dyn Any + Send>>>;

/// Guards, dropped with this or when waiting for that is in vain.
#[derive(Default)]
pub(crate) struct Owned {
    guards: Arc<Guards>,
    /// What the thread that waits is told the end by.
    alive: Mutex<Option<Sender<Infallible>>>,
}

impl Owned {
    pub(crate) fn add(&self, guard: impl Send + 'static) {
        lock(&self.guards).push(Box::new(guard));
    }

    /// If this is not dropped within `grace`, the guards are, where `stuck` finds that it is time.
    ///
    /// A handler that blocks its thread keeps rocket alive until the process ends, and nothing is dropped then.
    pub(crate) fn release_after(&self, grace: Duration, stuck: impl FnOnce() -> bool + Send + 'static) {
        if lock(&self.guards).is_empty() {
            return;
        }
        let (alive, end) = channel();
        *lock(&self.alive) = Some(alive);
        let guards = Arc::clone(&self.guards);
        let wait = move || {
            if end.recv_timeout(grace) == Err(RecvTimeoutError::Timeout) && stuck() {
                release(&guards);
            }
        };
        // Without the thread it is as it would be without this.
        let _ = thread::Builder::new().name("tachograph-shutdown".to_owned()).spawn(wait);
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        release(&self.guards);
    }
}

/// Drops them under the lock: whoever comes second waits until everything is sent.
fn release(guards: &Guards) {
    lock(guards).clear();
}

impl fmt::Debug for Owned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owned").field("guards", &lock(&self.guards).len()).finish()
    }
}
