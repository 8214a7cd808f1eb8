//! The service: opens a request, and calls the inner service as a part of it.

use std::task::{Context, Poll};

use http::{Request, Response, Version};
use http_body::Body;
use tachograph_core::OpenRequest;
use tachograph_core::inbound::{Expected, Inbound};

use crate::body::ResponseBody;
use crate::framework::{Framework, Tower};
use crate::future::ResponseFuture;
use crate::head;

/// A service whose requests are measured. See [`Layer`](crate::Layer).
#[derive(Debug, Clone)]
pub struct Service<S, F = Tower> {
    inner: S,
    inbound: Inbound,
    framework: F,
}

impl<S, F> Service<S, F> {
    pub(crate) fn new(inner: S, inbound: Inbound, framework: F) -> Self {
        Service { inner, inbound, framework }
    }

    /// Opens the request, unless it is to pass.
    fn open<B>(&self, request: &mut Request<B>) -> Option<OpenRequest>
    where
        F: Framework<B>,
        B: Body,
    {
        let head = head::read(request, self.framework.route(request));
        let open = self.inbound.open(head, &head::Headers(request.headers()))?;
        if request.body().size_hint().exact().is_none() {
            self.framework.count(request.body_mut(), open.recording());
        }
        Some(open)
    }
}

impl<S, F, B, R> tower_service::Service<Request<B>> for Service<S, F>
where
    S: tower_service::Service<Request<B>, Response = Response<R>>,
    F: Framework<B>,
    B: Body,
    R: Body,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let Some(mut open) = self.open(&mut request) else {
            return ResponseFuture::unmeasured(self.inner.call(request));
        };
        let expected = Expected::by(request.method().as_str());
        let has_own_task = request.version() >= Version::HTTP_2;
        let inner = open.call(|| self.inner.call(request));
        if has_own_task {
            // hyper makes it here, and that has to wait for its turn before the first poll.
            open.pause();
        }
        ResponseFuture::measured(inner, open, expected)
    }
}
