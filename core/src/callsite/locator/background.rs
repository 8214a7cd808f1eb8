//! The thread that reads debug information, so that no request has to.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::{LOCATOR, Search};
use crate::own_thread::become_own_thread;

/// Of stacks that are waiting to be looked up.
const MOST_WAITING: usize = 64;

/// What was read of the debug information is kept until nothing was asked for so long. It is megabytes, and the addresses of
/// a service are soon all known.
const IDLE: Duration = Duration::from_secs(10);

/// Has a search made, by and by. False where too much is waiting already, or there can be no thread.
pub(super) fn send(search: Search) -> bool {
    static SENDER: OnceLock<Option<SyncSender<Search>>> = OnceLock::new();
    SENDER.get_or_init(start).as_ref().is_some_and(|sender| sender.try_send(search).is_ok())
}

fn start() -> Option<SyncSender<Search>> {
    let (sender, receiver) = sync_channel(MOST_WAITING);
    let run = move || {
        become_own_thread();
        while let Some(search) = next(&receiver) {
            LOCATOR.finish(search);
        }
    };
    thread::Builder::new().name("tachograph-callsites".into()).spawn(run).ok()?;
    Some(sender)
}

fn next(searches: &Receiver<Search>) -> Option<Search> {
    match searches.recv_timeout(IDLE) {
        Err(RecvTimeoutError::Timeout) => {
            LOCATOR.forget_debug_information();
            searches.recv().ok()
        }
        next => next.ok(),
    }
}
