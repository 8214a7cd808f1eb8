//! Wraps handlers, which a fairing cannot: what they do in their polls is then seen, and their panics are.

use std::sync::Arc;

use rocket::{Catcher, Data, Request, Route, catcher, http, route};
use tachograph_core::{InRequest, Recording};

use crate::underway;

/// The same routes, whose handlers are polled as a part of their request:
///
/// ```
/// # #[macro_use] extern crate rocket;
/// use tachograph_rocket::measure;
///
/// #[get("/experiments/<id>")]
/// fn experiment(id: u64) -> String {
///     format!("experiment {id}")
/// }
///
/// # fn main() {
/// let rocket = rocket::build().mount("/", measure(routes![experiment])).attach(tachograph_rocket::fairing());
/// # }
/// ```
///
/// The [`Fairing`](crate::Fairing) is what measures; without it, this does nothing. What it adds: the time of a handler and
/// its request guards is told apart from waiting; a handler that blocks its thread is found; one that panics is recorded as
/// *panicked*; the request's span is entered around them; and the route of a request is known before it is answered.
pub fn measure(routes: impl IntoIterator<Item = Route>) -> Vec<Route> {
    let measured = |mut route: Route| {
        route.handler = Box::new(Measured(route.handler));
        route
    };
    routes.into_iter().map(measured).collect()
}

/// The same catchers, of which the same is seen as of the handlers that [`measure`] wraps.
pub fn measure_catchers(catchers: impl IntoIterator<Item = Catcher>) -> Vec<Catcher> {
    let measured = |mut catcher: Catcher| {
        catcher.handler = Box::new(Measured(catcher.handler));
        catcher
    };
    catchers.into_iter().map(measured).collect()
}

#[derive(Clone)]
struct Measured<H>(H);

// Written out as rocket's trait has it, and not by `async_trait`: a handler's data would be moved from one future into the
// next, and requests that pass would pay for a future of ours.
impl route::Handler for Measured<Box<dyn route::Handler>> {
    fn handle<'r, 'life0, 'life1, 'async_trait>(
        &'life0 self,
        request: &'r Request<'life1>,
        data: Data<'r>,
    ) -> route::BoxFuture<'async_trait, route::Outcome<'r>>
    where
        'r: 'async_trait,
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        match underway::recording(request) {
            Some(recording) => Box::pin(inside(recording, move || self.0.handle(request, data))),
            None => self.0.handle(request, data),
        }
    }
}

impl catcher::Handler for Measured<Box<dyn catcher::Handler>> {
    fn handle<'r, 'life0, 'life1, 'async_trait>(
        &'life0 self,
        status: http::Status,
        request: &'r Request<'life1>,
    ) -> catcher::BoxFuture<'async_trait, catcher::Result<'r>>
    where
        'r: 'async_trait,
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        match underway::recording(request) {
            Some(recording) => Box::pin(inside(recording, move || self.0.handle(status, request))),
            None => self.0.handle(status, request),
        }
    }
}

/// A handler, from the call that makes its future, as a part of its request.
fn inside<F: Future>(recording: Arc<Recording>, handle: impl FnOnce() -> F) -> impl Future<Output = F::Output> {
    let on_panic = OnPanic(Arc::clone(&recording));
    let work = async move {
        let _on_panic = on_panic;
        handle().await
    };
    InRequest::new(Some(recording), work)
}

/// rocket makes an answer of a panic, so nobody further out sees it.
struct OnPanic(Arc<Recording>);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.panicked();
        }
    }
}
