//! Running a function, measured.

use std::any::Any;
use std::fmt::Debug;

use futures_core::Stream;
use lambda_runtime::layers::TracingLayer;
use lambda_runtime::{Diagnostic, Error, IntoFunctionResponse, LambdaEvent, Runtime, Service};
use serde::{Deserialize, Serialize};

use crate::handler::handler;
use crate::layer::{Layer, layer};

/// [`lambda_runtime::run`], with each invocation measured as a task that has the function's name.
///
/// ```no_run
/// use lambda_runtime::{Error, LambdaEvent, service_fn};
///
/// async fn resize(event: LambdaEvent<String>) -> Result<(), Error> {
///     tachograph_core::request().field("image", event.payload);
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// tachograph_lambda::run(service_fn(resize)).await
/// # }
/// ```
///
/// # Errors
/// Where Lambda's Runtime API cannot be reached.
///
/// # Panics
/// As [`lambda_runtime::run`] does, where variables of Lambda's environment are missing; and in a runtime of tokio without its
/// timer.
pub async fn run<A, F, R, B, S, D, E>(service: F) -> Result<(), Error>
where
    F: Service<LambdaEvent<A>, Response = R>,
    F::Error: Into<Diagnostic> + Debug + Any,
    A: for<'de> Deserialize<'de>,
    R: IntoFunctionResponse<B, S>,
    B: Serialize,
    S: Stream<Item = Result<D, E>> + Unpin + Send + 'static,
    D: Into<bytes::Bytes> + Send,
    E: Into<Error> + Send + Debug,
{
    layer().run(service).await
}

/// [`lambda_runtime::run_concurrent`], which takes several invocations at once on Lambda Managed Instances, measured as
/// [`run`] does.
///
/// # Errors
/// As [`run`].
///
/// # Panics
/// As [`run`].
pub async fn run_concurrent<A, F, R, B, S, D, E>(service: F) -> Result<(), Error>
where
    F: Service<LambdaEvent<A>, Response = R> + Clone + Send + 'static,
    F::Future: Send + 'static,
    F::Error: Into<Diagnostic> + Debug + Any,
    A: for<'de> Deserialize<'de> + Send + 'static,
    R: IntoFunctionResponse<B, S> + Send + 'static,
    B: Serialize + Send + 'static,
    S: Stream<Item = Result<D, E>> + Unpin + Send + 'static,
    D: Into<bytes::Bytes> + Send + 'static,
    E: Into<Error> + Send + Debug + 'static,
{
    layer().run_concurrent(service).await
}

impl Layer {
    /// [`run`] with this layer.
    ///
    /// # Errors
    /// As [`run`].
    ///
    /// # Panics
    /// As [`run`].
    pub async fn run<A, F, R, B, S, D, E>(self, service: F) -> Result<(), Error>
    where
        F: Service<LambdaEvent<A>, Response = R>,
        F::Error: Into<Diagnostic> + Debug + Any,
        A: for<'de> Deserialize<'de>,
        R: IntoFunctionResponse<B, S>,
        B: Serialize,
        S: Stream<Item = Result<D, E>> + Unpin + Send + 'static,
        D: Into<bytes::Bytes> + Send,
        E: Into<Error> + Send + Debug,
    {
        // The runtime's own span stays outside, or it would be a part of every record.
        Runtime::new(handler(service)).layer(self.around_handler()).layer(TracingLayer::new()).run().await
    }

    /// [`run_concurrent`] with this layer.
    ///
    /// # Errors
    /// As [`run`].
    ///
    /// # Panics
    /// As [`run`].
    pub async fn run_concurrent<A, F, R, B, S, D, E>(self, service: F) -> Result<(), Error>
    where
        F: Service<LambdaEvent<A>, Response = R> + Clone + Send + 'static,
        F::Future: Send + 'static,
        F::Error: Into<Diagnostic> + Debug + Any,
        A: for<'de> Deserialize<'de> + Send + 'static,
        R: IntoFunctionResponse<B, S> + Send + 'static,
        B: Serialize + Send + 'static,
        S: Stream<Item = Result<D, E>> + Unpin + Send + 'static,
        D: Into<bytes::Bytes> + Send + 'static,
        E: Into<Error> + Send + Debug + 'static,
    {
        Runtime::new(handler(service)).layer(self.around_handler()).layer(TracingLayer::new()).run_concurrent().await
    }

    pub(crate) fn around_handler(mut self) -> Self {
        self.knows_handler = true;
        self
    }
}
