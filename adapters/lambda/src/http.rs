//! Functions that answer HTTP requests.

use std::any::Any;
use std::fmt::Debug;

use lambda_http::{Adapter, IntoResponse, Request};
use lambda_runtime::layers::TracingLayer;
use lambda_runtime::{Diagnostic, Error, Runtime, Service};

use crate::handler::handler;
use crate::layer::{Layer, layer};

/// [`lambda_http::run`], for an application whose own layer measures its requests: an axum router with
/// `tachograph::axum::layer()`, or any tower service with `tachograph::tower::layer()`.
///
/// ```no_run
/// # use lambda_http::{Body, Error, Request, Response, service_fn};
/// # async fn app(_: Request) -> Result<Response<Body>, Error> { Ok(Response::default()) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// # let app = service_fn(app);
/// // let app = Router::new().route("/", get(index)).layer(tachograph::axum::layer());
/// tachograph_lambda::run_http(app).await
/// # }
/// ```
///
/// # Errors
/// Where Lambda's Runtime API cannot be reached.
///
/// # Panics
/// As [`run`](crate::run).
pub async fn run_http<'a, R, S, E>(app: S) -> Result<(), Error>
where
    S: Service<Request, Response = R, Error = E>,
    S::Future: Send + 'a,
    R: IntoResponse,
    E: Debug + Into<Diagnostic> + Any,
{
    layer().run_http(app).await
}

impl Layer {
    /// [`run_http`] with this layer.
    ///
    /// # Errors
    /// As [`run_http`].
    ///
    /// # Panics
    /// As [`run_http`].
    pub async fn run_http<'a, R, S, E>(self, app: S) -> Result<(), Error>
    where
        S: Service<Request, Response = R, Error = E>,
        S::Future: Send + 'a,
        R: IntoResponse,
        E: Debug + Into<Diagnostic> + Any,
    {
        let handler = handler(Adapter::from(app));
        Runtime::new(handler).layer(self.http().around_handler()).layer(TracingLayer::new()).run().await
    }
}
