//! Spawning that keeps the request.

use tachograph_core::InCurrentRequest;
use tokio::task::JoinHandle;

/// [`tokio::spawn`], for work that belongs to the current request: its calls are the request's.
///
/// What runs on after the request has ended is no longer in its record; its calls are counted as late. Work that is
/// meant to outlive the request is better a [`task`](crate::task) of its own.
///
/// # Panics
/// As [`tokio::spawn`] does, outside a runtime.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.in_current_request())
}
