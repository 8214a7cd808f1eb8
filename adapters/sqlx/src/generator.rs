//! A stream out of asynchronous code, for what owns a connection and also the rows that borrow from it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use pin_project_lite::pin_project;

/// The items that `code` hands over, and then its error if it ends in one.
pub(crate) fn generate<F, T, E>(code: impl FnOnce(Slot<T>) -> F) -> Generator<F, T>
where
    F: Future<Output = Result<(), E>>,
{
    let slot = Slot(Arc::new(Mutex::new(None)));
    Generator { code: Some(code(Slot(Arc::clone(&slot.0)))), slot }
}

pin_project! {
    /// See [`generate`].
    pub(crate) struct Generator<F, T> {
        #[pin]
        code: Option<F>,
        slot: Slot<T>,
    }
}

/// Where the code puts an item for the stream to take. The lock is never waited for: both are polled by the same caller.
pub(crate) struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    /// Hands over an item, and goes on when the next one is asked for.
    pub(crate) async fn give(&self, item: T) {
        *self.lock() = Some(item);
        let mut given = false;
        poll_fn(|_| if std::mem::replace(&mut given, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F, T, E> Stream for Generator<F, T>
where
    F: Future<Output = Result<(), E>>,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(code) = this.code.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let poll = code.poll(cx);
        if poll.is_pending()
            && let Some(item) = this.slot.lock().take()
        {
            return Poll::Ready(Some(Ok(item)));
        }
        let end = ready!(poll);
        this.code.set(None);
        Poll::Ready(end.err().map(Err))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;

    #[tokio::test]
    async fn items_come_one_by_one_and_the_code_waits_in_between() {
        let reached = AtomicU32::new(0);
        let reached = &reached;
        let stream = generate(|slot| async move {
            for item in 1..=2 {
                reached.store(item, Ordering::Relaxed);
                slot.give(item).await;
                tokio::task::yield_now().await;
            }
            Err("over")
        });
        let mut stream = Box::pin(stream);
        assert_eq!(reached.load(Ordering::Relaxed), 0);
        assert_eq!(stream.next().await, Some(Ok(1)));
        assert_eq!(reached.load(Ordering::Relaxed), 1);
        assert_eq!(stream.next().now_or_never(), None);
        assert_eq!(stream.next().await, Some(Ok(2)));
        assert_eq!(stream.next().await, Some(Err("over")));
        assert_eq!(stream.next().await, None);
    }
}
