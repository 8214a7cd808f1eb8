//! Measures the requests of an actix-web application.
//!
//! ```
//! # use actix_web::{App, test, web};
//! # use tachograph_core::testing;
//! # #[actix_web::main]
//! # async fn main() {
//! # let instance = testing::instance();
//! # let handle = instance.handle();
//! async fn experiment(id: web::Path<u64>) -> String {
//!     format!("experiment {id}")
//! }
//!
//! let app = App::new()
//!     .service(web::resource(r"/experiments/{id:\d+}").route(web::get().to(experiment)))
//!     .wrap(tachograph_actix_web::Middleware::new(handle));
//!
//! let app = test::init_service(app).await;
//! let request = test::TestRequest::get().uri("/experiments/7").to_request();
//! assert_eq!(test::call_and_read_body(&app, request).await, "experiment 7");
//!
//! let record = &instance.take()[0];
//! assert_eq!(record.route(), Some("/experiments/{id}"));
//! assert_eq!((record.status_code(), record.response_bytes()), (Some(200), 12));
//! # }
//! ```
//!
//! [`middleware`] does the same for the instance that is current when a request comes in, which is the global one in most
//! services: `App::new().wrap(tachograph_actix_web::middleware())`.
//!
//! # Where to put it
//! Last in the chain of [`App::wrap`](actix_web::App::wrap) calls, so that it is the outermost: it then sees what the
//! other middleware does, and counts compressed bytes. On a scope or a resource it measures what comes there. Where one
//! stands inside another, the request is measured once, by the outer one.
//!
//! # Routes
//! A route is the pattern that matched, with those of its scopes, in the spelling that all frameworks share: `{id:\d+}` is
//! recorded as `{id}`, `{path}*` and `{path:.*}` as `{*path}`. A resource of several patterns is recorded by its first. A
//! path that a resource has is recorded with its pattern even where a guard, and so a method, refused it; what no resource
//! has, and a default service answers, is recorded without a route.
//!
//! A request that ends without a response, by a panic or a client that left, has the route that its path matches; where
//! guards tell resources of the same pattern apart, that is the same in any case.
//!
//! # What ends a request
//! - The last byte of the body was handed over: *completed*. For HEAD, and statuses that have no body, that is when the
//!   head is ready, with 0 bytes. A body that a middleware further out takes in one piece, as a compression does, is
//!   handed over then, and it is those bytes that are counted.
//! - An upgrade (101): *completed* at once, as streaming, however long the WebSocket lives. A response of
//!   `text/event-stream` is streaming too, and lasts as long as its body.
//! - The response, or its body, was dropped before: *client_disconnected*. actix-web does so when the connection is reset,
//!   or cannot be written to. A client that closes in order it takes, over HTTP/1, for one that still listens: the handler
//!   goes on to its end, and a body for as long as it has nothing to send. `HttpServer::h1_allow_half_closed(false)` makes
//!   it a client that left at once.
//! - A panic in the handler or in the body: *panicked*. It goes on; nothing is caught.
//! - An error of the body: *body_failed*.
//!
//! # Errors
//! An error that a handler or an extractor returns is an answer with a status like any other. To have its type and message
//! in the record too, say it where it becomes a response, which is a part of the request:
//!
//! ```
//! # use actix_web::{HttpResponse, ResponseError};
//! # #[derive(Debug)]
//! # struct Failure;
//! # impl std::fmt::Display for Failure {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//! #         f.write_str("failed")
//! #     }
//! # }
//! # impl std::error::Error for Failure {}
//! impl ResponseError for Failure {
//!     fn error_response(&self) -> HttpResponse {
//!         tachograph_core::request().error(self);
//!         HttpResponse::build(self.status_code()).body(self.to_string())
//!     }
//! }
//! ```
//!
//! An error that a middleware inside this one returns passes on as it is, and is followed to the response that is made of
//! it further out, whose status and bytes are recorded. That happens outside of the request: what `error_response` says
//! there is not a part of it.
//!
//! # Work that leaves the request
//! What is awaited in the handler belongs to the request, `join!` and `select!` included. What is handed to
//! [`rt::spawn`](actix_web::rt::spawn) or [`web::block`](actix_web::web::block) does so where it is told:
//!
//! ```
//! # async fn send_mail() {}
//! # fn resize_picture() {}
//! # async fn handler() -> Result<(), actix_web::error::BlockingError> {
//! use tachograph_core::{InCurrentRequest, in_current_request};
//!
//! actix_web::rt::spawn(send_mail().in_current_request());
//! actix_web::web::block(in_current_request(|| resize_picture())).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The response is the same as without the middleware but for its `x-request-id`; and for a `server-timing` that says where
//! the time went up to its head, beside those that it has, where that is [allowed](tachograph_core::Capture::server_timing).
//!
//! # What the instance serves
//! Its health and its metrics are resources as any other: `App::new().service(tachograph_actix_web::endpoints())`. See
//! [`Endpoints`].

mod answer;
mod body;
mod endpoints;
mod failure;
mod future;
mod head;
mod middleware;
mod payload;
mod route;
mod service;

pub use body::ResponseBody;
pub use endpoints::{Endpoints, endpoints};
pub use future::ResponseFuture;
pub use middleware::{Middleware, middleware};
pub use service::Service;

// Their types stand in the interface above.
pub use {actix_web, tachograph_core as core};
