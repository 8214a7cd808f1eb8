//! The client's future, and a call from its beginning to the head of its answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tachograph_core::OpenCall;

use crate::client::body::ResponseBody;
use crate::client::error_type::ErrorTypes;

pin_project! {
    /// The future of a [`Service`](crate::client::Service). Dropped before its end, it makes the call cancelled.
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct ResponseFuture<F, T> {
        #[pin]
        inner: F,
        // None once there was an answer.
        call: Option<OpenCall>,
        is_grpc: bool,
        error_types: T,
    }
}

impl<F, T> ResponseFuture<F, T> {
    pub(crate) fn new(inner: F, call: OpenCall, is_grpc: bool, error_types: T) -> Self {
        ResponseFuture { inner, call: Some(call), is_grpc, error_types }
    }
}

impl<F, T, R, E> Future for ResponseFuture<F, T>
where
    F: Future<Output = Result<Response<R>, E>>,
    T: ErrorTypes<E>,
    R: Body,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx));
        let call = this.call.take();
        Poll::Ready(match result {
            Ok(response) => Ok(ResponseBody::follow(response, call, *this.is_grpc)),
            Err(error) => {
                if let Some(call) = call {
                    call.failed(this.error_types.error_type(&error));
                }
                Err(error)
            }
        })
    }
}
