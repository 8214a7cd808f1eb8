//! The body of a response: counted, and the request's end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rocket::response::Body;
use tachograph_core::inbound::AnswerBody;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};

pub(crate) struct MeasuredBody<'r> {
    // There until it is dropped.
    body: Option<Body<'r>>,
    answer: AnswerBody,
}

impl<'r> MeasuredBody<'r> {
    pub(crate) fn new(body: Body<'r>, answer: AnswerBody) -> Self {
        MeasuredBody { body: Some(body), answer }
    }
}

impl Drop for MeasuredBody<'_> {
    fn drop(&mut self) {
        // The calls that a stream gives up here still belong to the request, so it ends after them.
        self.answer.drop_inside(|| self.body = None);
    }
}

impl AsyncRead for MeasuredBody<'_> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else { return Poll::Ready(Ok(())) };
        let before = buffer.filled().len();
        let room = buffer.remaining();
        let polled = ready!(this.answer.poll(|| Pin::new(body).poll_read(cx, buffer)));
        match (&polled, buffer.filled().len() - before) {
            (Err(_), _) => this.answer.failed(),
            // Nothing read is the end, unless there was no room for anything.
            (Ok(()), 0) if room > 0 => this.answer.complete(),
            (Ok(()), bytes) => this.answer.sent(bytes, false),
        }
        Poll::Ready(polled)
    }
}

/// rocket asks it of every body with a size, and seeks only to find a size that was not given with the body. This one's is.
impl AsyncSeek for MeasuredBody<'_> {
    fn start_seek(self: Pin<&mut Self>, _: io::SeekFrom) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}
