//! The measurement as a part of a reqwest-middleware chain.

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Next, Result};

use crate::error_type::error_type;
use crate::measure::measure;

/// Measures what passes through it, for [`reqwest_middleware::ClientBuilder::with`].
///
/// Behind a middleware that tries again, each attempt is a call of its own; before it, all of them are one. The chain is
/// started by code of its own, so the place in the source is looked for on the stack, of calls that a request repeats.
///
/// ```
/// let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(tachograph_reqwest::Middleware)
///     .build();
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Middleware;

#[async_trait::async_trait]
impl reqwest_middleware::Middleware for Middleware {
    async fn handle(&self, request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        let error_type = |error: &Error| match error {
            Error::Reqwest(error) => error_type(error),
            Error::Middleware(_) => "middleware",
        };
        measure(request, None, |request| next.run(request, extensions), error_type).await
    }
}
