//! A body that is made while it is sent, as rocket takes it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rocket::Shutdown;
use tachograph_core::endpoint::Stream;
use tokio::io::{AsyncRead, ReadBuf};

/// Reads a stream, each piece by itself, until rocket shuts down.
pub(crate) struct StreamReader {
    /// None once it has ended.
    stream: Option<Stream>,
    shutdown: Shutdown,
    chunk: Vec<u8>,
    /// How much of the chunk is read.
    read: usize,
}

impl StreamReader {
    pub(crate) fn new(stream: Stream, shutdown: Shutdown) -> Self {
        StreamReader { stream: Some(stream), shutdown, chunk: Vec::new(), read: 0 }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        if Pin::new(&mut self.shutdown).poll(cx).is_pending()
            && let Some(chunk) = ready!(stream.poll_chunk(cx))
        {
            return Poll::Ready(Some(chunk));
        }
        self.stream = None;
        Poll::Ready(None)
    }
}

impl AsyncRead for StreamReader {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.read == this.chunk.len() {
            let Some(chunk) = ready!(this.poll_chunk(cx)) else { return Poll::Ready(Ok(())) };
            (this.chunk, this.read) = (chunk, 0);
        }
        let left = &this.chunk[this.read..];
        let taken = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..taken]);
        this.read += taken;
        Poll::Ready(Ok(()))
    }
}
