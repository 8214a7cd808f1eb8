//! A body that is made while it is sent.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use crate::handle::{Draining, Handle};

/// Makes a body in pieces, for as long as somebody takes them.
///
/// It is dropped when the client is gone, or when the instance drains: a stream has no end of its own, and would keep a
/// server from ending.
pub trait Chunks: Send + 'static {
    /// The next piece, once there is one; none where there will be no more. A piece is sent on its own and at once; an empty
    /// one is passed over.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>>;
}

/// A body that is made while it is sent. See [`Chunks`].
pub struct Stream {
    /// None once it has ended. Nobody shares it; the lock is for frameworks whose bodies may be shared, and is never taken.
    chunks: Option<Mutex<Box<dyn Chunks>>>,
    draining: Option<Draining>,
}

impl Stream {
    /// What these make.
    pub fn new(chunks: impl Chunks) -> Self {
        Stream { chunks: Some(Mutex::new(Box::new(chunks))), draining: None }
    }

    /// It ends when this instance drains, whatever it waits for.
    pub(super) fn until_drained(mut self, handle: &Handle) -> Self {
        self.draining = Some(handle.draining());
        self
    }

    /// The next piece, which is never empty, once there is one; none at the end.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        if self.draining.as_mut().is_some_and(|draining| Pin::new(draining).poll(cx).is_ready()) {
            self.end();
        }
        let Some(chunks) = &mut self.chunks else { return Poll::Ready(None) };
        let chunks = chunks.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            // An empty piece would be the end of the body to some.
            match ready!(chunks.poll_chunk(cx)) {
                Some(chunk) if chunk.is_empty() => {}
                Some(chunk) => return Poll::Ready(Some(chunk)),
                None => break,
            }
        }
        self.end();
        Poll::Ready(None)
    }

    fn end(&mut self) {
        self.chunks = None;
        self.draining = None;
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

    #[test]
    fn it_ends_when_the_instance_drains() {
        let handle = Handle::builder().build();
        let (stream, held) = given([Some("a"), Some("b")]);
        let mut stream = stream.until_drained(&handle);
        assert_eq!(poll(&mut stream), Poll::Ready(Some("a".to_owned())));
        handle.drain();
        assert_eq!(poll(&mut stream), Poll::Ready(None));
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn it_can_be_shared_by_those_who_must() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Stream>();
    }
}
