//! What a service serves of itself, its health and its metrics, in the terms of no framework.
//!
//! An [`Endpoint`] answers at its paths. [`Endpoints`] are what an adapter mounts: they find the endpoint of a path, and
//! keep the rules of HTTP that are the same for all.
//!
//! ```
//! use tachograph_core::endpoint::{Answering, Endpoint, Endpoints, Request, Response};
//!
//! #[derive(Debug)]
//! struct Version;
//!
//! impl Endpoint for Version {
//!     fn paths(&self) -> Vec<String> {
//!         vec!["/version".to_owned()]
//!     }
//!
//!     fn get<'a>(&'a self, _: Request<'a>) -> Answering<'a> {
//!         Box::pin(async { Response::new(200, "text/plain; charset=utf-8", *b"1.4.2") })
//!     }
//! }
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     match std::pin::pin!(future).poll(&mut cx) { std::task::Poll::Ready(output) => output, _ => unreachable!() }
//! # }
//! # fn main() -> Result<(), tachograph_core::endpoint::PathError> {
//! let endpoints = Endpoints::new().with(Version)?;
//! let response = block_on(endpoints.answer(Request::new("GET", "/version", "")).unwrap());
//! assert_eq!((response.status, &*response.body), (200, &b"1.4.2"[..]));
//!
//! let response = block_on(endpoints.answer(Request::new("POST", "/version", "")).unwrap());
//! assert_eq!((response.status, response.value("allow")), (405, Some("GET, HEAD")));
//!
//! assert!(endpoints.answer(Request::new("GET", "/elsewhere", "")).is_none());
//! # Ok(()) }
//! ```

mod endpoints;
mod forwarding;
mod mount;
mod path;
mod places;
mod request;
mod response;
mod stream;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub use endpoints::Endpoints;
pub use mount::{Mount, serving};
pub use path::PathError;
pub(crate) use places::Places;
pub use request::Request;
pub use response::Response;
pub use stream::{Chunks, Stream};

/// A page that the service serves of itself.
pub trait Endpoint: fmt::Debug + Send + Sync + 'static {
    /// Where it answers. It is asked once, when it is mounted.
    ///
    /// Each begins with `/`; a last segment `{*rest}`, of whatever name, stands for one segment or more, as in the
    /// routes of a record: `/tachograph/{*path}`.
    fn paths(&self) -> Vec<String>;

    /// Answers a GET, or a HEAD as if it were a GET: [`Endpoints`] leave the body out, and see to other methods.
    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a>;
}

/// The answer of an [`Endpoint`], while it is being made.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

impl<E: Endpoint + ?Sized> Endpoint for Arc<E> {
    fn paths(&self) -> Vec<String> {
        (**self).paths()
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        (**self).get(request)
    }
}
