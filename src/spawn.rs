//! Spawning that keeps the request.

use tachograph_core::{InCurrentRequest, in_current_request};
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

/// [`tokio::task::spawn_blocking`], for work that belongs to the current request: its time is the request's own, and its
/// calls are the request's calls. With actix-web, `web::block(tachograph::in_current_request(work))` does the same.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use tachograph::{database_call, spawn_blocking};
///
/// let t = tachograph::testing::instance();
/// let read = || database_call("sqlite", "experiments", "SELECT 1").start().completed();
/// let (_, record) = t.record(async { spawn_blocking(read).await }).await;
/// assert_eq!(record.database().count(), 1);
///
/// let (_, lost) = t.record(async { tokio::task::spawn_blocking(read).await }).await;
/// assert_eq!(lost.database().count(), 0);
/// # }
/// ```
///
/// # Panics
/// As [`tokio::task::spawn_blocking`] does, outside a runtime.
pub fn spawn_blocking<F, R>(work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tokio::task::spawn_blocking(in_current_request(work))
}
