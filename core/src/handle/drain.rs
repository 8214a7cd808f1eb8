//! The end, announced to those who would not end by themselves.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use crate::lock::lock;

/// Whether an instance drains, and who is to hear when it begins to.
#[derive(Debug, Default)]
pub(super) struct Drain {
    begun: AtomicBool,
    waiting: Mutex<Waiting>,
}

/// One waker for each [`Draining`] that is waited for, by its number.
#[derive(Debug, Default)]
struct Waiting {
    wakers: BTreeMap<u64, Waker>,
    next: u64,
}

impl Drain {
    pub(super) fn begin(&self) {
        let wakers = {
            let mut waiting = lock(&self.waiting);
            self.begun.store(true, Ordering::Relaxed);
            std::mem::take(&mut waiting.wakers)
        };
        wakers.into_values().for_each(Waker::wake);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    pub(super) fn waited_for(self: &Arc<Self>) -> Draining {
        Draining { drain: Arc::clone(self), number: None }
    }
}

/// Ready once an instance drains: see [`Handle::draining`](super::Handle::draining). It does not hold the instance.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Draining {
    drain: Arc<Drain>,
    number: Option<u64>,
}

impl Future for Draining {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Draining { drain, number } = &mut *self;
        let mut waiting = lock(&drain.waiting);
        // Under the lock, so that it cannot begin between the look and the waker's place.
        if drain.has_begun() {
            return Poll::Ready(());
        }
        let number = *number.get_or_insert_with(|| {
            waiting.next += 1;
            waiting.next
        });
        waiting
            .wakers
            .entry(number)
            .and_modify(|waker| waker.clone_from(cx.waker()))
            .or_insert_with(|| cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Draining {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            lock(&self.drain.waiting).wakers.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;
    use std::time::Duration;

    use super::*;
    use crate::handle::Handle;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_waits_is_woken_when_it_begins() {
        for end in [Handle::drain, |handle: &Handle| assert!(handle.shutdown(Duration::ZERO))] {
            let handle = Handle::builder().build();
            let (former, woken) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
            let (mut draining, mut other) = (pin!(handle.draining()), pin!(handle.draining()));
            assert!(draining.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&former)))).is_pending());
            let waker = Waker::from(Arc::clone(&woken));
            let mut cx = Context::from_waker(&waker);
            assert!(draining.as_mut().poll(&mut cx).is_pending() && other.as_mut().poll(&mut cx).is_pending());
            end(&handle);
            assert_eq!((former.0.load(Ordering::Relaxed), woken.0.load(Ordering::Relaxed)), (0, 2));
            assert!(draining.poll(&mut cx).is_ready() && other.poll(&mut cx).is_ready());
        }
    }

    #[test]
    fn who_comes_later_does_not_wait() {
        let handle = Handle::builder().build();
        handle.drain();
        assert!(pin!(handle.draining()).poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    #[test]
    fn who_is_gone_leaves_nothing() {
        let drain = Arc::new(Drain::default());
        let mut draining = Box::pin(drain.waited_for());
        assert!(draining.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(lock(&drain.waiting).wakers.len(), 1);
        drop(draining);
        assert_eq!(lock(&drain.waiting).wakers.len(), 0);
    }
}
