//! What a framework knows of a request, and tower does not.

use std::fmt;
use std::sync::Arc;

use http::{Extensions, Request, Uri};
use tachograph_core::Recording;

/// What a framework can tell of a request with a body of type `B`.
pub trait Framework<B> {
    /// The template that the request matched, `/experiments/{id}`, if routing is done already.
    fn route<'a>(&self, request: &'a Request<B>) -> Option<&'a str>;

    /// Puts a [`RequestBody`](crate::RequestBody), which counts what is read of it, in the place of a body whose size was
    /// not announced. Only a framework whose body can be any body is able to; by default such bodies go uncounted.
    fn count(&self, body: &mut B, recording: &Arc<Recording>) {
        let _ = (body, recording);
    }
}

/// Finds the route of a request, given to [`Layer::route_from`](crate::Layer::route_from).
pub type Route = for<'a> fn(&'a Uri, &'a Extensions) -> Option<&'a str>;

/// No framework: a service of which only its types are known.
#[derive(Clone, Copy)]
pub struct Tower {
    route: Route,
}

impl Tower {
    pub(crate) fn with_route(route: Route) -> Self {
        Tower { route }
    }
}

impl Default for Tower {
    fn default() -> Self {
        Tower { route: |_, _| None }
    }
}

impl<B> Framework<B> for Tower {
    fn route<'a>(&self, request: &'a Request<B>) -> Option<&'a str> {
        (self.route)(request.uri(), request.extensions())
    }
}

impl fmt::Debug for Tower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tower").finish_non_exhaustive()
    }
}
