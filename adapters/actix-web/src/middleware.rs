//! The middleware: which instance measures.

use std::future::{Ready, ready};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{self, ServiceRequest, ServiceResponse, Transform};
use tachograph_core::Handle;
use tachograph_core::inbound::Inbound;

use crate::body::ResponseBody;
use crate::service::Service;

/// A [`Middleware`] for the instance that is current when a request comes in. While there is none, requests pass
/// untouched.
pub fn middleware() -> Middleware {
    Middleware::current()
}

/// Measures every request of an application, a scope or a resource.
///
/// Where one stands inside another, the request is measured once, by the outer one.
#[derive(Debug, Clone, Default)]
pub struct Middleware(Inbound);

impl Middleware {
    /// Measures by the instance that is current when a request comes in: see [`middleware`].
    pub fn current() -> Self {
        Self::default()
    }

    /// Measures by this instance.
    pub fn new(handle: &Handle) -> Self {
        Middleware(Inbound::new(handle))
    }
}

impl<S, B> Transform<S, ServiceRequest> for Middleware
where
    S: dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ResponseBody<B>>;
    type Error = Error;
    type Transform = Service<S>;
    type InitError = ();
    type Future = Ready<Result<Service<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Service::new(service, self.0.clone())))
    }
}
