//! The body of a request whose size was not announced: counted while it is read.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tachograph_core::Recording;

pin_project! {
    /// A request's body that counts what is read of it.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        inner: B,
        recording: Arc<Recording>,
    }
}

impl<B> RequestBody<B> {
    /// Counts what is read of `body` as received by the request of `recording`.
    pub fn new(body: B, recording: &Arc<Recording>) -> Self {
        RequestBody { inner: body, recording: Arc::clone(recording) }
    }
}

impl<B: Body> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        let polled = this.inner.poll_frame(cx);
        if let Poll::Ready(frame) = &polled {
            // An empty body has a size, too.
            let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
            this.recording.received(data.map_or(0, |data| data.remaining() as u64));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
