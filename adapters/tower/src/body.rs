//! The body of a response: counted, and the request's end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tachograph_core::OpenRequest;

pin_project! {
    /// The body of a measured response. What it is, how large and when it ends, is the inner body's.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        // There until it is dropped.
        #[pin]
        inner: Option<B>,
        // None when the request has ended, or passes unmeasured.
        open: Option<OpenRequest>,
        // What has still to come, where the size is known.
        left: Option<u64>,
    }

    impl<B> PinnedDrop for ResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            // The calls that a stream gives up here still belong to the request, so it ends after them.
            let mut this = this.project();
            if let Some(open) = this.open {
                open.drop_inside(|| this.inner.set(None));
            }
        }
    }
}

impl<B> ResponseBody<B> {
    pub(crate) fn unmeasured(inner: B) -> Self {
        ResponseBody { inner: Some(inner), open: None, left: None }
    }

    /// `size`: what will be sent, where that is known.
    pub(crate) fn measured(inner: B, mut open: OpenRequest, size: Option<u64>) -> Self {
        let open = match size {
            // Nobody asks a body of which nothing will be sent.
            Some(0) => {
                open.complete();
                None
            }
            _ => Some(open),
        };
        ResponseBody { inner: Some(inner), open, left: size }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut this = self.project();
        let Some(mut inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let Some(open) = this.open else { return inner.poll_frame(cx) };
        let polled = ready!(open.poll_future(|| inner.as_mut().poll_frame(cx)));
        match &polled {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    let bytes = data.remaining();
                    open.sent(bytes);
                    *this.left = this.left.map(|left| left.saturating_sub(bytes as u64));
                }
                // A server asks no further once it has all it announced, or has seen the trailers.
                if *this.left == Some(0) || frame.is_trailers() || inner.is_end_stream() {
                    open.complete();
                    *this.open = None;
                } else {
                    open.pause();
                }
            }
            None => {
                open.complete();
                *this.open = None;
            }
            Some(Err(_)) => {
                open.body_failed();
                *this.open = None;
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
