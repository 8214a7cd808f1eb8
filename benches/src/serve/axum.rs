//! A router of axum.

use super::{HEADERS, Serve};
use crate::workloads::{BODY_BYTES, PATH};
use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use http_body_util::BodyExt;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// A router, and the request that it is sent.
#[derive(Debug)]
pub struct Axum {
    router: Router,
    request: Parts,
}

impl Axum {
    /// The router is turned into services once, as axum does before it serves, rather than on every request.
    pub fn new(router: Router) -> Self {
        Self { router: router.with_state(()), request: request() }
    }
}

impl Serve for Axum {
    fn serve(&mut self, runtime: &Runtime, requests: u64) -> Duration {
        runtime.block_on(async {
            let started = Instant::now();
            for _ in 0..requests {
                serve_one(&self.router, &self.request).await;
            }
            started.elapsed()
        })
    }
}

/// Its path is not copied for each request, as under hyper, too, it is a piece of a buffer that is there already.
fn request() -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.uri = Uri::from_static(PATH);
    for (name, value) in HEADERS {
        parts.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    parts
}

async fn serve_one(router: &Router, request: &Parts) {
    let Ok(response) = router.clone().oneshot(Request::from_parts(request.clone(), Body::empty())).await;
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.expect("the body is in memory").to_bytes();
    assert_eq!(body.len(), BODY_BYTES);
}
