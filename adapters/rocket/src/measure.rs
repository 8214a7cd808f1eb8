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
/// its request guards is told apart from waiting; a handler that panics is recorded as *panicked*; the request's span is
/// entered around them; and the route of a request is known before it is answered.
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

#[rocket::async_trait]
impl route::Handler for Measured<Box<dyn route::Handler>> {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> route::Outcome<'r> {
        match underway::recording(request) {
            Some(recording) => inside(recording, || self.0.handle(request, data)).await,
            None => self.0.handle(request, data).await,
        }
    }
}

#[rocket::async_trait]
impl catcher::Handler for Measured<Box<dyn catcher::Handler>> {
    async fn handle<'r>(&self, status: http::Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        match underway::recording(request) {
            Some(recording) => inside(recording, || self.0.handle(status, request)).await,
            None => self.0.handle(status, request).await,
        }
    }
}

/// Runs a handler, from the call that makes its future, as a part of its request.
async fn inside<F: Future>(recording: Arc<Recording>, handle: impl FnOnce() -> F) -> F::Output {
    let work = async {
        let _on_panic = OnPanic(&recording);
        handle().await
    };
    InRequest::new(Some(Arc::clone(&recording)), work).await
}

/// rocket makes an answer of a panic, so nobody further out sees it.
struct OnPanic<'a>(&'a Recording);

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.panicked();
        }
    }
}
