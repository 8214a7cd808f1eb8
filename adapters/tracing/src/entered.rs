//! The requests that spans have brought to this thread.

use std::cell::RefCell;
use std::sync::Arc;

use tachograph_core::{Polling, Recording, Scope};
use tracing::Id;

/// A guard of an entered span that is held across an `.await` is never given back on its thread. This many are kept.
const MOST: usize = 64;

thread_local! {
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
    static SQLITE_WORKER: bool =
        std::thread::current().name().is_some_and(|name| name.starts_with("sqlx-sqlite-worker"));
}

struct Entered {
    /// Ids are those of one subscriber, and a thread can meet several.
    layer: u64,
    span: Id,
    /// A span can be entered again inside itself.
    times: usize,
    _guards: (Scope, Polling),
}

/// Whether this is a thread on which sqlx runs queries of SQLite. It enters the caller's span there and holds it while
/// the query runs: the request is not being polled by that.
pub(crate) fn on_sqlite_worker() -> bool {
    SQLITE_WORKER.try_with(|worker| *worker).unwrap_or(false)
}

/// A span of `recording` was entered: the thread works for it until [`exit`], if it does not already.
pub(crate) fn enter(layer: u64, span: &Id, recording: &Arc<Recording>) {
    let again = with(|entered| match find(entered, layer, span) {
        Some(place) => {
            entered[place].times += 1;
            true
        }
        None => entered.len() >= MOST,
    });
    if again != Some(false) {
        return;
    }
    if let Some(guards) = recording.enter_poll() {
        with(|entered| entered.push(Entered { layer, span: span.clone(), times: 1, _guards: guards }));
    }
}

/// The span was left. What was entered after it and is still there goes on, and this one with it.
pub(crate) fn exit(layer: u64, span: &Id) {
    let found = with(|entered| match find(entered, layer, span) {
        Some(place) => {
            entered[place].times -= 1;
            entered[place].times == 0
        }
        None => false,
    });
    if found != Some(true) {
        return;
    }
    // Guards give back what was current before them, so the last one comes first. They are dropped while nothing is
    // borrowed.
    while let Some(Some(guards)) = with(|entered| entered.pop_if(|last| last.times == 0)) {
        drop(guards);
    }
}

fn find(entered: &[Entered], layer: u64, span: &Id) -> Option<usize> {
    entered.iter().rposition(|one| one.times > 0 && one.layer == layer && one.span == *span)
}

/// None in a thread that is ending.
fn with<R>(act: impl FnOnce(&mut Vec<Entered>) -> R) -> Option<R> {
    ENTERED.try_with(|entered| entered.try_borrow_mut().ok().map(|mut entered| act(&mut entered))).ok().flatten()
}
