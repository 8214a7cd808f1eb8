//! What is measured: a workload with something added to it, and the proof that it did its work.
//!
//! A new row is one function from a [`Router`] to a [`Row`], named in the list of its workload in `benches/request.rs`. The
//! rows of other frameworks are in [`frameworks`].

mod floor;
pub mod frameworks;
pub(crate) mod ours;

#[cfg(feature = "peers")]
pub(crate) use floor::with_floor;
pub use floor::{FLOOR, floor};
pub use ours::{ours_json, ours_measured, ours_silent, ours_unsearched};

use crate::serve::{Axum, Serve};
use axum::Router;
use axum::extract::Request;
use std::fmt;
use std::task::{Context, Poll};
use tower_layer::layer_fn;
use tower_service::Service;

/// Something to be measured.
pub struct Row {
    /// What was added to the workload.
    pub name: &'static str,
    /// The name of the row it is compared with, which is on as many threads.
    pub bare: &'static str,
    /// How many threads serve.
    pub threads: u64,
    /// The workload with that added.
    pub app: Box<dyn Serve>,
    /// Run after the last request.
    pub proof: Proof,
}

/// Ends a row's background work and compares what came out of it with the number of requests that went in.
///
/// Says what it found, or what is missing.
pub type Proof = Box<dyn FnOnce(u64) -> Result<String, String>>;

/// The name of the row that every other router is compared with.
pub const BARE: &str = "bare router";

impl Row {
    /// A row of an axum router.
    pub fn of(name: &'static str, router: Router, proof: Proof) -> Self {
        Row { name, bare: BARE, threads: 1, app: Box::new(Axum::new(router)), proof }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Row").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The workload alone: what the other rows are compared with, so it comes first.
pub fn bare(router: Router) -> Row {
    Row::of(BARE, router, answered())
}

/// The workload alone once more: what it seems to add is the noise of the run.
pub fn bare_again(router: Router) -> Row {
    Row::of("bare router again", router, answered())
}

/// A layer that does nothing: what axum takes for any layer at all, as it boxes the service and its future.
pub fn empty_layer(router: Router) -> Row {
    Row::of("empty layer", with_empty_layer(router), answered())
}

pub(crate) fn with_empty_layer(router: Router) -> Router {
    router.layer(layer_fn(Empty))
}

/// A service of its own: axum would recognise the one it has made, and not box it again.
#[derive(Clone)]
struct Empty<Inner>(Inner);

impl<Inner: Service<Request>> Service<Request> for Empty<Inner> {
    type Response = Inner::Response;
    type Error = Inner::Error;
    type Future = Inner::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.0.call(request)
    }
}

/// For rows that leave nothing behind: the runner itself has looked at each answer.
pub(crate) fn answered() -> Proof {
    Box::new(|requests| Ok(format!("{requests} answers")))
}
