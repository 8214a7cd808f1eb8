//! What is happening, as server-sent events.
//!
//! Each stream remembers the last request that it was told of. A client that is slow is told nothing while it has not taken what
//! it was told last, and then of everything since, as far as that is still kept and fits into one event: nothing grows. One that
//! comes again says by `Last-Event-ID` what it has had.

use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};

use tachograph_core::endpoint::Chunks;
use tachograph_core::lock;

use crate::filter::Filter;
use crate::json;
use crate::store::Store;
use crate::views::takes;

/// So many at a time.
const MOST_STREAMS: usize = 16;

/// So many requests in an event.
const MOST_REQUESTS: usize = 50;

/// After what time, in milliseconds, a client asks again whose stream has ended.
const RETRY: &str = "retry: 300\n\n";

/// The streams that there are.
#[derive(Debug, Default)]
pub(crate) struct Live {
    streams: Mutex<Vec<Weak<Mailbox>>>,
}

/// The end of a stream that a client reads.
#[derive(Debug)]
pub(crate) struct Stream(Arc<Mailbox>);

#[derive(Debug)]
struct Mailbox {
    filter: Filter,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What the client did not take yet.
    chunk: Option<Vec<u8>>,
    waker: Option<Waker>,
    /// The number of the first request that it has not been told of.
    next: Option<u64>,
    /// Requests that it was not told of.
    untold: u64,
    has_ended: bool,
}

impl Live {
    /// A stream of these requests, from that number on; of those to come, where none is said. None where there are too many.
    pub(crate) fn open(&self, filter: Filter, next: Option<u64>) -> Option<Stream> {
        let mut streams = lock(&self.streams);
        streams.retain(|stream| stream.strong_count() > 0);
        if streams.len() >= MOST_STREAMS {
            return None;
        }
        let chunk = Some(RETRY.as_bytes().to_vec());
        let state = Mutex::new(State { chunk, waker: None, next, untold: 0, has_ended: false });
        let mailbox = Arc::new(Mailbox { filter, state });
        streams.push(Arc::downgrade(&mailbox));
        Some(Stream(mailbox))
    }

    /// Tells every stream what is new since it was told last. Of the requests since the last call, `not_kept` cannot be told of,
    /// and there were so many a second.
    pub(crate) fn tell(&self, store: &Store, not_kept: u64, rate: f64) {
        let streams: Vec<_> = lock(&self.streams).iter().filter_map(Weak::upgrade).collect();
        for stream in streams {
            stream.tell(store, not_kept, rate);
        }
    }

    /// Ends every stream, and those that are opened from now on are told nothing.
    pub(crate) fn end(&self) {
        for stream in lock(&self.streams).drain(..).filter_map(|stream| stream.upgrade()) {
            let mut state = lock(&stream.state);
            state.has_ended = true;
            wake(state.waker.take());
        }
    }
}

impl Mailbox {
    fn tell(&self, store: &Store, not_kept: u64, rate: f64) {
        let mut state = lock(&self.state);
        let number = store.remembered.number;
        // What it had of another run of the service says nothing here.
        let next = state.next.filter(|next| *next <= number).unwrap_or(number - store.fresh.min(number));
        state.next = Some(next);
        state.untold += not_kept;
        if state.chunk.is_some() {
            return;
        }
        let new = store.remembered.since(next);
        let gone = number - next - new.len() as u64;
        let told: Vec<_> = new.iter().filter(|kept| takes(&self.filter, store.version(), kept)).collect();
        let first = told.len().saturating_sub(MOST_REQUESTS);
        let more = first as u64 + gone + state.untold;
        state.next = Some(number);
        state.untold = 0;
        state.chunk = Some(if told.is_empty() && more == 0 {
            // With a number, so that it can go on from here.
            format!(": nothing\nid: {number}\n\n").into_bytes()
        } else {
            let mut event = format!("event: requests\nid: {number}\ndata: ").into_bytes();
            event.append(&mut json::object(|object| {
                object.array("requests", |list| {
                    told[first..].iter().for_each(|kept| list.object(|object| kept.write_summary(object)));
                });
                object.integer("more", more);
                object.number("rate", rate);
            }));
            event.extend_from_slice(b"\n\n");
            event
        });
        wake(state.waker.take());
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Chunks for Stream {
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        let mut state = lock(&self.0.state);
        match state.chunk.take() {
            Some(chunk) => Poll::Ready(Some(chunk)),
            None if state.has_ended => Poll::Ready(None),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
