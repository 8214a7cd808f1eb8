//! Rows that each have a process of their own.
//!
//! What people use today is set up once for a whole process: the `tracing` subscriber, the `metrics` recorder,
//! OpenTelemetry's providers. So that all of it can be compared in one run, each row's process is told when its turn is, and says what
//! the turn took. That also tells what the process spends in all, on other threads than those that serve.
//!
//! Where a row sends by OTLP, a [`Receiver`] in the process of the runner takes it at once.

mod child;
mod commands;
mod parent;
mod receiver;
mod threads;

pub use child::obey;
pub use parent::rows;
pub use receiver::Receiver;

use crate::rows::Proof;
use axum::Router;
use std::error::Error;
use std::fmt;

/// Whatever keeps a stack from being set up.
pub type Failure = Box<dyn Error>;

/// Sets a stack up around a router, in a process that has nothing else; sends to the URL of a receiver.
pub type Install = fn(Router, &str) -> Result<Installed, Failure>;

/// What observes requests, and how it is set up.
#[derive(Clone, Copy)]
pub struct Stack {
    /// The row's name.
    pub name: &'static str,
    /// What the receiver is to get of each request.
    pub sends: &'static [Signal],
    /// Sets it up.
    pub install: Install,
}

/// A signal of OpenTelemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A span for each request.
    Traces,
    /// Each request in `http.server.request.duration`.
    Metrics,
    /// A log record for each request.
    Logs,
}

/// What is set up.
pub struct Installed {
    /// The workload, observed.
    pub router: Router,
    /// Ends what is under way in the background; where it is Prometheus that asks, renders a page.
    pub flush: Box<dyn Fn()>,
    /// What the process itself knows of its work; what was sent is counted by the receiver.
    pub proof: Proof,
}

impl fmt::Debug for Stack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stack").field("name", &self.name).field("sends", &self.sends).finish_non_exhaustive()
    }
}

impl fmt::Debug for Installed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Installed").finish_non_exhaustive()
    }
}
