//! The body of a response: counted, and the request's end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tachograph_core::inbound::AnswerBody;

use crate::grpc;

pin_project! {
    /// The body of a measured response. What it is, how large and when it ends, is the inner body's.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        // There until it is dropped.
        #[pin]
        inner: Option<B>,
        answer: AnswerBody,
    }

    impl<B> PinnedDrop for ResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            // The calls that a stream gives up here still belong to the request, so it ends after them.
            let mut this = this.project();
            this.answer.drop_inside(|| this.inner.set(None));
        }
    }
}

impl<B> ResponseBody<B> {
    pub(crate) fn new(inner: B, answer: AnswerBody) -> Self {
        ResponseBody { inner: Some(inner), answer }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut this = self.project();
        let Some(mut inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let measured = this.answer.is_open();
        let polled = ready!(this.answer.poll(|| {
            let polled = inner.as_mut().poll_frame(cx);
            if let Poll::Ready(Some(Ok(frame))) = &polled
                && let Some(trailers) = frame.trailers_ref()
                && measured
            {
                grpc::keep_failure(trailers);
            }
            polled
        }));
        match &polled {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(0, Buf::remaining);
                this.answer.sent(bytes, frame.is_trailers() || inner.is_end_stream());
            }
            None => this.answer.complete(),
            Some(Err(_)) => this.answer.failed(),
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
