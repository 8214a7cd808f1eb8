//! What runs around requests and knows of them what their own heads do not say: an invocation of a function.

use std::borrow::Cow;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::current_request::CurrentRequest;
use crate::field::FieldValue;
use crate::findings::FindingKind;
use crate::lock::lock;
use crate::outcome::Outcome;
use crate::recording::Recording;
use crate::trace::TraceContext;

/// What is known of whatever is opened inside: its place in a trace, and fields.
///
/// ```
/// use std::sync::Arc;
/// use tachograph_core::{Surroundings, testing};
///
/// let instance = testing::instance();
/// let invocation = Arc::new(Surroundings::new().field("cold_start", true));
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// let work = invocation.around(instance.handle().task("resize", async {}));
/// # assert!(std::pin::pin!(work).poll(&mut context).is_ready());
/// assert_eq!(instance.take()[0].field("cold_start"), Some(&true.into()));
/// ```
#[derive(Debug, Default)]
pub struct Surroundings {
    trace: Option<TraceContext>,
    fields: Vec<(Cow<'static, str>, FieldValue)>,
    allowed: Vec<FindingKind>,
    opened: Mutex<Vec<Weak<Recording>>>,
}

impl Surroundings {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The place in a trace of what is opened inside. It goes before what the head of a request says.
    pub fn trace(mut self, trace: Option<TraceContext>) -> Self {
        self.trace = trace;
        self
    }

    /// A field of each record that is opened inside.
    pub fn field(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<FieldValue>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Findings of this kind mean nothing inside.
    pub fn allow(mut self, kind: FindingKind) -> Self {
        self.allowed.push(kind);
        self
    }

    /// Runs `future` inside.
    pub fn around<F: Future>(self: &Arc<Self>, future: F) -> Surrounded<F> {
        Surrounded { future: Some(future), surroundings: Arc::clone(self), _counted: Counted::one_more() }
    }

    /// Runs `work` inside.
    pub fn inside<R>(self: &Arc<Self>, work: impl FnOnce() -> R) -> R {
        let _counted = Counted::one_more();
        let _entered = Entered::enter(Arc::clone(self));
        work()
    }

    /// Closes what was opened inside and is still open as [`Outcome::OpenAtShutdown`], because the process is about to be
    /// stopped. How many there were.
    pub fn close(&self) -> usize {
        self.close_each(|_| {})
    }

    /// The same because of an error of this type; one that the application has told of is kept.
    pub fn close_because(&self, error_type: &'static str, message: &str) -> usize {
        self.close_each(|recording| recording.failed(error_type, &message, None))
    }

    fn close_each(&self, before: impl Fn(&Recording)) -> usize {
        let opened = std::mem::take(&mut *lock(&self.opened));
        let open = opened.iter().filter_map(Weak::upgrade);
        open.inspect(|recording| before(recording))
            .filter(|recording| recording.close(Outcome::OpenAtShutdown, None))
            .count()
    }

    pub(crate) fn place_in_trace(&self) -> Option<&TraceContext> {
        self.trace.as_ref()
    }

    /// A request or task was opened inside.
    pub(crate) fn opened(&self, recording: &Arc<Recording>) {
        let mut opened = lock(&self.opened);
        opened.retain(|earlier| earlier.strong_count() > 0);
        opened.push(Arc::downgrade(recording));
        drop(opened);
        let request = CurrentRequest::of(recording);
        for (name, value) in &self.fields {
            request.field(name.clone(), value.clone());
        }
        for kind in &self.allowed {
            request.allow(*kind);
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Surroundings>>> = const { RefCell::new(None) };
}

/// So that nobody pays who has none.
static SURROUNDED: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Counted;

impl Counted {
    fn one_more() -> Self {
        SURROUNDED.fetch_add(1, Ordering::Relaxed);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        SURROUNDED.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What surrounds the running code.
pub(crate) fn surroundings() -> Option<Arc<Surroundings>> {
    if SURROUNDED.load(Ordering::Relaxed) == 0 {
        return None;
    }
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

pin_project! {
    /// A future inside [`Surroundings`]; see [`around`](Surroundings::around).
    #[derive(Debug)]
    pub struct Surrounded<F> {
        #[pin]
        future: Option<F>,
        surroundings: Arc<Surroundings>,
        _counted: Counted,
    }

    impl<F> PinnedDrop for Surrounded<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = Entered::enter(Arc::clone(this.surroundings));
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Surrounded<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let _entered = Entered::enter(Arc::clone(this.surroundings));
        future.poll(cx)
    }
}

struct Entered(Option<Arc<Surroundings>>);

impl Entered {
    fn enter(surroundings: Arc<Surroundings>) -> Self {
        Entered(CURRENT.try_with(|current| current.replace(Some(surroundings))).ok().flatten())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let previous = self.0.take();
        let _left = CURRENT.try_with(|current| current.replace(previous));
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;
    use std::time::Duration;

    use super::*;
    use crate::level::Level;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::testing;
    use crate::trace::Extracted;

    fn ready<F: Future>(future: F) -> F::Output {
        match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits for nothing"),
        }
    }

    #[test]
    fn what_is_opened_inside_has_the_trace_and_the_fields() {
        let instance = testing::instance();
        let given = TraceContext { sampled: Some(false), ..TraceContext::new(instance.handle().ids().trace_id()) };
        let header = TraceContext::new(instance.handle().ids().trace_id());
        let invocation = Arc::new(Surroundings::new().trace(Some(given.clone())).field("cold_start", true));
        let open = || {
            let trace = Extracted { context: Some(header.clone()), ..Extracted::default() };
            drop(OpenRequest::open(instance.handle(), RequestHead { trace, ..RequestHead::default() }));
        };
        ready(invocation.around(async {
            open();
            instance.handle().task("inside", async {}).await;
        }));
        open();
        let records = instance.take();
        let known: Vec<_> =
            records.iter().map(|record| (record.identity().trace_id(), record.field("cold_start").is_some())).collect();
        assert_eq!(known, [(given.trace_id, true), (given.trace_id, true), (header.trace_id, false)]);
        assert!(!records[0].is_sampled() && records[2].is_sampled(), "the decision goes with the trace");
    }

    #[test]
    fn what_means_nothing_inside_is_not_found_there() {
        let clock = crate::clock::ManualClock::new();
        let instance = testing::Instance::with_clock(clock.clone());
        let blocks = || ready(instance.handle().task("blocks", async { clock.advance(Duration::from_millis(200)) }));
        Arc::new(Surroundings::new().allow(FindingKind::Blocking)).inside(blocks);
        blocks();
        let found: Vec<_> = instance.take().iter().map(|record| record.has_finding(FindingKind::Blocking)).collect();
        assert_eq!(found, [false, true]);
    }

    #[test]
    fn work_is_inside_without_a_future_too() {
        let (instance, invocation) = (testing::instance(), Arc::new(Surroundings::new().field("cold_start", true)));
        let open = || OpenRequest::open_task(instance.handle(), "resize", None);
        let inside = invocation.inside(open);
        drop((inside, open()));
        let known: Vec<_> =
            instance.take().iter().map(|record| (record.outcome(), record.field("cold_start").is_some())).collect();
        assert_eq!(known, [(Outcome::Cancelled, true), (Outcome::Cancelled, false)]);
    }

    #[test]
    fn what_is_closed_because_of_an_error_has_it_unless_it_has_one() {
        let (instance, invocation) = (testing::instance(), Arc::new(Surroundings::new()));
        let open = || OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let mut open = invocation.inside(|| [open(), open(), open()]);
        open[0].complete();
        open[1].poll(|| {
            crate::request().error(&std::fmt::Error);
        });
        assert_eq!(invocation.close_because("timeout", "it took too long"), 2);
        let errors: Vec<_> =
            instance.take().iter().map(|record| (record.error_type().map(String::from), record.level())).collect();
        let told = Some("core::fmt::Error".to_owned());
        let expected = [(None, Level::Info), (told, Level::Error), (Some("timeout".to_owned()), Level::Error)];
        assert_eq!(errors, expected);
    }

    #[test]
    fn what_is_still_open_can_be_closed() {
        let (instance, invocation) = (testing::instance(), Arc::new(Surroundings::new()));
        let outside = OpenRequest::open(instance.handle(), RequestHead::default());
        let inside = ready(invocation.around(async {
            drop(OpenRequest::open(instance.handle(), RequestHead::default()));
            OpenRequest::open(instance.handle(), RequestHead::default())
        }));
        assert_eq!((invocation.close(), invocation.close()), (1, 0));
        assert_eq!(instance.take().last().unwrap().outcome(), Outcome::OpenAtShutdown);
        drop(inside);
        assert!(instance.take().is_empty(), "it has its record");
        drop(outside);
        assert_eq!(instance.take()[0].outcome(), Outcome::ClientDisconnected);
    }
}
