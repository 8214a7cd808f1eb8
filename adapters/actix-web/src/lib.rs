//! Measures the requests of an actix-web application.

use actix_web::dev::{Service, Transform};

/// A [`Middleware`] for the instance that is current when a request comes in.
pub fn middleware() -> Middleware {
    Middleware
}

/// Measures every request of an application, or of a scope.
#[derive(Debug, Clone, Default)]
pub struct Middleware;

impl<S: Service<Request>, Request> Transform<S, Request> for Middleware {
    type Response = S::Response;
    type Error = S::Error;
    type Transform = S;
    type InitError = ();
    type Future = std::future::Ready<Result<S, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        std::future::ready(Ok(service))
    }
}
