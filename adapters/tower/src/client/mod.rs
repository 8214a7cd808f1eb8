//! Measures the calls of clients that are tower services over http 1.x: hyper-util's `Client`, tonic's channels, and
//! stacks of layers around them.
//!
//! ```
//! # use std::convert::Infallible;
//! # use http::{Request, Response};
//! # use http_body_util::{BodyExt, Full};
//! # use tachograph_core::testing;
//! # use tower::{ServiceBuilder, ServiceExt};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let partner = tower::service_fn(async |request: Request<Full<&'static [u8]>>| {
//! #     assert!(request.headers().contains_key("traceparent"));
//! #     Ok::<_, Infallible>(Response::new(Full::new(&b"hello"[..])))
//! # });
//! # let instance = testing::instance();
//! use tachograph_tower::client;
//!
//! let client = ServiceBuilder::new().layer(client::layer()).service(partner);
//!
//! # let ((), record) = instance.record(async {
//! let request = Request::get("http://partner.example/reports/7").body(Full::default()).unwrap();
//! let report = client.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
//! # }).await;
//! # let call = &record.calls()[0];
//! # assert_eq!((call.operation().target(), call.operation().summary()), ("partner.example", "GET"));
//! # }
//! ```
//!
//! # What is measured
//! A call begins when the service is called, for the request that is current there, and stays that request's wherever
//! its body is read. It has the host (with the port, where that is not the scheme's own), the path, the method, the
//! status, the time to the head and to the end of the body, and the bytes of the body as they are read. What else is in
//! the URL, a password or a query, is not kept; the path is on spans alone, in no line and no metric.
//!
//! Behind a layer that tries again, each attempt is a call of its own; before it, all of them are one. The layer belongs
//! outside a buffer, which calls on a task of its own where no request is current. Outside layers whose error is a
//! `BoxError`, as a buffer's or a time-out's is, it has to be told how to look into that: see [`Layer::error_types`].
//!
//! It ends with the last byte of the body, or its trailers.
//! - A body that is dropped without having been asked for was not wanted: the call is completed there and then.
//! - A future that is dropped before the head, or a body that was begun and given up, is cancelled.
//! - What fails has the type that [`error_type`] finds, or `body` where it is the body that failed.
//! - An answer of 400 or more is an error by its status.
//!
//! The request gets `traceparent`, `tracestate` and `X-Amzn-Trace-Id` with the call's own span, unless it has them
//! already. Outside a request nothing is sent along and nothing is measured; the call counts as unattributed. The answer
//! is the client's own, with its extensions, trailers and size.
//!
//! # gRPC
//! A request of the content type `application/grpc` is named `package.Service/Method`. Its call has failed if the
//! `grpc-status`, in the head or in the trailers, is not 0; the error's type is the status by its name:
//! `DEADLINE_EXCEEDED`. An answer that ends without a status has failed, too, as `UNKNOWN`.
//!
//! A channel of tonic's knows its host only inside, so the layer around it is to be told:
//!
//! ```
//! # type Channel = (); // as tonic::transport::Channel
//! # fn example(channel: Channel) {
//! use tachograph_tower::client;
//! use tower::ServiceBuilder;
//!
//! let channel = ServiceBuilder::new().layer(client::layer().target("greeter:50051")).service(channel);
//! # } // let mut greeter = GreeterClient::new(channel);
//! ```
//!
//! gRPC-Web has its status inside the body, where it is not read.

mod body;
mod error_type;
mod future;
mod layer;
mod operation;
mod service;

pub use body::ResponseBody;
pub use error_type::{BySources, ErrorTypes, error_type};
pub use future::ResponseFuture;
pub use layer::{Layer, layer};
pub use service::Service;
