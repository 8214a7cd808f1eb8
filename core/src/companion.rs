//! What goes with a request wherever it is polled: a tracing span, a context of another library.

use std::any::Any;
use std::sync::Arc;

use crate::ids::SpanId;
use crate::recording::Recording;
use crate::trace::TraceContext;

/// Gives each request a companion: something that is entered and left with every poll of it, such as a tracing span.
pub trait Companions: Any + Send + Sync {
    /// A request was opened. None: it goes alone.
    fn accompany(&self, recording: &Arc<Recording>) -> Option<Box<dyn Companion>>;
    /// Whether its companions are entered first and left last, though another source was there before.
    fn goes_around(&self) -> bool {
        false
    }
    /// A request, or a task outside of any, is about to be opened, to which its caller has given this place in a trace, or
    /// none. For one that knows a span of the application's around it.
    fn place_in_trace(&self, place: &mut Option<TraceContext>) {
        let _ = place;
    }
}

/// What is entered and left with every poll of one request.
pub trait Companion: Send + Sync {
    /// The request is about to be polled, or dropped, on this thread.
    fn enter(&self);
    /// It is no longer.
    fn exit(&self);
    /// The request has ended. What is left of its future may still be dropped inside it.
    fn end(&self) {}
    /// The thread works for the request without polling it: a span of the application's was entered that belongs to it.
    fn enter_aside(&self) {}
    /// It no longer does.
    fn exit_aside(&self) {}
    /// For one that keeps the application's spans itself, so that those of the record are not to be shown with its trace:
    /// the span in which this thread works for the request, or the request's own.
    fn innermost_span(&self) -> Option<SpanId> {
        None
    }
}

struct Both(Box<dyn Companion>, Box<dyn Companion>);

impl Companion for Both {
    fn enter(&self) {
        self.0.enter();
        self.1.enter();
    }

    fn exit(&self) {
        self.1.exit();
        self.0.exit();
    }

    fn end(&self) {
        self.1.end();
        self.0.end();
    }

    fn enter_aside(&self) {
        self.0.enter_aside();
        self.1.enter_aside();
    }

    fn exit_aside(&self) {
        self.1.exit_aside();
        self.0.exit_aside();
    }

    fn innermost_span(&self) -> Option<SpanId> {
        self.0.innermost_span().or_else(|| self.1.innermost_span())
    }
}

/// What goes with a request that was just opened.
pub(crate) fn companion(recording: &Arc<Recording>) -> Option<Box<dyn Companion>> {
    let mut sources = recording.handle().companions();
    let first = sources.next()?;
    let Some(second) = sources.next() else { return first.accompany(recording) };
    let (outer, inner) = if second.goes_around() { (second, first) } else { (first, second) };
    let Some(outer) = outer.accompany(recording) else { return inner.accompany(recording) };
    // The inner one is made inside the outer one, as it will be entered.
    outer.enter();
    let inner = inner.accompany(recording);
    outer.exit();
    Some(match inner {
        Some(inner) => Box::new(Both(outer, inner)),
        None => outer,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::handle::Handle;
    use crate::lock::lock;
    use crate::open_call::start_call;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::parent::Innermost;
    use crate::testing;

    type Diary = Arc<Mutex<Vec<String>>>;

    struct Source<const NUMBER: usize>(&'static str, Diary);
    struct Noting(&'static str, Diary);

    impl<const NUMBER: usize> Companions for Source<NUMBER> {
        fn accompany(&self, _: &Arc<Recording>) -> Option<Box<dyn Companion>> {
            lock(&self.1).push(format!("{} made", self.0));
            Some(Box::new(Noting(self.0, Arc::clone(&self.1))))
        }

        fn goes_around(&self) -> bool {
            self.0 == "around"
        }
    }

    impl Companion for Noting {
        fn enter(&self) {
            lock(&self.1).push(format!("{} in", self.0));
        }
        fn exit(&self) {
            lock(&self.1).push(format!("{} out", self.0));
        }
        fn end(&self) {
            lock(&self.1).push(format!("{} end", self.0));
        }
    }

    #[test]
    fn two_go_with_a_request_one_inside_the_other() {
        let (handle, diary) = (Handle::builder().build(), Diary::default());
        assert!(handle.accompany(Source::<1>("outer", Arc::clone(&diary))));
        assert!(!handle.accompany(Source::<1>("outer again", Arc::clone(&diary))), "one of each kind is enough");
        assert!(handle.accompany(Source::<2>("inner", Arc::clone(&diary))));
        assert!(!handle.accompany(Source::<3>("third", Arc::clone(&diary))));
        let request = OpenRequest::open(&handle, RequestHead::default()).unwrap();
        request.recording().poll(|| lock(&diary).push("work".to_owned()));
        drop(request);
        let expected = [
            "outer made",
            "outer in",
            "inner made",
            "outer out",
            "outer in",
            "inner in",
            "work",
            "inner out",
            "outer out",
            "inner end",
            "outer end",
        ];
        assert_eq!(*lock(&diary), expected);
    }

    #[test]
    fn the_one_that_goes_around_comes_first_though_it_was_there_last() {
        let (handle, diary) = (Handle::builder().build(), Diary::default());
        assert!(handle.accompany(Source::<1>("inner", Arc::clone(&diary))));
        assert!(handle.accompany(Source::<2>("around", Arc::clone(&diary))));
        drop(OpenRequest::open(&handle, RequestHead::default()).unwrap());
        let expected = ["around made", "around in", "inner made", "around out", "inner end", "around end"];
        assert_eq!(*lock(&diary), expected);
    }

    /// Keeps spans of its own, and knows when it was entered aside.
    struct Keeping(SpanId, Diary);

    impl Companions for Keeping {
        fn accompany(&self, _: &Arc<Recording>) -> Option<Box<dyn Companion>> {
            Some(Box::new(Keeping(self.0, Arc::clone(&self.1))))
        }
    }

    impl Companion for Keeping {
        fn enter(&self) {}
        fn exit(&self) {}
        fn enter_aside(&self) {
            lock(&self.1).push("aside".to_owned());
        }
        fn exit_aside(&self) {
            lock(&self.1).push("back".to_owned());
        }
        fn innermost_span(&self) -> Option<SpanId> {
            Some(self.0)
        }
    }

    #[test]
    fn who_keeps_the_spans_says_what_calls_hang_under() {
        let (instance, diary) = (testing::instance(), Diary::default());
        assert!(instance.handle().accompany(Source::<1>("other", Diary::default())));
        let span_id = SpanId::new(4711).unwrap();
        assert!(instance.handle().accompany(Keeping(span_id, Arc::clone(&diary))));
        let request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let recording = request.recording();
        let guards = recording.enter_poll();
        Innermost::of(recording, recording.start_span("of the application", None)).set();
        start_call(Operation::other("a", "b"), None).completed();
        drop(guards);
        Innermost::default().set();
        drop(request);
        let record = instance.take().remove(0);
        assert_eq!(record.call_parent(0), span_id);
        assert!(record.spans_elsewhere());
        assert_eq!(*lock(&diary), ["aside", "back"]);
    }
}
