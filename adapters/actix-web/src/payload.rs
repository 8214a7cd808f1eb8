//! The body of a request whose size was not announced: counted while it is read.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_core::Stream;
use tachograph_core::Recording;

/// Counts what is read of the body as received by the request of `recording`.
pub(crate) fn count(request: &mut ServiceRequest, recording: &Arc<Recording>) {
    let inner = request.take_payload();
    let counted = Counted { inner, recording: Arc::clone(recording) };
    request.set_payload(Payload::Stream { payload: Box::pin(counted) });
}

struct Counted {
    inner: Payload,
    recording: Arc<Recording>,
}

impl Stream for Counted {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.inner).poll_next(cx);
        if let Poll::Ready(part) = &polled {
            // An empty body has a size, too.
            let bytes = part.as_ref().and_then(|part| part.as_ref().ok()).map_or(0, Bytes::len);
            self.recording.received(bytes as u64);
        }
        polled
    }
}
