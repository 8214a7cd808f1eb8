//! The service: opens a request, and calls the inner service as a part of it.

use std::cell::OnceCell;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{self, ResourceMap, ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use tachograph_core::OpenRequest;
use tachograph_core::inbound::{Expected, Inbound};

use crate::future::{Measured, ResponseFuture};
use crate::route::EarlyRoute;
use crate::{head, payload};

/// A service whose requests are measured. See [`Middleware`](crate::Middleware).
#[derive(Debug)]
pub struct Service<S> {
    inner: S,
    inbound: Inbound,
    /// The application's, once a request has shown it.
    resources: OnceCell<Rc<ResourceMap>>,
}

impl<S> Service<S> {
    pub(crate) fn new(inner: S, inbound: Inbound) -> Self {
        Service { inner, inbound, resources: OnceCell::new() }
    }

    /// Opens the request, unless it is to pass.
    fn open(&self, request: &mut ServiceRequest) -> Option<OpenRequest> {
        let head = head::read(request);
        let announced = head.body_bytes.is_some();
        let open = self.inbound.open(head, &head::Headers(request.headers()))?;
        if !announced {
            payload::count(request, open.recording());
        }
        Some(open)
    }

    fn early_route(&self, request: &ServiceRequest) -> EarlyRoute {
        // A request shows it, but does not share it.
        let resources = self.resources.get_or_init(|| Rc::new(request.resource_map().clone()));
        EarlyRoute::new(resources, request.uri())
    }
}

impl<S, B> dev::Service<ServiceRequest> for Service<S>
where
    S: dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<crate::ResponseBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let Some(mut open) = self.open(&mut request) else {
            return ResponseFuture::new(self.inner.call(request), None);
        };
        // Nothing of the request is kept but these: actix-web needs it for itself until it is answered.
        let expected = Expected::by(request.method().as_str());
        let early_route = self.early_route(&request);
        let has_own_task = request.version() >= Version::HTTP_2;
        let inner = open.call(|| self.inner.call(request));
        if has_own_task {
            // actix-web makes it here, and that has to wait for its turn before the first poll.
            open.pause();
        }
        ResponseFuture::new(inner, Some(Measured::new(open, expected, early_route)))
    }
}
