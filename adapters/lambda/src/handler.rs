//! The handler, so that its record knows whether it failed.

use std::any::Any;
use std::cell::Cell;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lambda_runtime::{Diagnostic, LambdaEvent, Service};
use pin_project_lite::pin_project;
use tachograph_core::{Recording, request};

use crate::error::HandlerError;

/// A handler whose errors and panics its record knows. See [`Handler`].
pub fn handler<S>(service: S) -> Handler<S> {
    Handler { inner: service }
}

/// A handler of events whose errors and panics its record knows, for who builds a
/// [`Runtime`](lambda_runtime::Runtime) and puts [`Layer`](crate::Layer) around it. What is reported to Lambda is the same
/// as without.
#[derive(Debug, Clone)]
pub struct Handler<S> {
    inner: S,
}

impl<S, A> Service<LambdaEvent<A>> for Handler<S>
where
    S: Service<LambdaEvent<A>>,
    S::Error: Into<Diagnostic> + Debug + Any,
{
    type Response = S::Response;
    type Error = HandlerError;
    type Future = HandlerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), HandlerError>> {
        self.inner.poll_ready(cx).map_err(HandlerError::of)
    }

    fn call(&mut self, event: LambdaEvent<A>) -> Self::Future {
        REACHED.set(true);
        HandlerFuture { inner: watched(|| self.inner.call(event)) }
    }
}

pin_project! {
    /// The future of a [`Handler`].
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct HandlerFuture<F> {
        #[pin]
        inner: F,
    }
}

impl<F, R, E> Future for HandlerFuture<F>
where
    F: Future<Output = Result<R, E>>,
    E: Into<Diagnostic> + Debug + Any,
{
    type Output = Result<R, HandlerError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        watched(|| this.inner.poll(cx)).map_err(HandlerError::of)
    }
}

/// Runs a piece of the handler. The runtime catches its panics and goes on, so that nobody else would see them.
fn watched<R>(work: impl FnOnce() -> R) -> R {
    let mut watch = Watch { recording: request().recording().cloned() };
    let result = work();
    watch.recording = None;
    result
}

struct Watch {
    recording: Option<Arc<Recording>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(recording) = &self.recording {
            recording.panicked();
        }
    }
}

thread_local! {
    static REACHED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this call of the runtime reached a handler: it reads the event first, and calls none where it cannot.
pub(crate) fn is_reached<R>(call: impl FnOnce() -> R) -> (R, bool) {
    REACHED.set(false);
    let result = call();
    (result, REACHED.get())
}
