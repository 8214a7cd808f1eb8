//! Records in tests: of a block of code, or of a service's answer.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use tower::ServiceExt;
//!
//! let app = Router::new()
//!     .route("/users/{id}", get(async || {
//!         tachograph::request().user(7);
//!         "somebody"
//!     }))
//!     .layer(tachograph::axum::layer());
//!
//! let t = tachograph::testing::instance(); // private: tests may run side by side
//! let request = Request::get("/users/7").body(Body::empty()).unwrap();
//! let (response, record) = t.measure(app.oneshot(request)).await;
//!
//! assert_eq!(response.status(), 200);
//! assert_eq!(record.route(), Some("/users/{id}"));
//! assert_eq!(record.user_id(), Some("7"));
//! assert_eq!(record.database().count(), 0);
//! # }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! Queries are counted of measured pools. Those that only the tracing layer sees count where the test installs it
//! ([`tachograph::tracing::install`](https://docs.rs/tachograph-tracing)): a process has one subscriber, so it is for all
//! its tests.
//!
//! [`Instance::record`](tachograph_core::testing::Instance::record) does the same for a block that is no request: a repository's function, a job.

use std::ops::Deref;

use tachograph_core::{Clock, HandleBuilder};

pub use tachograph_core::testing::LogLine;
pub use tachograph_core::{ManualClock, SequentialIds};

/// An instance of its own, whose records stay in memory. Tests that run side by side do not see each other's.
pub fn instance() -> Instance {
    Instance::build(|builder| builder)
}

/// See [`instance`]. It dereferences to [core's](tachograph_core::testing::Instance), which knows no HTTP.
#[derive(Debug, Clone)]
pub struct Instance {
    core: tachograph_core::testing::Instance,
}

impl Deref for Instance {
    type Target = tachograph_core::testing::Instance;

    fn deref(&self) -> &Self::Target {
        &self.core
    }
}

impl Instance {
    /// An instance with this clock, for exact times.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::build(|builder| builder.clock(clock))
    }

    /// An instance that is configured further.
    pub fn build(configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let core = tachograph_core::testing::Instance::build(configure);
        // Where the test has installed the layer, it serves this instance too.
        #[cfg(feature = "tracing")]
        tachograph_tracing::attach(core.handle());
        Instance { core }
    }

    /// The answer of a measured service, and the record of the request. The body is read to its end, for that is where
    /// a record closes.
    ///
    /// # Panics
    /// If the service or the body fails, or if there is no record: the service has no layer, or the path is ignored.
    #[cfg(feature = "tower")]
    pub async fn measure<B, E>(
        &self,
        answer: impl Future<Output = Result<http::Response<B>, E>>,
    ) -> (http::Response<bytes::Bytes>, tachograph_core::Record)
    where
        B: http_body_util::BodyExt,
        B::Error: std::fmt::Debug,
        E: std::fmt::Debug,
    {
        let response = self
            .scope(async {
                let (head, body) = answer.await.expect("the service answers").into_parts();
                let body = body.collect().await.expect("the body can be read").to_bytes();
                http::Response::from_parts(head, body)
            })
            .await;
        let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let ours = |record: &tachograph_core::Record| Some(record.identity().request_id().to_string().as_str()) == id;
        let record = self.records().into_iter().rev().find(|record| ours(record));
        (response, record.expect("the request was measured: is the layer there, and is the path not ignored?"))
    }
}
