//! A body that is made while it is sent.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::places::Place;
use crate::clock::nanos;
use crate::handle::{Draining, Handle, WeakHandle};

/// Makes a body in pieces, for as long as somebody takes them.
///
/// # Bounds
/// - Dropped when the client is gone. Some servers see that only when they send, so one that makes a piece each second, if
///   only a comment, is not kept for longer.
/// - Ended when the instance drains, whatever it waits for: it would keep a server from ending.
/// - Ended with the first piece after 5 s. Not every server says when it drains, and these are not kept for longer; a browser
///   asks again by itself for a stream of events, over the same connection, with `Last-Event-ID`.
/// - 16 at once for an instance. Who comes further is answered 503, and counted as
///   [`streams_refused`](crate::Counters::streams_refused).
pub trait Chunks: Send + 'static {
    /// The next piece, once there is one; none where there will be no more. A piece is sent on its own and at once; an empty
    /// one is passed over.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>>;
}

const LIFETIME: Duration = Duration::from_secs(5);

/// A body that is made while it is sent. See [`Chunks`].
pub struct Stream {
    /// None once it has ended. Nobody shares it; the lock is for frameworks whose bodies may be shared, and is never taken.
    chunks: Option<Mutex<Box<dyn Chunks>>>,
    bounds: Option<Bounds>,
}

/// What ends it, where it is an instance's.
struct Bounds {
    draining: Draining,
    handle: WeakHandle,
    /// By the clock of the instance.
    ends: u64,
    _place: Place,
}

impl Stream {
    /// What these make.
    pub fn new(chunks: impl Chunks) -> Self {
        Stream { chunks: Some(Mutex::new(Box::new(chunks))), bounds: None }
    }

    /// With the bounds of this instance's, of whose places it has one.
    pub(super) fn of(mut self, handle: &Handle, place: Place) -> Self {
        self.bounds = Some(Bounds {
            draining: handle.draining(),
            handle: handle.downgrade(),
            ends: handle.clock().monotonic().saturating_add(nanos(LIFETIME)),
            _place: place,
        });
        self
    }

    /// The next piece, which is never empty, once there is one; none at the end.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        if self.bounds.as_mut().is_some_and(|bounds| Pin::new(&mut bounds.draining).poll(cx).is_ready()) {
            self.end();
        }
        let chunk = ready!(self.poll_made(cx));
        let over = self.bounds.as_ref().is_some_and(Bounds::are_over);
        if chunk.is_none() || over {
            self.end();
        }
        Poll::Ready(chunk)
    }

    fn poll_made(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        let Some(chunks) = &mut self.chunks else { return Poll::Ready(None) };
        let chunks = chunks.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            // An empty piece would be the end of the body to some.
            match ready!(chunks.poll_chunk(cx)) {
                Some(chunk) if chunk.is_empty() => {}
                chunk => return Poll::Ready(chunk),
            }
        }
    }

    fn end(&mut self) {
        self.chunks = None;
        self.bounds = None;
    }
}

impl Bounds {
    fn are_over(&self) -> bool {
        self.handle.upgrade().is_none_or(|handle| handle.clock().monotonic() >= self.ends)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("ended", &self.chunks.is_none()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::task::Waker;

    use super::*;
    use crate::clock::ManualClock;
    use crate::endpoint::places::{MOST_STREAMS, Places};

    /// These, and nothing more for ever.
    struct Given(VecDeque<Option<&'static str>>, #[expect(dead_code, reason = "tells when it is let go")] Arc<()>);

    impl Chunks for Given {
        fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
            match self.0.pop_front() {
                Some(chunk) => Poll::Ready(chunk.map(|chunk| chunk.as_bytes().to_vec())),
                None => Poll::Pending,
            }
        }
    }

    fn given(chunks: impl IntoIterator<Item = Option<&'static str>>) -> (Stream, Arc<()>) {
        let held = Arc::new(());
        (Stream::new(Given(chunks.into_iter().collect(), Arc::clone(&held))), held)
    }

    fn poll(stream: &mut Stream) -> Poll<Option<String>> {
        let chunk = stream.poll_chunk(&mut Context::from_waker(Waker::noop()));
        chunk.map(|chunk| chunk.map(|chunk| String::from_utf8(chunk).unwrap()))
    }

    #[test]
    fn pieces_come_one_by_one_without_the_empty_ones() {
        let (mut stream, _) = given([Some("a"), Some(""), Some(""), Some("b"), Some("")]);
        assert_eq!(poll(&mut stream), Poll::Ready(Some("a".to_owned())));
        assert_eq!(poll(&mut stream), Poll::Ready(Some("b".to_owned())));
        assert_eq!(poll(&mut stream), Poll::Pending);
    }

    #[test]
    fn what_has_ended_is_let_go_and_not_asked_again() {
        let (mut stream, held) = given([None, Some("a")]);
        assert_eq!(poll(&mut stream), Poll::Ready(None));
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(poll(&mut stream), Poll::Ready(None));
    }

    fn of(handle: &Handle, places: &Places, stream: Stream) -> Stream {
        stream.of(handle, places.take().unwrap())
    }

    #[test]
    fn it_ends_when_the_instance_drains() {
        let (handle, places) = (Handle::builder().build(), Places::default());
        let (stream, held) = given([Some("a"), Some("b")]);
        let mut stream = of(&handle, &places, stream);
        assert_eq!(poll(&mut stream), Poll::Ready(Some("a".to_owned())));
        handle.drain();
        assert_eq!(poll(&mut stream), Poll::Ready(None));
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn it_ends_with_a_piece_when_its_time_is_over() {
        let (clock, places) = (ManualClock::new(), Places::default());
        let handle = Handle::builder().clock(clock.clone()).build();
        let (stream, _) = given([Some("a"), Some("b"), Some("c"), Some("d")]);
        let mut stream = of(&handle, &places, stream);
        assert_eq!(poll(&mut stream), Poll::Ready(Some("a".to_owned())));
        clock.advance(LIFETIME - Duration::from_nanos(1));
        assert_eq!(poll(&mut stream), Poll::Ready(Some("b".to_owned())));
        clock.advance(Duration::from_nanos(1));
        assert_eq!(poll(&mut stream), Poll::Ready(Some("c".to_owned())));
        assert_eq!(poll(&mut stream), Poll::Ready(None));
    }

    #[test]
    fn its_place_is_free_when_it_ends_or_goes() {
        let (handle, places) = (Handle::builder().build(), Places::default());
        let mut streams: Vec<Stream> = (0..MOST_STREAMS).map(|_| of(&handle, &places, given([None]).0)).collect();
        assert!(places.take().is_none());
        assert_eq!(poll(&mut streams[0]), Poll::Ready(None));
        let place = places.take().unwrap();
        assert!(places.take().is_none());
        drop((place, streams.pop()));
        assert!(places.take().is_some_and(|_place| places.take().is_some()));
    }

    #[test]
    fn it_can_be_shared_by_those_who_must() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Stream>();
    }
}
