//! An invocation under way: first its work, to the end of the response's posting, then the sending of what was recorded.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tachograph_core::{Handle, Surrounded, Task};
use tokio::task::JoinHandle;

use crate::flush::Flush;
use crate::time_limit::{Deadline, TimeLimit};

pin_project! {
    /// The future of [`Invocations`](crate::Invocations).
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct InvocationFuture<F, R, E> {
        #[pin]
        work: Surrounded<Task<F>>,
        // None where nothing is measured, and when it has come.
        end: Option<End>,
        sending: Option<JoinHandle<()>>,
        output: Option<Result<R, E>>,
    }
}

/// What is done when the response was posted.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) handle: Handle,
    pub(crate) deadline: Deadline,
    pub(crate) flush: Arc<Flush>,
    pub(crate) _time_limit: Option<TimeLimit>,
}

impl<F, R, E> InvocationFuture<F, R, E> {
    pub(crate) fn new(work: Surrounded<Task<F>>, end: Option<End>) -> Self {
        InvocationFuture { work, end, sending: None, output: None }
    }
}

impl<F: Future<Output = Result<R, E>>, R, E> Future for InvocationFuture<F, R, E> {
    type Output = Result<R, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.output.is_none() {
            *this.output = Some(ready!(this.work.poll(cx)));
            *this.sending = this.end.take().and_then(End::send);
        }
        if let Some(sending) = this.sending {
            // A panic of an exporter's is its own loss.
            let _ = ready!(Pin::new(sending).poll(cx));
        }
        match this.output.take() {
            Some(output) => Poll::Ready(output),
            None => Poll::Pending,
        }
    }
}

impl End {
    /// The invocation is not over until it asks for the next one: what waits for that can still be sent.
    fn send(self) -> Option<JoinHandle<()>> {
        self.flush.start(&self.handle, self.deadline.left_for_sending(&self.handle))
    }
}
