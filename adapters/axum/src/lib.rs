//! Measures the requests of an axum router.
//!
//! ```
//! # use axum::{Router, body::Body, extract::Path, http::Request, routing::get};
//! # use tachograph_core::testing;
//! # use tower::ServiceExt;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let instance = testing::instance();
//! # let handle = instance.handle();
//! async fn experiment(Path(id): Path<u64>) -> String {
//!     format!("experiment {id}")
//! }
//!
//! let app = Router::new()
//!     .route("/experiments/{id}", get(experiment))
//!     .layer(tachograph_axum::Layer::new(handle));
//!
//! let request = Request::get("/experiments/7").body(Body::empty()).unwrap();
//! let response = app.oneshot(request).await.unwrap();
//! axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
//!
//! let record = &instance.take()[0];
//! assert_eq!(record.route(), Some("/experiments/{id}"));
//! assert_eq!((record.status_code(), record.response_bytes()), (Some(200), 12));
//! # }
//! ```
//!
//! [`layer`] does the same for the instance that is current when a request comes in, which is the global one in most
//! services.
//!
//! # Where to put it
//! Last in the chain of [`Router::layer`](axum::Router::layer) calls, so that it is the outermost: it then sees what the
//! other layers do, counts compressed bytes, and knows the route, whether the router is nested or merged, and for a 405
//! too. What no route matched is recorded without one.
//!
//! Around a whole router, and on a router that is mounted by [`nest_service`](axum::Router::nest_service), it stands
//! where no route is known. Put the same layer inside as well: the request is measured once, by the outer layer, and the
//! inner one adds its route.
//!
//! ```
//! # use axum::{Router, extract::Request, routing::get};
//! # use tower_layer::Layer;
//! let router = Router::new().route("/experiments", get(|| async {})).layer(tachograph_axum::layer());
//! let app = tachograph_axum::layer().layer(router);
//! # let make_service = axum::ServiceExt::<Request>::into_make_service(app);
//! ```
//!
//! What ends a request, how its body is counted, and which headers its response gets, is told in [`tachograph_tower`].
//!
//! # What the instance serves
//! Its health and its metrics are routes as any other: `Router::new().merge(tachograph_axum::endpoints())`. See
//! [`Endpoints`].

mod endpoints;
mod framework;
mod layer;
mod service;

pub use endpoints::{Endpoints, endpoints, peer};
pub use framework::Axum;
pub use layer::{Layer, layer};
pub use service::{ResponseFuture, Service};

// Their types stand in the interface above.
pub use {axum, tachograph_core as core, tachograph_tower as tower, tower_layer, tower_service};
