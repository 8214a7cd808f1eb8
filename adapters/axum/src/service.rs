//! The service, which answers with axum's body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use pin_project_lite::pin_project;

use crate::framework::Axum;

/// A service whose requests are measured. See [`Layer`](crate::Layer).
///
/// Its body is axum's, whose box a router's layer has to make in any case, so that it can be served like the router
/// that it was put around.
#[derive(Debug, Clone)]
pub struct Service<S>(pub(crate) tachograph_tower::Service<S, Axum>);

impl<S, B, R> tower_service::Service<Request<B>> for Service<S>
where
    S: tower_service::Service<Request<B>, Response = Response<R>>,
    B: HttpBody + 'static,
    R: HttpBody<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        tower_service::Service::poll_ready(&mut self.0, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ResponseFuture { inner: self.0.call(request) }
    }
}

pin_project! {
    /// The future of a [`Service`].
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: tachograph_tower::ResponseFuture<F>,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: HttpBody<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Output = Result<Response<Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().inner.poll(cx))?;
        Poll::Ready(Ok(response.map(Body::new)))
    }
}
