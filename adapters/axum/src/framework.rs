//! What axum knows of a request.

use std::any::Any;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use tachograph_core::Recording;
use tachograph_tower::{Framework, RequestBody};

/// Finds the template that axum's router matched, and counts axum's bodies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Axum;

impl<B: 'static> Framework<B> for Axum {
    fn route<'a>(&self, request: &'a Request<B>) -> Option<&'a str> {
        request.extensions().get::<MatchedPath>().map(MatchedPath::as_str)
    }

    /// A router has axum's own body, which can be any body. Around a router there may be another, which goes uncounted.
    fn count(&self, body: &mut B, recording: &Arc<Recording>) {
        if let Some(body) = (body as &mut dyn Any).downcast_mut::<Body>() {
            *body = Body::new(RequestBody::new(std::mem::take(body), recording));
        }
    }
}
