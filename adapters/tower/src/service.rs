//! The service: opens a request, and calls the inner service as a part of it.

use std::io::Write as _;
use std::sync::Once;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tachograph_core::{Handle, OpenRequest};

use crate::answer::Expected;
use crate::body::ResponseBody;
use crate::framework::{Framework, Tower};
use crate::future::ResponseFuture;
use crate::{head, nested};

/// A service whose requests are measured. See [`Layer`](crate::Layer).
#[derive(Debug, Clone)]
pub struct Service<S, F = Tower> {
    inner: S,
    handle: Option<Handle>,
    framework: F,
}

impl<S, F> Service<S, F> {
    pub(crate) fn new(inner: S, handle: Option<Handle>, framework: F) -> Self {
        Service { inner, handle, framework }
    }

    /// Opens the request, unless it is to pass.
    fn open<B>(&self, request: &mut Request<B>) -> Option<OpenRequest>
    where
        F: Framework<B>,
        B: Body,
    {
        let current;
        let handle = match &self.handle {
            Some(handle) => handle,
            None => {
                current = Handle::current().or_else(tell_once)?;
                &current
            }
        };
        let route = self.framework.route(request);
        if nested::is_part_of_another(handle, route) {
            return None;
        }
        let open = OpenRequest::open(handle, head::read(request, route))?;
        for name in &handle.capture().request_headers {
            if let Some(value) = request.headers().get(name) {
                open.header(name, value.as_bytes());
            }
        }
        if request.body().size_hint().exact().is_none() {
            self.framework.count(request.body_mut(), open.recording());
        }
        Some(open)
    }
}

/// A layer without an instance is a mistake that nothing else would show.
#[cold]
fn tell_once() -> Option<Handle> {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        // `eprintln!` would panic where stderr is closed.
        let _ = std::io::stderr().write_all(
            b"tachograph: requests pass unmeasured, for there is no instance: call tachograph::init!(), or \
            Tachograph::builder()...install(), or give the layer a handle with Layer::new\n",
        );
    });
    None
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
        let expected = Expected::by(request.method());
        let inner = open.call(|| self.inner.call(request));
        ResponseFuture::measured(inner, open, expected)
    }
}
