//! Measures the invocations of a function in AWS Lambda.
//!
//! [`run`] stands in for [`lambda_runtime::run`]. Each invocation is a task of the function's name, in the trace that Lambda
//! names:
//!
//! ```no_run
//! use lambda_runtime::{Error, LambdaEvent, service_fn};
//!
//! async fn resize(event: LambdaEvent<String>) -> Result<(), Error> {
//!     tachograph_core::request().field("image", event.payload);
//!     Ok(())
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Error> {
//!     // let _guard = tachograph::init!()?;
//!     tachograph_lambda::run(service_fn(resize)).await
//! }
//! ```
//!
//! `run_http`, by the feature `http`, stands in for `lambda_http::run`, behind API Gateway, a load balancer or a function URL:
//! each invocation is the request that the layer of the application's framework measures, `tachograph::axum::layer()` or
//! `tachograph::tower::layer()`.
//!
//! # What a record has of its invocation
//! | field | what |
//! |---|---|
//! | `function_name`, `function_version`, `memory_mb` | of the function, as its environment says |
//! | `function_arn` | what was invoked: with the alias, where that was |
//! | `aws_request_id` | Lambda's id of the invocation, as in its own `START` and `REPORT` lines |
//! | `cold_start` | whether it waited for the start of the process: the first one does, unless environments are started ahead (provisioned concurrency, SnapStart, managed instances) |
//! | `init_duration_ms` | of a cold one: how long the process took from its start until it could ask for an invocation, to 10 ms, as Linux tells it. Lambda's own `Init Duration` has the time before the process, too |
//! | `remaining_ms` | what was left of the function's time-out at the beginning |
//!
//! The trace is that of the invocation's own header, with the sampling that Lambda has decided, and never that of
//! `_X_AMZN_TRACE_ID`, of which a process has one. A function without active tracing is told that no trace is sampled.
//!
//! An invocation that is alone in its process keeps nobody from working, however long it computes: that it
//! [blocks](tachograph_core::FindingKind::Blocking) is found only where several run at once, on Lambda Managed Instances.
//!
//! # How an invocation ends
//! - A handler's error is reported to Lambda as it was, and makes the record an error's. Its type is what Lambda is told, but
//!   for boxes: there it is the name that the `Debug` of what is in it begins with, where it begins with one, for that of a
//!   box is always the same. What the application [said](tachograph_core::CurrentRequest::error) goes before it.
//! - A panic is `panicked`; the runtime reports it, and goes on.
//! - An event that the handler does not take is an error of type `unreadable_event`, even of one that answers HTTP.
//! - At a time-out the process is killed. So [shortly before](Layer::margin) it, what is open is recorded as
//!   `open_at_shutdown`, with an error of type `timeout`, and sent. The handler goes on; where it ends in time after all, the
//!   record stays.
//!
//! The record of a plain invocation ends when its response was posted, that of a request with the last byte of its body.
//!
//! # Before the process is frozen
//! When a response was posted, and the runtime has not yet asked for the next invocation, the instance is
//! [flushed](tachograph_core::Handle::flush): the client has its answer, and the process still runs. Lambda bills that time. It
//! is what the receiver takes: lines to stdout took 0.08 ms (the median, on a machine of two cores that had other work). Nobody waits longer than [2 s](Layer::FLUSH_WITHIN) or until shortly
//! before the deadline, and a receiver that was waited for in vain is waited for a tenth as long, until it is back; what it did
//! not get goes with the next invocation.
//!
//! Where several invocations run at once, on Lambda Managed Instances, nothing is frozen and nobody waits.
//!
//! # Who builds the runtime
//! [`Layer`] and [`Handler`] are what [`run`] is made of, for SnapStart's hooks, more layers, or answers that are streams:
//!
//! ```no_run
//! # #[cfg(feature = "http")]
//! # async fn example(app: lambda_http::tower::util::BoxCloneService<lambda_http::Request, http::Response<lambda_http::Body>, lambda_http::Error>) -> Result<(), lambda_http::Error> {
//! let runtime = lambda_http::streaming_runtime(app);
//! runtime.layer(tachograph_lambda::layer().http()).run().await
//! # }
//! ```
//!
//! What a plain handler streams is sent by the runtime on a task of its own: the calls that the stream makes are the
//! invocation's where it is [told so](tachograph_core::InCurrentRequest).
//!
//! # The end
//! Lambda kills an idle process without a word, and nothing is lost, for all was sent. Where an extension is there it sends
//! SIGTERM first, and whoever wants to use it drops the guard: by `lambda_runtime::spawn_graceful_shutdown_handler(|| async move
//! { drop(guard) })`, with that crate's feature `graceful-shutdown`, before [`run`].
//!
//! # Lines
//! What is written on stdout is in CloudWatch Logs, and as metrics of CloudWatch where the lines are EMF. The service has the
//! package's name, as everywhere, unless `TACHOGRAPH_SERVICE__NAME` or `OTEL_SERVICE_NAME` has another.

mod error;
mod flush;
mod future;
mod handler;
#[cfg(feature = "http")]
mod http;
mod invocations;
mod layer;
mod process;
mod run;
mod start;
mod surroundings;
#[cfg(test)]
mod tests;
mod time_limit;

pub use error::HandlerError;
pub use future::InvocationFuture;
pub use handler::{Handler, HandlerFuture, handler};
#[cfg(feature = "http")]
pub use http::run_http;
pub use invocations::Invocations;
pub use layer::{Layer, layer};
pub use run::{run, run_concurrent};

// Their types stand in the interface above.
#[cfg(feature = "http")]
pub use lambda_http;
pub use {lambda_runtime, tachograph_core as core};
