//! The thread that asks the daemon.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tachograph_core::{become_own_thread, lock};

use super::poller::Poller;

/// It runs until this says that it has to end, or is dropped.
#[derive(Debug)]
pub(crate) struct Thread {
    ending: Arc<Ending>,
}

#[derive(Debug, Default)]
struct Ending {
    ended: Mutex<bool>,
    told: Condvar,
}

impl Thread {
    /// It ends as soon as it comes to it; a call that is under way is not waited for.
    pub(crate) fn end(&self) {
        *lock(&self.ending.ended) = true;
        self.ending.told.notify_all();
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.end();
    }
}

impl Ending {
    /// Waits so long, or until the end; whether it is that.
    fn wait(&self, longest: Duration) -> bool {
        let ended = lock(&self.ended);
        *self
            .told
            .wait_timeout_while(ended, longest, |ended| !*ended)
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .0
    }
}

pub(crate) fn start(mut poller: Poller) -> io::Result<Thread> {
    let ending = Arc::new(Ending::default());
    let thread = Thread { ending: Arc::clone(&ending) };
    std::thread::Builder::new().name("tachograph-xray".into()).spawn(move || {
        become_own_thread();
        while !ending.wait(poller.step()) {}
    })?;
    Ok(thread)
}
