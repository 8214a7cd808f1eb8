//! An answer whose call goes on until its body has been read.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::{Body, Response, ResponseBuilderExt};
use tachograph_core::{OpenCall, Yield};

use crate::error_type::error_type;

/// The head of the answer is here; the call ends with its body.
pub(crate) fn follow(response: Response, mut call: OpenCall) -> Response {
    call.responded(response.status().as_u16());
    if call.recording().is_none() {
        return response;
    }
    if response.content_length() == Some(0) {
        call.brought(Yield::Bytes(0));
        call.completed();
        return response;
    }
    let url = response.url().clone();
    let (mut parts, body) = http::Response::from(response).into_parts();
    // The way back finds the URL among the extensions, under a type that only reqwest's own builder knows.
    if let Ok(with_url) = http::Response::builder().url(url).body(()) {
        parts.extensions.extend(with_url.into_parts().0.extensions);
    }
    let body = Body::wrap(MeasuredBody { body, call: Some(call), bytes: 0, asked: false });
    Response::from(http::Response::from_parts(parts, body))
}

struct MeasuredBody {
    body: Body,
    /// None once the call has ended.
    call: Option<OpenCall>,
    bytes: u64,
    /// Whether anybody has tried to read it.
    asked: bool,
}

impl MeasuredBody {
    /// Takes the call to end it.
    fn last(&mut self) -> Option<OpenCall> {
        let mut call = self.call.take()?;
        call.brought(Yield::Bytes(self.bytes));
        Some(call)
    }

    fn complete(&mut self) {
        if let Some(call) = self.last() {
            call.completed();
        }
    }

    fn fail(&mut self, error: &reqwest::Error) {
        if let Some(call) = self.last() {
            call.failed(error_type(error));
        }
    }
}

impl http_body::Body for MeasuredBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<reqwest::Result<Frame<Bytes>>>> {
        self.asked = true;
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                self.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
                // Whoever counts bytes of a known length need not come back to hear that there are no more.
                if self.body.is_end_stream() {
                    self.complete();
                }
            }
            Some(Err(error)) => self.fail(error),
            None => self.complete(),
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

impl Drop for MeasuredBody {
    fn drop(&mut self) {
        if self.asked {
            // A call that is dropped is cancelled.
            drop(self.last());
        } else {
            // Nobody wanted the body: the head was the answer.
            self.complete();
        }
    }
}
