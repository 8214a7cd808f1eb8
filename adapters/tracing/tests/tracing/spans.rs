//! The application's spans: parts of their request, and what carries it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tachograph_core::testing::{self, Instance};
use tachograph_core::{MEASURED_TARGET, ManualClock, Operation, Recording, current, start_call};
use tachograph_tracing::{Builder, attach};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::with_default;
use tracing::{Id, Instrument, Span, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::prelude::*;

use crate::instance;

fn is_current(recording: &Arc<Recording>) -> bool {
    current().is_some_and(|current| Arc::ptr_eq(&current, recording))
}

/// A request that is over, with a span of its own.
async fn request(instance: &Instance) -> (Arc<Recording>, Span) {
    instance.record(async { (current().unwrap(), tracing::info_span!("of the request")) }).await.0
}

#[tokio::test]
async fn instrumented_functions_are_named_parts() {
    instance();
    let clock = ManualClock::new();
    let instance = Instance::with_clock(clock.clone());
    attach(instance.handle());

    #[tracing::instrument(skip_all)]
    async fn report(clock: &ManualClock) {
        clock.advance(Duration::from_millis(2));
        load(clock).await;
        unnoticed(clock).await;
    }
    #[tracing::instrument(skip_all, name = "load rows")]
    async fn load(clock: &ManualClock) {
        clock.advance(Duration::from_millis(3));
        tokio::task::yield_now().await;
    }
    #[tracing::instrument(skip_all, level = "debug")]
    async fn unnoticed(clock: &ManualClock) {
        clock.advance(Duration::from_millis(1));
        load(clock).await;
    }

    let ((), record) = instance.record(report(&clock)).await;
    let spans: Vec<_> = record
        .spans()
        .iter()
        .map(|span| (span.name(), span.parent(), span.start().as_millis(), span.end().map(|end| end.as_millis())))
        .collect();
    assert_eq!(
        spans,
        [("report", None, 0, Some(9)), ("load rows", Some(0), 2, Some(5)), ("load rows", Some(0), 6, Some(9))]
    );
}

#[tokio::test]
async fn a_part_hangs_from_the_nearest_part_around_it() {
    let instance = instance();
    let ((), record) = instance
        .record(async {
            let _outer = tracing::info_span!("outer").entered();
            let _between = tracing::debug_span!(target: MEASURED_TARGET, "query").entered();
            let _inner = tracing::info_span!("inner").entered();
            tracing::info_span!(parent: None, "apart").in_scope(|| {});
        })
        .await;
    let spans: Vec<_> = record.spans().iter().map(|span| (span.name(), span.parent())).collect();
    assert_eq!(spans, [("outer", None), ("inner", Some(0)), ("apart", None)]);
}

#[tokio::test]
async fn parts_are_bounded_and_the_rest_is_counted() {
    let instance = instance();
    let ((), record) = instance
        .record(async {
            for _ in 0..200 {
                tracing::info_span!("one of many").in_scope(|| {});
            }
        })
        .await;
    assert_eq!(record.spans().len(), 128);
    assert_eq!(instance.handle().counters().spans_dropped, 72);
}

#[test]
fn debug_spans_are_parts_where_that_is_wanted_but_not_those_of_hyper() {
    let _callsites = crate::callsites();
    let instance = testing::instance();
    let layer = Builder::new(instance.handle()).spans(LevelFilter::DEBUG).layer();
    with_default(tracing_subscriber::registry().with(layer), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ((), record) = runtime.block_on(instance.record(async {
            tracing::debug_span!("mine").in_scope(|| {});
            tracing::debug_span!(target: "hyper::proto", "theirs").in_scope(|| {});
        }));
        let names: Vec<_> = record.spans().iter().map(|span| span.name()).collect();
        assert_eq!(names, ["mine"]);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_spawned_work_are_the_requests() {
    let instance = instance();
    let call = || start_call(Operation::external("partner", "GET"), None).completed();
    let work = async {
        tokio::spawn(async move { call() }.in_current_span()).await.unwrap();
        tokio::spawn(async move { call() }.instrument(tracing::info_span!("job"))).await.unwrap();
        tokio::spawn(async move { call() }).await.unwrap();
    };
    let ((), record) = instance.record(work).await;
    assert_eq!(record.external().count(), 2);
    assert!(record.polls() >= 3, "spawned work is polled for the request");
}

#[tokio::test]
async fn spans_may_be_left_in_another_order_than_they_were_entered() {
    let instance = instance();
    let ((one, first), (other, second)) = (request(&instance).await, request(&instance).await);
    let outer = first.enter();
    assert!(is_current(&one));
    let inner = second.enter();
    assert!(is_current(&other));
    drop(outer);
    assert!(is_current(&other), "what is still entered stays");
    drop(inner);
    assert!(current().is_none(), "and nothing stays behind");
}

#[tokio::test]
async fn a_span_may_be_entered_inside_itself() {
    let instance = instance();
    let (recording, span) = request(&instance).await;
    span.in_scope(|| {
        span.in_scope(|| assert!(is_current(&recording)));
        assert!(is_current(&recording));
    });
    assert!(current().is_none());
}

#[tokio::test]
async fn a_panic_inside_a_span_leaves_nothing_behind() {
    let instance = instance();
    let (_, span) = request(&instance).await;
    let panicked = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| panic!("on purpose"))));
    assert!(panicked.is_err());
    assert!(current().is_none());
}

#[tokio::test]
async fn guards_that_are_never_given_back_are_bounded() {
    let instance = instance();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut kept = 0;
            for _ in 0..1000 {
                let (recording, span) = runtime.block_on(request(&instance));
                std::mem::forget(span.entered());
                kept += u32::from(is_current(&recording));
            }
            assert_eq!(kept, 64);
            // Requests go on as ever.
            let ((), record) = runtime.block_on(instance.record(async {
                tracing::info_span!("part").in_scope(|| start_call(Operation::other("a", "b"), None).completed());
            }));
            assert_eq!((record.calls().len(), record.spans().len()), (1, 1));
        });
    });
    assert_eq!(instance.take().len(), 1001);
}

/// A record may be kept for long, and a span keeps the spans around it open: what exports them would wait.
#[test]
fn spans_around_a_request_close_when_it_ends() {
    struct Closed(Arc<AtomicBool>);

    impl<S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>> Layer<S> for Closed {
        fn on_close(&self, id: Id, context: Context<'_, S>) {
            if context.span(&id).is_some_and(|span| span.name() == "around") {
                self.0.store(true, Ordering::SeqCst);
            }
        }
    }

    let closed = Arc::new(AtomicBool::new(false));
    let instance = testing::instance();
    let subscriber = tracing_subscriber::registry()
        .with(Closed(Arc::clone(&closed)))
        .with(tachograph_tracing::layer(instance.handle()));
    with_default(subscriber, || {
        let around = tracing::info_span!("around");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (recording, record) = runtime.block_on(instance.record(async { current() }).instrument(around));
        assert!(closed.load(Ordering::SeqCst));
        drop((recording, record));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_keeps_a_request_that_is_over() {
    let instance = instance();
    let work = async {
        let part = tracing::info_span!("part");
        tokio::spawn(async {}.instrument(part.clone())).await.unwrap();
        Arc::downgrade(&part.in_scope(current).unwrap())
    };
    let (recording, record) = instance.record(work).await;
    assert!(recording.upgrade().is_some());
    drop((record, instance.take()));
    assert!(recording.upgrade().is_none());
}
