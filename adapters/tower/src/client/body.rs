//! The body of an answer: counted, and the call's end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http::{HeaderMap, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tachograph_core::OpenCall;
use tachograph_core::outbound::AnsweredCall;

use crate::grpc::{Status, UNKNOWN};

pin_project! {
    /// The body of a measured call's answer. What it is, how large and when it ends, is the inner body's.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        // Dropped first, so that giving it up is a part of the call.
        #[pin]
        inner: B,
        ending: Ending,
    }
}

impl<B: Body> ResponseBody<B> {
    /// The head of the answer is there; the call ends with its body.
    pub(crate) fn follow(response: Response<B>, call: Option<OpenCall>, is_grpc: bool) -> Response<Self> {
        let status = response.status();
        let mut ending = Ending {
            call: call.map(|call| call.answered(status.as_u16())),
            // Any other status has not come from a service of gRPC's, and is an error by itself.
            is_grpc: is_grpc && status == StatusCode::OK,
        };
        ending.headers(response.headers());
        if response.body().is_end_stream() {
            ending.last();
        }
        response.map(|inner| ResponseBody { inner, ending })
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        if let Some(call) = &mut this.ending.call {
            call.asked();
        }
        let polled = ready!(this.inner.as_mut().poll_frame(cx));
        match &polled {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    this.ending.received(data.remaining());
                }
                if let Some(trailers) = frame.trailers_ref() {
                    this.ending.headers(trailers);
                }
                // Nothing follows trailers, even if nobody comes back to hear it.
                if frame.is_trailers() || this.inner.is_end_stream() {
                    this.ending.last();
                }
            }
            Some(Err(_)) => this.ending.failed("body"),
            None => this.ending.last(),
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// How the call of an answer will have ended.
#[derive(Debug)]
struct Ending {
    call: Option<AnsweredCall>,
    /// Whether a `grpc-status` is to be expected, and has not come yet.
    is_grpc: bool,
}

impl Ending {
    /// The head, or the trailers. Of gRPC, either may have the status.
    fn headers(&mut self, headers: &HeaderMap) {
        if !self.is_grpc {
            return;
        }
        match Status::of(headers) {
            Status::Missing => {}
            Status::Ok => self.is_grpc = false,
            Status::Failed(name) => self.failed(name),
        }
    }

    fn received(&mut self, bytes: usize) {
        if let Some(call) = &mut self.call {
            call.received(bytes, false);
        }
    }

    /// Nothing more will come.
    fn last(&mut self) {
        if self.is_grpc {
            self.failed(UNKNOWN);
        } else if let Some(call) = &mut self.call {
            call.complete();
        }
    }

    fn failed(&mut self, error_type: &str) {
        if let Some(call) = &mut self.call {
            call.failed(error_type);
        }
    }
}
