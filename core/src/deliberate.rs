//! Calls that are meant to be made as they are.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

thread_local! {
    static DELIBERATE: Cell<bool> = const { Cell::new(false) };
}

/// The calls of this future are meant to be made as they are: they count and take their time as any, but no
/// [`Finding`](crate::Finding) is made of them.
///
/// ```
/// # async fn send(_: &str) {}
/// # async fn example(users: &[String]) {
/// // The provider takes one address at a time.
/// tachograph_core::deliberate(async {
///     for user in users {
///         send(user).await;
///     }
/// })
/// .await;
/// # }
/// ```
///
/// It holds for what is polled inside; a task that is spawned there is not.
pub fn deliberate<F: Future>(future: F) -> Deliberate<F> {
    Deliberate { future }
}

/// Whether what is called now is.
pub(crate) fn is_deliberate() -> bool {
    DELIBERATE.try_with(Cell::get).unwrap_or(false)
}

pin_project! {
    /// See [`deliberate`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Deliberate<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Deliberate<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = Inside(DELIBERATE.try_with(|cell| cell.replace(true)).unwrap_or(true));
        self.project().future.poll(cx)
    }
}

/// Leaves it again, by a panic too.
struct Inside(bool);

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = DELIBERATE.try_with(|cell| cell.set(self.0));
    }
}
