//! Work that no request started: a job, a queue's consumer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::context;
use crate::handle::Handle;
use crate::open_request::OpenRequest;
use crate::recording::Recording;

/// Measures `future` as a record of its own, with `event: "task"` and this name.
///
/// Inside it [`request`](crate::request) is the task. Started inside a request it has the request's id and belongs to
/// its trace. Where no instance is installed the future just runs.
pub fn task<F: Future>(name: &str, future: F) -> Task<F> {
    Task::new(None, name, future)
}

impl Handle {
    /// [`task`] for this instance.
    pub fn task<F: Future>(&self, name: &str, future: F) -> Task<F> {
        Task::new(Some(self.clone()), name, future)
    }
}

pin_project! {
    /// See [`task`].
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct Task<F> {
        #[pin]
        future: Option<F>,
        begin: Option<Begin>,
        open: Option<OpenRequest>,
    }

    impl<F> PinnedDrop for Task<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(open) = this.open {
                open.drop_inside(|| this.future.set(None));
            }
        }
    }
}

/// What is known before the task runs. It may be made inside a request and run on a task of its own, or made anywhere
/// and run where an instance is current.
#[derive(Debug)]
struct Begin {
    handle: Option<Handle>,
    name: Box<str>,
    parent: Option<Arc<Recording>>,
}

impl Begin {
    fn open(self) -> Option<OpenRequest> {
        let parent = self.parent.or_else(context::current);
        let of_parent = || parent.as_ref().map(|parent| parent.handle().clone());
        let handle = self.handle.or_else(of_parent).or_else(Handle::current)?;
        Some(OpenRequest::open_task(&handle, &self.name, parent.as_deref()))
    }
}

impl<F> Task<F> {
    fn new(handle: Option<Handle>, name: &str, future: F) -> Self {
        let begin = Begin { handle, name: name.into(), parent: context::current() };
        Task { future: Some(future), begin: Some(begin), open: None }
    }

    /// The rest of a task that was [opened](OpenRequest::open_task) before its future was made. Where there is none, the
    /// future just runs.
    pub fn resumed(open: Option<OpenRequest>, future: F) -> Self {
        Task { future: Some(future), begin: None, open }
    }
}

impl<F: Future> Future for Task<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // A task begins when it first runs, not when it is put into a queue.
        if let Some(begin) = this.begin.take() {
            *this.open = begin.open();
        }
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let Some(open) = this.open else { return future.poll(cx) };
        let output = open.poll_future(|| future.poll(cx));
        if output.is_ready() {
            open.drop_inside(|| this.future.set(None));
            open.complete();
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::task::Waker;

    use super::*;
    use crate::level::Level;
    use crate::testing;

    fn run<F: Future>(future: F) -> bool {
        std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_task_can_be_opened_before_its_future_is_made() {
        let instance = testing::instance();
        let mut open = OpenRequest::open_task(instance.handle(), "resize", None);
        let future = open.call(|| {
            crate::request().field("called", true);
            async { _ = crate::request().field("polled", true) }
        });
        assert!(run(Task::resumed(Some(open), future)));
        assert!(run(Task::resumed(None, async {})));
        let records = instance.take();
        assert_eq!((records.len(), records[0].task_name(), records[0].polls()), (1, Some("resize"), 1));
        assert!(records[0].field("called").is_some() && records[0].field("polled").is_some());
    }

    #[test]
    fn a_task_that_told_of_an_error_failed() {
        let instance = testing::instance();
        let failed = |told: bool, seen: bool| {
            let open = OpenRequest::open_task(instance.handle(), "resize", None);
            let recording = Arc::clone(open.recording());
            let future = async move {
                if told {
                    crate::request().error(&std::fmt::Error);
                }
                if seen {
                    let source = io::Error::other("the disk is full");
                    recording.failed("Resize".to_owned(), &"no thumbnail", Some(&source));
                }
            };
            assert!(run(Task::resumed(Some(open), future)));
            let record = instance.take().remove(0);
            let chain = record.error().map(|error| error.chain().to_vec()).unwrap_or_default();
            (record.level(), record.is_flagged(), record.error_type().map(String::from), chain)
        };
        assert_eq!(failed(false, false), (Level::Info, false, None, vec![]));
        let told = (Level::Error, true, Some("core::fmt::Error".to_owned()), vec![]);
        assert_eq!(failed(true, true), told, "what the application says goes before what is seen from outside");
        let seen = vec!["the disk is full".to_owned()];
        assert_eq!(failed(false, true), (Level::Error, true, Some("Resize".to_owned()), seen));
    }
}
