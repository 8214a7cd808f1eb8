//! Measures the requests of any http 1.x tower service: hyper, tonic, and what frameworks build on them. The calls that
//! such clients make are measured by another layer, in [`client`].
//!
//! One [`Layer`], outside whatever is to be measured, makes one record of each request. It runs from the call of the
//! service to the last byte of the body, through every poll of both, and what happens inside is attributed to it.
//!
//! ```
//! # use std::convert::Infallible;
//! # use std::time::Duration;
//! # use http::{Request, Response};
//! # use http_body_util::{BodyExt, Full};
//! # use tachograph_core::testing;
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let instance = testing::instance();
//! # let handle = instance.handle();
//! use tachograph_tower::Layer;
//!
//! async fn greet(_: Request<Full<&'static [u8]>>) -> Result<Response<Full<&'static [u8]>>, Infallible> {
//!     Ok(Response::new(Full::new(b"hello")))
//! }
//!
//! let service = ServiceBuilder::new()
//!     .layer(Layer::new(handle).route_from(|uri, _| Some(uri.path())))
//!     .service_fn(greet);
//!
//! let response = service.oneshot(Request::get("/greeting").body(Full::default()).unwrap()).await.unwrap();
//! assert!(response.headers().contains_key("x-request-id"));
//! response.into_body().collect().await.unwrap();
//!
//! let record = &instance.take()[0];
//! assert_eq!((record.route(), record.status_code()), (Some("/greeting"), Some(200)));
//! assert_eq!(record.response_bytes(), 5);
//! # }
//! ```
//!
//! # What ends a request
//! - The last byte of the body was handed over: *completed*. For HEAD, and statuses that have no body, that is when the
//!   head is ready, with 0 bytes.
//! - An upgrade (101, or a successful CONNECT): *completed* at once, as streaming. A response of `text/event-stream` is
//!   streaming too, and lasts as long as its body.
//! - The response, or its body, was dropped before: *client_disconnected*. A time-out outside the layer looks the same.
//! - A panic in the service or in the body: *panicked*. It goes on; nothing is caught.
//! - An error of the body: *body_failed*. So is an error that the service returns instead of a response; it has no
//!   status then, and the error's type as its error type. The message is not kept: nobody has looked through it for
//!   what should stay private.
//!
//! A call of a measured service from inside a request, by a layer further out or by a handler that calls a router in
//! process, is a part of that request and no request of its own. Only if a task of its own makes the call, as a buffer
//! does, the two cannot be told to be one.
//!
//! The response is the same as without the layer but for its `x-request-id`; and for a `server-timing` that says where the
//! time went up to its head, beside those that it has, where that is [allowed](tachograph_core::Capture::server_timing).
//!
//! # What the instance serves
//! [`endpoints`] is a layer that answers for the instance's health and metrics in front of a service.
//!
//! # gRPC
//! The path of a gRPC request is its method's name, `/package.Service/Method`, and can be its route as it is. The status
//! of HTTP is 200 however a call ends; a `grpc-status` other than 0, in the head or in the trailers, is kept by its name
//! in the request's field `grpc_status`: `NOT_FOUND`.

mod answer;
mod body;
pub mod client;
mod endpoint_body;
mod endpoints;
pub mod exchange;
mod framework;
mod future;
mod grpc;
mod head;
mod layer;
mod request_body;
mod service;

pub use body::ResponseBody;
pub use endpoints::{Endpoints, EndpointsBody, EndpointsFuture, EndpointsService, Peer, endpoints};
pub use framework::{Framework, Route, Tower};
pub use future::ResponseFuture;
pub use layer::Layer;
pub use request_body::RequestBody;
pub use service::Service;

// Their types stand in the interface above.
pub use {http, http_body, tachograph_core as core, tower_layer, tower_service};
