//! With a real `tracing-opentelemetry` and a real SDK beside our records.

mod joined;

use std::cell::RefCell;
use std::time::Duration;

use opentelemetry::trace::{FutureExt as _, SpanContext, SpanKind, TraceContextExt as _, TraceState, Tracer as _};
use opentelemetry::{Context, KeyValue, baggage::BaggageExt as _};
use opentelemetry_sdk::trace::Sampler as TheirSampler;
use tachograph_core::trace::extract;
use tachograph_core::{
    CallOutcome, Companion, Companions as _, InCurrentRequest as _, OpenRequest, Operation, RequestHead, Sampler,
    Yield, start_call,
};
use tokio::task::yield_now;
use tracing::Instrument as _;
use tracing::subscriber::with_default;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

use super::RequestContexts;
use joined::{ALL, Joined, Layers, under};

/// Those that leave our own spans out. (The tests have a target that begins like ours, and no sqlx is there to be seen.)
const FILTERS: [&str; 2] = ["info", "trace,tachograph::=off,sqlx=info"];

fn call(summary: &str) {
    start_call(Operation::external("partner", summary), None).completed();
}

async fn slow_call(summary: &str) {
    let call = start_call(Operation::external("partner", summary), None);
    yield_now().await;
    call.completed();
}

#[tracing::instrument(skip_all)]
async fn outer() {
    slow_call("b").await;
    inner().await;
    call("d");
}

#[tracing::instrument(skip_all)]
async fn inner() {
    yield_now().await;
    slow_call("c").await;
}

async fn work() {
    slow_call("a").await;
    outer().await;
    call("e");
}

const OF_WORK: [&str; 8] = [
    "request",
    "request > a",
    "request > e",
    "request > outer",
    "request > outer > b",
    "request > outer > d",
    "request > outer > inner",
    "request > outer > inner > c",
];

#[test]
fn spans_and_calls_are_one_tree_in_every_set_up() {
    for layers in ALL {
        for filter in FILTERS {
            let joined = Joined::new();
            under(&joined, layers, Some(filter), || joined.block_on(joined.instance.handle().task("work", work())));
            assert_eq!(joined.trees(None), OF_WORK, "{layers:?} {filter}");
        }
    }
}

/// It shows our own spans: the tree is one all the same.
#[test]
fn a_layer_without_a_filter_shows_more_spans_of_the_same_tree() {
    for layers in [Layers::TheirsOurs, Layers::OursTheirs] {
        for before_the_layer in [true, false] {
            let joined = Joined::apart(Sampler::default(), TheirSampler::AlwaysOn);
            if before_the_layer {
                joined.join();
            }
            under(&joined, layers, None, || {
                if !before_the_layer {
                    joined.join();
                }
                joined.block_on(joined.instance.handle().task("work", work()));
            });
            let theirs = joined.exporter.get_finished_spans().unwrap();
            assert!(theirs.iter().all(|span| span.span_kind == SpanKind::Internal), "none is another server's");
            let mut expected = vec!["request".to_owned()];
            expected.extend(OF_WORK.iter().map(|path| format!("request > {path}")));
            // By which the first request finds out whether sqlx's events can be seen.
            expected.push("request > tachograph_check".to_owned());
            assert_eq!(joined.trees(None), expected, "{layers:?}");
        }
    }
}

/// Then nobody but the layer knows its spans.
#[test]
fn without_context_activation_the_tree_is_one_and_calls_hang_under_the_request() {
    let joined = Joined::new();
    let theirs = tracing_opentelemetry::layer().with_tracer(joined.tracer()).with_context_activation(false);
    let theirs = theirs.with_filter(tracing_subscriber::filter::LevelFilter::INFO);
    with_default(registry().with(theirs).with(tachograph_tracing::layer(joined.instance.handle())), || {
        joined.block_on(joined.instance.handle().task("work", work()));
    });
    let mut expected =
        ["a", "b", "c", "d", "e", "outer", "outer > inner"].map(|path| format!("request > {path}")).to_vec();
    expected.insert(0, "request".to_owned());
    assert_eq!(joined.trees(None), expected);
}

#[test]
fn requests_that_take_turns_on_one_thread_are_trees_of_their_own() {
    for layers in ALL {
        let joined = Joined::new();
        under(&joined, layers, Some("info"), || {
            joined.block_on(async {
                let handle = joined.instance.handle();
                let requests: Vec<_> = (0..50).map(|_| tokio::spawn(handle.task("turns", work()))).collect();
                for request in requests {
                    request.await.unwrap();
                }
            });
        });
        let records = joined.instance.records();
        let traces: std::collections::HashSet<_> = records.iter().map(|record| record.identity().trace_id()).collect();
        assert_eq!((records.len(), traces.len()), (50, 50));
        let expected: Vec<_> = OF_WORK.iter().flat_map(|path| std::iter::repeat_n(*path, 50)).collect();
        assert_eq!(joined.trees(None), expected, "{layers:?}");
        assert!(!Context::current().has_active_span(), "nothing stays behind");
    }
}

#[test]
fn a_request_that_is_not_sampled_has_no_spans_on_either_side() {
    for layers in ALL {
        let joined = Joined::with(Sampler::always_off(), TheirSampler::ParentBased(Box::new(TheirSampler::AlwaysOn)));
        under(&joined, layers, Some("info"), || joined.block_on(joined.instance.handle().task("work", work())));
        assert_eq!(joined.instance.records().len(), 1);
        assert!(joined.trees(None).is_empty(), "{layers:?}");
    }
}

/// The decision came too late for the application's spans.
#[test]
fn a_request_that_is_kept_at_its_end_has_calls_under_spans_that_are_shown() {
    for layers in ALL {
        let joined = Joined::with(Sampler::always_off(), TheirSampler::ParentBased(Box::new(TheirSampler::AlwaysOn)));
        under(&joined, layers, Some("info"), || {
            let mut request = joined.request(RequestHead { method: "GET", path: "/", ..RequestHead::default() });
            request.recording().poll(|| tracing::info_span!("part").in_scope(|| call("a")));
            request.respond(500, Some(0), false);
            request.complete();
        });
        assert_eq!(joined.trees(None), ["request", "request > a"], "{layers:?}");
    }
}

/// So does a sampler of theirs that does not heed the request's decision.
#[test]
fn no_call_hangs_under_a_span_that_their_sampler_drops() {
    for layers in ALL {
        let joined = Joined::with(Sampler::always_on(), TheirSampler::AlwaysOff);
        under(&joined, layers, Some("info"), || joined.block_on(joined.instance.handle().task("work", work())));
        let expected = ["request", "request > a", "request > b", "request > c", "request > d", "request > e"];
        assert_eq!(joined.trees(None), expected, "{layers:?}");
    }
}

#[test]
fn both_sides_heed_the_caller() {
    const CALLER: u64 = 0x00f0_67aa_0ba9_02b7;
    for (flags, sampled) in [("01", true), ("00", false)] {
        let joined = Joined::new();
        let traceparent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        let trace = extract([traceparent.as_bytes()], [b"vendor=1".as_slice()], []);
        under(&joined, Layers::TheirsOurs, Some("info"), || {
            let request = joined.request(RequestHead { trace, ..RequestHead::default() });
            request.recording().poll(|| tracing::info_span!("part").in_scope(|| call("a")));
            drop(request);
        });
        for span in joined.exporter.get_finished_spans().unwrap() {
            assert_eq!(span.span_context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(span.span_context.trace_state().header(), "vendor=1");
            assert!(!span.parent_span_is_remote, "the request is of this process");
        }
        let expected: &[&str] = if sampled { &["request", "request > part", "request > part > a"] } else { &[] };
        assert_eq!(joined.trees(Some(CALLER)), expected);
    }
}

/// As the application's own middleware makes one.
#[test]
fn a_span_around_a_request_is_its_parent() {
    for layers in ALL {
        let joined = Joined::new();
        under(&joined, layers, Some("info"), || {
            tracing::info_span!("around").in_scope(|| {
                let request = joined.request(RequestHead::default());
                request.recording().poll(|| tracing::info_span!("part").in_scope(|| call("a")));
                drop(request);
                joined.block_on(joined.instance.handle().task("task", async { call("b") }));
            });
        });
        let expected = [
            "around",
            "around > request",
            "around > request",
            "around > request > b",
            "around > request > part",
            "around > request > part > a",
        ];
        assert_eq!(joined.trees(None), expected, "{layers:?}");
    }
}

#[test]
fn a_span_around_a_request_that_is_not_sampled_decides_for_it() {
    let joined = Joined::with(Sampler::default(), TheirSampler::AlwaysOff);
    let tracer = joined.tracer();
    tracer.in_span("around", |_| drop(joined.request(RequestHead::default())));
    assert!(joined.trees(None).is_empty());
}

#[test]
fn a_span_around_a_request_counts_beside_a_caller_where_it_is_of_his_trace() {
    const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
    const CALLER: u64 = 0x00f0_67aa_0ba9_02b7;
    let caller = |trace: u128| {
        let flags = opentelemetry::TraceFlags::SAMPLED;
        let span = SpanContext::new(trace.into(), CALLER.into(), flags, true, TraceState::NONE);
        Context::new().with_remote_span_context(span)
    };
    for (read_by_theirs, expected) in [(TRACE, "around > request"), (TRACE + 1, "request")] {
        let joined = Joined::new();
        let around = joined.tracer().start_with_context("around", &caller(read_by_theirs));
        let attached = Context::current_with_span(around).attach();
        let traceparent = format!("00-{TRACE:032x}-{CALLER:016x}-01");
        let trace = extract([traceparent.as_bytes()], [], []);
        drop(joined.request(RequestHead { trace, ..RequestHead::default() }));
        drop(attached);
        assert_eq!(joined.trees(Some(CALLER)), ["around", expected]);
    }
}

#[test]
fn a_task_inside_a_request_hangs_under_it() {
    let joined = Joined::new();
    under(&joined, Layers::TheirsOurs, Some("info"), || {
        joined.block_on(joined.instance.handle().task("around", async {
            tachograph_core::task("inside", tracing::info_span!("part").in_scope(|| async { outer().await })).await;
        }));
    });
    let paths = joined.trees(None);
    assert!(paths.contains(&"request > request > outer > inner > c".to_owned()), "{paths:?}");
}

#[test]
fn spawned_work_stays_in_the_tree() {
    for layers in [Layers::TheirsOurs, Layers::OursTheirs] {
        let joined = Joined::new();
        under(&joined, layers, Some("info"), || {
            let spawn = async {
                let part = async |name: &str| {
                    yield_now().await;
                    tracing::info_span!("part").in_scope(|| call(name));
                };
                let job = tracing::info_span!("job");
                for work in [
                    tokio::spawn(async move { part("a").await }.instrument(job.clone())),
                    tokio::spawn(async move { part("b").await }.in_current_span()),
                    tokio::spawn(async move { part("c").await }.in_current_request()),
                ] {
                    work.await.unwrap();
                }
                // A span that their layer does not see.
                let hidden = tracing::debug_span!(target: "tachograph::measured", "measured");
                tokio::spawn(async move { part("d").await }.instrument(hidden)).await.unwrap();
            };
            joined.block_on(joined.instance.handle().task("spawn", spawn));
        });
        let expected = [
            "request",
            "request > job",
            "request > job > part",
            "request > job > part > a",
            "request > part",
            "request > part",
            "request > part",
            "request > part > b",
            "request > part > c",
            "request > part > d",
        ];
        assert_eq!(joined.trees(None), expected, "{layers:?}");
        assert!(!Context::current().has_active_span());
    }
}

/// As sqlx does it for SQLite: it takes the span along, and nothing else.
#[test]
fn a_query_that_is_told_of_on_another_thread_hangs_under_the_span_that_came_along() {
    for layers in [Layers::TheirsOurs, Layers::OursTheirs] {
        let joined = Joined::new();
        under(&joined, layers, Some("info"), || {
            let query = |statement: &'static str| {
                let span = tracing::Span::current();
                let dispatch = tracing::dispatcher::get_default(Clone::clone);
                let tell = move || tracing::debug!(target: "sqlx::query", elapsed_secs = 0.0, db.statement = statement);
                let worker = std::thread::Builder::new().name("sqlx-sqlite-worker-0".to_owned());
                let worker = worker.spawn(move || tracing::dispatcher::with_default(&dispatch, || span.in_scope(tell)));
                worker.unwrap().join().unwrap();
            };
            let request = joined.request(RequestHead::default());
            request.recording().poll(|| {
                query("SELECT a FROM one");
                tracing::info_span!("part").in_scope(|| query("SELECT b FROM two"));
            });
        });
        let expected = ["request", "request > SELECT one", "request > part", "request > part > SELECT two"];
        assert_eq!(joined.trees(None), expected, "{layers:?}");
    }
}

#[test]
fn who_uses_the_api_of_opentelemetry_is_in_the_tree() {
    let joined = Joined::new();
    let tracer = joined.tracer();
    let work = async {
        let span = tracer.start("manual");
        let context = Context::current_with_span(span);
        assert_eq!(context.baggage().get("tenant").map(ToString::to_string).as_deref(), Some("acme"));
        async {
            slow_call("a").await;
            tracer.in_span("inner", |_| call("b"));
            let reported = Operation::database("sqlite", "main", "SELECT 1");
            let recording = tachograph_core::current().unwrap();
            recording.report_call(reported, Duration::ZERO, CallOutcome::Unknown, Yield::Rows(1));
        }
        .with_context(context)
        .await;
        slow_call("c").await;
    };
    // What is around the request stays, but for the span.
    let _around = Context::current_with_baggage([KeyValue::new("tenant", "acme")]).attach();
    joined.block_on(joined.instance.handle().task("work", work));
    let expected = [
        "request",
        "request > c",
        "request > manual",
        "request > manual > SELECT",
        "request > manual > a",
        "request > manual > inner",
        "request > manual > inner > b",
    ];
    assert_eq!(joined.trees(None), expected);
}

fn companion(request: &OpenRequest) -> Box<dyn Companion> {
    RequestContexts { current: Context::current }.accompany(request.recording()).unwrap()
}

#[test]
fn contexts_may_be_left_in_another_order_than_they_were_attached() {
    let joined = Joined::new();
    let (one, other) = (joined.request(RequestHead::default()), joined.request(RequestHead::default()));
    let current = || u64::from_be_bytes(Context::current().span().span_context().span_id().to_bytes());
    let id = |request: &OpenRequest| request.recording().identity().span_id().get();
    let (first, second) = (companion(&one), companion(&other));
    first.exit();
    first.enter();
    second.enter();
    first.exit();
    assert_eq!(current(), id(&other), "what is still attached stays");
    first.exit();
    second.exit();
    assert_eq!(current(), 0, "and nothing stays behind");
    for _ in 0..1000 {
        second.enter();
    }
    one.recording().poll(|| call("a"));
    other.recording().poll(|| call("b"));
    drop((one, other));
    assert_eq!(joined.trees(None), ["request", "request", "request > a", "request > b"]);
}

#[test]
fn a_request_may_outlive_its_threads_context() {
    thread_local! {
        static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    }

    struct Last(OpenRequest);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.recording().poll(|| call("last"));
        }
    }

    let joined = Joined::new();
    for last_first in [true, false] {
        let request = joined.request(RequestHead::default());
        let never_left = companion(&request);
        let thread = std::thread::spawn(move || {
            let recording = request.recording().clone();
            let keep = move || LAST.set(Some(Last(request)));
            // Thread-locals are destroyed in the opposite order to that in which they were first asked for.
            if last_first {
                keep();
                never_left.enter();
                recording.poll(|| call("first"));
            } else {
                never_left.enter();
                recording.poll(|| call("first"));
                keep();
            }
        });
        thread.join().unwrap();
    }
    // The thread that had forgotten already which request is current has nobody to charge the last call to.
    assert_eq!(joined.trees(None), ["request", "request", "request > first", "request > first", "request > last"]);
}

#[test]
fn what_is_outside_of_requests_is_left_alone() {
    let joined = Joined::new();
    under(&joined, Layers::TheirsOurs, Some("info"), || {
        tracing::info_span!("of nobody").in_scope(|| call("a"));
    });
    assert!(joined.instance.records().is_empty(), "a call outside of any request makes no span");
    assert_eq!(joined.trees(None), ["of nobody"]);
}
