//! The body of a response: counted, and the request's end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;
use tachograph_core::inbound::AnswerBody;

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

impl<B: MessageBody> MessageBody for ResponseBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.inner.as_ref().map_or(BodySize::None, B::size)
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { return Poll::Ready(None) };
        let polled = ready!(this.answer.poll(|| inner.poll_next(cx)));
        match &polled {
            Some(Ok(bytes)) => this.answer.sent(bytes.len(), false),
            None => this.answer.complete(),
            Some(Err(_)) => this.answer.failed(),
        }
        Poll::Ready(polled)
    }

    /// Whoever takes the bytes in one piece, as a compression outside or a box does, has taken them all.
    fn try_into_bytes(mut self) -> Result<Bytes, Self> {
        match self.inner.take().map(B::try_into_bytes) {
            Some(Ok(bytes)) => {
                self.answer.sent(bytes.len(), true);
                Ok(bytes)
            }
            Some(Err(inner)) => {
                self.inner = Some(inner);
                Err(self)
            }
            None => Err(self),
        }
    }
}
