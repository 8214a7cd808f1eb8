//! The service: begins a call, and sends its trace along.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Body;
use tachograph_core::outbound::OutgoingHeaders;

use crate::client::body::ResponseBody;
use crate::client::error_type::{BySources, ErrorTypes};
use crate::client::future::ResponseFuture;
use crate::client::operation;
use crate::grpc;

/// A client whose calls are measured. See [`Layer`](crate::client::Layer).
#[derive(Debug, Clone)]
pub struct Service<S, T = BySources> {
    inner: S,
    target: Option<Arc<str>>,
    error_types: T,
}

impl<S, T> Service<S, T> {
    pub(crate) fn new(inner: S, target: Option<Arc<str>>, error_types: T) -> Self {
        Service { inner, target, error_types }
    }
}

impl<S, T, B, R> tower_service::Service<Request<B>> for Service<S, T>
where
    S: tower_service::Service<Request<B>, Response = Response<R>>,
    T: ErrorTypes<S::Error> + Clone,
    R: Body,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let is_grpc = grpc::is_grpc(request.headers());
        let mut call = operation::begin(&request, self.target.as_deref(), is_grpc);
        call.inject_trace(&mut Headers(request.headers_mut()));
        ResponseFuture::new(self.inner.call(request), call, is_grpc, self.error_types.clone())
    }
}

struct Headers<'a>(&'a mut HeaderMap);

impl OutgoingHeaders for Headers<'_> {
    fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn insert(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.insert(name, value);
        }
    }
}
