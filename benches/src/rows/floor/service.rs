//! The layer, its service and its future, and the body that is counted to its end.

use super::open::Open;
use super::recorder::Recorder;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tower_layer::Layer;
use tower_service::Service;

#[derive(Clone)]
pub(super) struct FloorLayer {
    pub(super) recorder: &'static Recorder,
}

impl<Inner> Layer<Inner> for FloorLayer {
    type Service = FloorService<Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        FloorService { inner, recorder: self.recorder }
    }
}

#[derive(Clone)]
pub(super) struct FloorService<Inner> {
    inner: Inner,
    recorder: &'static Recorder,
}

impl<Inner> Service<Request> for FloorService<Inner>
where
    Inner: Service<Request, Response = Response>,
{
    type Response = axum::http::Response<CountedBody>;
    type Error = Inner::Error;
    type Future = FloorFuture<Inner::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let open = Some(Open::new(self.recorder, &request));
        FloorFuture { inner: self.inner.call(request), open }
    }
}

pin_project! {
    pub(super) struct FloorFuture<Inner> {
        #[pin]
        inner: Inner,
        open: Option<Open>,
    }
}

impl<Inner, Error> Future for FloorFuture<Inner>
where
    Inner: Future<Output = Result<Response, Error>>,
{
    type Output = Result<axum::http::Response<CountedBody>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(context))?;
        let mut open = this.open.take();
        if let Some(open) = &mut open {
            open.answered(response.status());
        }
        Poll::Ready(Ok(response.map(|inner| CountedBody::new(inner, open))))
    }
}

pub(super) struct CountedBody {
    inner: Body,
    open: Option<Open>,
}

impl CountedBody {
    fn new(inner: Body, open: Option<Open>) -> Self {
        let mut body = Self { inner, open };
        // A body that is empty from the start may never be polled.
        if body.inner.is_end_stream() {
            body.close();
        }
        body
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.complete();
        }
    }
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(open), Some(data)) = (&mut self.open, frame.data_ref()) {
                    open.sent(data.len());
                }
                // Whoever knows the length does not poll for the end.
                if self.inner.is_end_stream() {
                    self.close();
                }
            }
            Some(Err(_)) => {}
            None => self.close(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
