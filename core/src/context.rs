//! Which request is being worked on, on this thread, right now.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::companion::Companion;
use crate::handle::Handle;
use crate::recording::Recording;

thread_local! {
    static CURRENT: Cell<Option<Arc<Recording>>> = const { Cell::new(None) };
    static SCOPED: RefCell<Option<Handle>> = const { RefCell::new(None) };
}

/// The request that the running code works for.
pub fn current() -> Option<Arc<Recording>> {
    let found = CURRENT.try_with(|current| {
        let recording = current.take();
        current.set(recording.clone());
        recording
    });
    found.ok().flatten().or_else(elsewhere)
}

static ELSEWHERE: OnceLock<fn() -> Option<Arc<Recording>>> = OnceLock::new();

/// Says where to look for the current request when the thread has none: for a framework that lets nobody wrap its
/// handlers' futures. The first to say so is the one who is asked.
pub fn find_elsewhere(find: fn() -> Option<Arc<Recording>>) {
    let _ = ELSEWHERE.set(find);
}

fn elsewhere() -> Option<Arc<Recording>> {
    ELSEWHERE.get()?()
}

/// Whether the running code works for this request.
pub(crate) fn is_current(recording: &Arc<Recording>) -> bool {
    let found = CURRENT.try_with(|current| {
        let now = current.take();
        let same = now.as_ref().is_some_and(|now| Arc::ptr_eq(now, recording));
        current.set(now);
        same
    });
    found.unwrap_or(false)
}

fn replace(recording: Option<Arc<Recording>>) -> Option<Arc<Recording>> {
    CURRENT.try_with(|current| current.replace(recording)).ok().flatten()
}

/// While it lives, the thread works for a request. It gives back what was current before, on a panic too.
#[derive(Debug)]
#[must_use]
pub struct Scope {
    previous: Option<Arc<Recording>>,
    leave: fn(&dyn Companion),
    // A scope belongs to its thread.
    _not_send: PhantomData<*const ()>,
}

impl Scope {
    /// The thread now works for `recording`, or for none, and the recording's companion is entered.
    pub fn enter(recording: Option<Arc<Recording>>) -> Self {
        Self::with(recording, |companion| companion.enter(), |companion| companion.exit())
    }

    /// The same where a span of the application's has brought the request to this thread.
    pub fn aside(recording: Option<Arc<Recording>>) -> Self {
        Self::with(recording, |companion| companion.enter_aside(), |companion| companion.exit_aside())
    }

    fn with(recording: Option<Arc<Recording>>, enter: fn(&dyn Companion), leave: fn(&dyn Companion)) -> Self {
        if let Some(companion) = recording.as_ref().and_then(|recording| recording.companion()) {
            enter(companion);
        }
        Scope { previous: replace(recording), leave, _not_send: PhantomData }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let left = replace(self.previous.take());
        if let Some(companion) = left.as_ref().and_then(|left| left.companion()) {
            (self.leave)(companion);
        }
    }
}

pin_project! {
    /// A future that works for a request wherever it is polled, and wherever it is dropped.
    #[derive(Debug)]
    pub struct InRequest<F> {
        #[pin]
        future: Option<F>,
        recording: Option<Arc<Recording>>,
    }

    impl<F> PinnedDrop for InRequest<F> {
        fn drop(this: Pin<&mut Self>) {
            // What a dropped future does last (sqlx logs the query that was given up) still belongs to the request.
            let mut this = this.project();
            if let Some(recording) = this.recording.take() {
                let _scope = Scope::enter(Some(recording));
                this.future.set(None);
            }
        }
    }
}

impl<F> InRequest<F> {
    /// `future` as work for `recording`; without one, it works for whatever polls it.
    pub fn new(recording: Option<Arc<Recording>>, future: F) -> Self {
        InRequest { future: Some(future), recording }
    }
}

impl<F: Future> Future for InRequest<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        match this.recording {
            Some(recording) => recording.poll(|| future.poll(cx)),
            None => future.poll(cx),
        }
    }
}

/// Keeps spawned work with its request.
pub trait InCurrentRequest: Future + Sized {
    /// This future, as work for the request that is current now, on whichever task or thread it is polled:
    ///
    /// ```
    /// # async fn send_mail() {}
    /// # fn spawn<F>(_: F) {}
    /// use tachograph_core::InCurrentRequest;
    ///
    /// spawn(send_mail().in_current_request());
    /// ```
    fn in_current_request(self) -> InRequest<Self> {
        InRequest::new(current(), self)
    }
}

impl<F: Future> InCurrentRequest for F {}

/// So that nobody pays for [`Handle::scope`] who does not use it.
static SCOPES: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn scoped() -> Option<Handle> {
    if SCOPES.load(Ordering::Relaxed) == 0 {
        return None;
    }
    SCOPED.try_with(|scoped| scoped.borrow().clone()).ok().flatten()
}

pin_project! {
    /// A future for which one instance is the current one. See [`Handle::scope`].
    #[derive(Debug)]
    pub struct Scoped<F> {
        #[pin]
        future: Option<F>,
        handle: Handle,
    }

    impl<F> PinnedDrop for Scoped<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            {
                let _entered = Entered::enter(this.handle.clone());
                this.future.set(None);
            }
            SCOPES.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl<F> Scoped<F> {
    pub(crate) fn new(handle: Handle, future: F) -> Self {
        SCOPES.fetch_add(1, Ordering::Relaxed);
        Scoped { future: Some(future), handle }
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let _entered = Entered::enter(this.handle.clone());
        future.poll(cx)
    }
}

struct Entered(Option<Handle>);

impl Entered {
    fn enter(handle: Handle) -> Self {
        Entered(SCOPED.try_with(|scoped| scoped.replace(Some(handle))).ok().flatten())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let previous = self.0.take();
        // Whatever was current is dropped after the cell is free again.
        let _left = SCOPED.try_with(|scoped| scoped.replace(previous));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::testing::instance;

    thread_local! {
        static OF_THE_TASK: RefCell<Option<Arc<Recording>>> = const { RefCell::new(None) };
    }

    #[test]
    fn where_the_thread_has_none_it_is_looked_for_elsewhere() {
        find_elsewhere(|| OF_THE_TASK.with_borrow(Clone::clone));
        assert!(current().is_none());
        let instance = instance();
        let open = || OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let (elsewhere, here) = (open(), open());
        OF_THE_TASK.set(Some(Arc::clone(elsewhere.recording())));
        assert!(current().is_some_and(|found| Arc::ptr_eq(&found, elsewhere.recording())));
        {
            let _scope = Scope::enter(Some(Arc::clone(here.recording())));
            assert!(current().is_some_and(|found| Arc::ptr_eq(&found, here.recording())), "the thread knows better");
        }
        OF_THE_TASK.take();
        assert!(current().is_none());
    }
}
