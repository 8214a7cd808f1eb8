//! What goes with a request wherever it is polled: a tracing span, a context of another library.

use std::sync::Arc;

use crate::recording::Recording;

/// Gives each request a companion: something that is entered and left with every poll of it, such as a tracing span.
pub trait Companions: Send + Sync + 'static {
    /// A request was opened. None: it goes alone.
    fn accompany(&self, recording: &Arc<Recording>) -> Option<Box<dyn Companion>>;
}

/// What is entered and left with every poll of one request.
pub trait Companion: Send + Sync {
    /// The request is about to be polled, or dropped, on this thread.
    fn enter(&self);
    /// It is no longer.
    fn exit(&self);
    /// The request has ended. What is left of its future may still be dropped inside it.
    fn end(&self) {}
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
}

/// What goes with a request that was just opened.
pub(crate) fn companion(recording: &Arc<Recording>) -> Option<Box<dyn Companion>> {
    let mut sources = recording.handle().companions();
    let first = sources.next()?.accompany(recording);
    let Some(second) = sources.next() else { return first };
    let Some(first) = first else { return second.accompany(recording) };
    // The second is made inside the first, as it will be entered.
    first.enter();
    let second = second.accompany(recording);
    first.exit();
    Some(match second {
        Some(second) => Box::new(Both(first, second)),
        None => first,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::handle::Handle;
    use crate::lock::lock;
    use crate::open_request::{OpenRequest, RequestHead};

    type Diary = Arc<Mutex<Vec<String>>>;

    struct Source(&'static str, Diary);
    struct Noting(&'static str, Diary);

    impl Companions for Source {
        fn accompany(&self, _: &Arc<Recording>) -> Option<Box<dyn Companion>> {
            lock(&self.1).push(format!("{} made", self.0));
            Some(Box::new(Noting(self.0, Arc::clone(&self.1))))
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
        for name in ["outer", "inner"] {
            assert!(handle.accompany(Source(name, Arc::clone(&diary))));
        }
        assert!(!handle.accompany(Source("third", Arc::clone(&diary))));
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
}
