//! Scrapes that come at the same time share their work.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use tachograph_core::{Handle, lock};
use tokio::sync::oneshot;

use crate::page::{Maker, Wanted};

/// Those who wait for a page. One thread at a time makes pages, and it begins a page only after all that are to have it
/// have asked: so nobody gets numbers that are older than the question.
#[derive(Debug, Default)]
pub(crate) struct Scrapes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Waiting>,
    is_served: bool,
}

#[derive(Debug)]
struct Waiting {
    handle: Handle,
    wanted: Wanted,
    answer: oneshot::Sender<Vec<u8>>,
}

impl Scrapes {
    /// A page that is begun after this call. None if it could not be made.
    pub(crate) async fn page(self: &Arc<Self>, maker: &Maker, handle: Handle, wanted: Wanted) -> Option<Vec<u8>> {
        let (answer, page) = oneshot::channel();
        let is_served = {
            let mut state = lock(&self.0);
            state.waiting.push(Waiting { handle, wanted, answer });
            mem::replace(&mut state.is_served, true)
        };
        if !is_served {
            let (server, maker) = (Server { scrapes: Arc::clone(self), is_done: false }, maker.clone());
            // A process that cannot have one more thread has other troubles: its scrapers are told that there is no page.
            let _ = thread::Builder::new().name("tachograph-page".to_owned()).spawn(move || server.serve(&maker));
        }
        page.await.ok()
    }
}

/// What answers those who wait, until there are none.
struct Server {
    scrapes: Arc<Scrapes>,
    is_done: bool,
}

impl Server {
    fn serve(mut self, maker: &Maker) {
        while let Some(waiting) = self.next() {
            // Of all that makes a page, the hook for warnings is somebody else's: if it panics, there is no page.
            let _ = catch_unwind(AssertUnwindSafe(|| answer(waiting, maker)));
        }
    }

    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut state = lock(&self.scrapes.0);
        self.is_done = state.waiting.is_empty();
        state.is_served = !self.is_done;
        state.is_served.then(|| mem::take(&mut state.waiting))
    }
}

impl Drop for Server {
    /// There was no thread for it: those who wait get nothing, and who comes next gets another.
    fn drop(&mut self) {
        if !self.is_done {
            *lock(&self.scrapes.0) = State::default();
        }
    }
}

/// Makes each page once that is wanted.
fn answer(mut waiting: Vec<Waiting>, maker: &Maker) {
    while let Some(Waiting { handle, wanted, answer }) = waiting.pop() {
        let is_same = |other: &mut Waiting| other.wanted == wanted && other.handle.is_same(&handle);
        let others: Vec<Waiting> = waiting.extract_if(.., is_same).collect();
        let page = wanted.coding.code(maker.make(&handle, wanted.format));
        for other in others {
            // Whoever no longer waits misses nothing.
            let _ = other.answer.send(page.clone());
        }
        let _ = answer.send(page);
    }
}
