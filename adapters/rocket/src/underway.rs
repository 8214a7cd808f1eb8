//! What is kept with a request while it is being answered.

use std::sync::{Arc, Mutex, MutexGuard};

use rocket::{Request, Route};
use tachograph_core::inbound::Expected;
use tachograph_core::{OpenRequest, Recording, lock};

use crate::registry::Registration;
use crate::route;

/// A measured request up to the head of its answer.
///
/// It lies in rocket's cache of the request. If it still lies there when the request is dropped, nobody has answered, and
/// the request ends so.
#[derive(Debug)]
pub(crate) struct Underway {
    // Before the request: its task works for it no longer when it ends.
    pub(crate) registration: Registration,
    pub(crate) open: OpenRequest,
    pub(crate) expected: Expected,
    /// The route that was recorded last, by its address: the same one need not be recorded twice.
    route: Option<usize>,
}

/// A clone of a local request has the same cache, so there may be one request after the other in it.
#[derive(Debug, Default)]
struct Kept(Mutex<Option<Underway>>);

impl Underway {
    pub(crate) fn new(open: OpenRequest, expected: Expected) -> Self {
        Underway { registration: Registration::new(Arc::clone(open.recording())), open, expected, route: None }
    }

    /// Keeps it with its request.
    pub(crate) fn keep(self, request: &Request<'_>) {
        let _previous = kept(request).replace(self);
    }

    /// Takes it back from its request.
    pub(crate) fn take(request: &Request<'_>) -> Option<Self> {
        kept(request).take()
    }

    /// Records which route rocket is trying, or has answered by.
    pub(crate) fn matched(&mut self, route: Option<&Route>) {
        let Some(route) = route else { return };
        let address = Some(std::ptr::from_ref(route).addr());
        if self.route != address {
            self.route = address;
            route::with_template(route, |template| self.registration.recording().set_route(template));
        }
    }
}

/// What a handler works for, which learns by which route; none where the request passes unmeasured.
pub(crate) fn recording(request: &Request<'_>) -> Option<Arc<Recording>> {
    let mut kept = kept(request);
    let underway = kept.as_mut()?;
    underway.matched(request.route());
    Some(Arc::clone(underway.open.recording()))
}

fn kept<'a>(request: &'a Request<'_>) -> MutexGuard<'a, Option<Underway>> {
    let Kept(kept) = request.local_cache(Kept::default);
    lock(kept)
}
