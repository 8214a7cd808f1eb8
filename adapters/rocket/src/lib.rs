//! Measures the requests of a rocket application.
//!
//! ```
//! # use rocket::{get, routes};
//! # use rocket::local::blocking::Client;
//! # use tachograph_core::testing;
//! use tachograph_rocket::{Fairing, measure};
//!
//! #[get("/experiments/<id>")]
//! async fn experiment(id: u64) -> String {
//!     format!("experiment {id}")
//! }
//!
//! # fn main() {
//! # let instance = testing::instance();
//! # let handle = instance.handle();
//! let rocket = rocket::build().mount("/", measure(routes![experiment])).attach(Fairing::new(handle));
//!
//! let client = Client::untracked(rocket).unwrap();
//! assert_eq!(client.get("/experiments/7").dispatch().into_string().unwrap(), "experiment 7");
//!
//! let record = &instance.take()[0];
//! assert_eq!(record.route(), Some("/experiments/{id}"));
//! assert_eq!((record.status_code(), record.response_bytes()), (Some(200), 12));
//! # }
//! ```
//!
//! [`fairing`] does the same for the instance that is current when a request comes in, which is the global one in most
//! services. Under `#[launch]`, it holds the guard: [`Fairing::owning`].
//!
//! # What measures what
//! The fairing alone, one line, gives each request's record, its calls and its bytes: request guards, handlers, catchers and
//! streamed bodies, with routes that forward, over sockets and by rocket's local clients. What it cannot see is when a handler
//! is being polled: time that is neither a call's nor the body's is all *waiting*; a handler that panics looks like any other
//! 500; one that blocks its thread is [not found](tachograph_core::FindingKind::Blocking); and the request's span is not
//! entered, so that sqlx's queries on SQLite are not found by their events (a measured pool's are).
//!
//! [`measure`], around the routes where they are mounted, shows that too. Handlers do not change. [`measure_catchers`] does
//! it for catchers.
//!
//! # Where to attach it
//! Last. rocket calls fairings in the order in which they were attached, for requests and for responses alike, so the last
//! one counts the bytes of what the others have made of a body, as compressed ones. Its request begins after their
//! `on_request`, and what they call there belongs to none.
//!
//! The response is the same as without the fairing but for its `x-request-id`; and for a `server-timing` that says where the
//! time went up to its head, beside those that it has, where that is [allowed](tachograph_core::Capture::server_timing).
//!
//! # What rocket does otherwise
//! - A client that leaves while a handler works is noticed when the handler has ended: rocket never cancels one. The record
//!   ends there too, as *client_disconnected*, with the status that nobody got; but as *completed* where the answer has no
//!   body. One that leaves while a body is sent is noticed when the next part is.
//! - A body that fails is recorded as *body_failed*, though to the client rocket ends it as if it were complete, unless its
//!   size was announced.
//! - What rocket cannot parse, an unknown method above all, it answers without asking any fairing: there is no record.
//! - A request begins when rocket has the first 14 bytes of its body, or all of it: it looks for a form's `_method` there
//!   before it asks any fairing.
//! - The size of a request's body is known where it is announced, or below 14 bytes. rocket lets nobody wrap it.
//! - The protocol version is not known. Header values that are no UTF-8 are gone.
//! - A method that a route does not allow is a 404 without a route.
//!
//! # What the instance serves
//! Its health and its metrics are routes as any other: `rocket::build().mount("/", tachograph_rocket::endpoints())`. See
//! [`Endpoints`].
//!
//! # In tests
//! rocket's local clients are measured, inside a task or outside of any. A task is one request at a time, though: to have
//! several at once, spawn each. A record is there when the body has been read to its end, or the response was dropped.

mod answer;
mod body;
mod endpoints;
mod fairing;
mod head;
mod measure;
mod owned;
mod registry;
mod route;
mod stream;
mod underway;

pub use endpoints::{Endpoints, endpoints};
pub use fairing::{Fairing, fairing};
pub use measure::{measure, measure_catchers};

// Their types stand in the interface above.
pub use {rocket, tachograph_core as core};
