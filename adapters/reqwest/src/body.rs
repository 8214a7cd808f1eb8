//! An answer whose call goes on until its body has been read.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::{Body, Response, ResponseBuilderExt};
use tachograph_core::OpenCall;
use tachograph_core::outbound::AnsweredCall;

use crate::error_type::error_type;

/// The head of the answer is here; the call ends with its body.
pub(crate) fn follow(response: Response, call: OpenCall) -> Response {
    let mut call = call.answered(response.status().as_u16());
    if !call.is_open() {
        return response;
    }
    if response.content_length() == Some(0) {
        call.complete();
        return response;
    }
    let url = response.url().clone();
    let (mut parts, body) = http::Response::from(response).into_parts();
    // The way back finds the URL among the extensions, under a type that only reqwest's own builder knows.
    if let Ok(with_url) = http::Response::builder().url(url).body(()) {
        parts.extensions.extend(with_url.into_parts().0.extensions);
    }
    let body = Body::wrap(MeasuredBody { body, call });
    Response::from(http::Response::from_parts(parts, body))
}

struct MeasuredBody {
    body: Body,
    call: AnsweredCall,
}

impl http_body::Body for MeasuredBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<reqwest::Result<Frame<Bytes>>>> {
        self.call.asked();
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                let last = self.body.is_end_stream();
                self.call.received(frame.data_ref().map_or(0, Bytes::len), last);
            }
            Some(Err(error)) => self.call.failed(error_type(error)),
            None => self.call.complete(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
