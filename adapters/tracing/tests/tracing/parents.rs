//! What calls hang under in the trace of their request.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use tachograph_core::testing::{self, Instance};
use tachograph_core::{OpenRequest, Operation, Record, RequestHead, current, start_call};
use tokio::task::yield_now;
use tracing::Instrument;

use crate::instance;

fn call(summary: &str) {
    start_call(Operation::external("partner", summary), None).completed();
}

/// A call that is still under way when other futures are polled.
async fn slow_call(summary: &str) {
    let call = start_call(Operation::external("partner", summary), None);
    yield_now().await;
    call.completed();
}

/// Each call with the span that it hangs under, in alphabetical order.
fn parents(record: &Record) -> Vec<(&str, &str)> {
    let name = |id| {
        let is_it = |at: &usize| record.span_span_id(*at) == id;
        match (0..record.spans().len()).find(is_it) {
            Some(at) => record.spans()[at].name(),
            None if id == record.identity().span_id() => "request",
            None => "somebody else's",
        }
    };
    let calls = record.calls().iter().enumerate();
    let mut parents: Vec<_> =
        calls.map(|(at, call)| (call.operation().summary(), name(record.call_parent(at)))).collect();
    parents.sort_unstable();
    parents
}

fn request(instance: &Instance) -> OpenRequest {
    OpenRequest::open(instance.handle(), RequestHead::default()).unwrap()
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

const OF_WORK: [(&str, &str); 5] = [("a", "request"), ("b", "outer"), ("c", "inner"), ("d", "outer"), ("e", "request")];

#[tokio::test]
async fn a_call_hangs_under_the_innermost_span_around_it() {
    let ((), record) = instance().record(work()).await;
    assert_eq!(parents(&record), OF_WORK);
    let own = record.identity().span_id();
    assert_eq!([record.span_parent(0), record.span_parent(1)], [own, record.span_span_id(0)]);
}

#[tokio::test]
async fn requests_that_take_turns_on_one_thread_keep_to_themselves() {
    let instance = instance();
    let requests: Vec<_> = (0..100).map(|_| tokio::spawn(instance.handle().task("turns", work()))).collect();
    for request in requests {
        request.await.unwrap();
    }
    let records = instance.take();
    assert_eq!(records.len(), 100);
    for record in &records {
        assert_eq!(parents(record), OF_WORK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_move_between_threads_keep_to_themselves() {
    let instance = instance();
    let requests: Vec<_> = (0..400).map(|_| tokio::spawn(instance.handle().task("moving", work()))).collect();
    for request in requests {
        request.await.unwrap();
    }
    for record in &instance.take() {
        assert_eq!(parents(record), OF_WORK);
    }
}

#[tokio::test]
async fn futures_of_one_request_that_take_turns_keep_to_their_spans() {
    let one = slow_call("a").instrument(tracing::info_span!("one"));
    let other = slow_call("b").instrument(tracing::info_span!("other"));
    let none = slow_call("c");
    let (_, record) = instance().record(async { tokio::join!(one, other, none) }).await;
    // The spans were made outside of the request.
    assert_eq!(parents(&record), [("a", "request"), ("b", "request"), ("c", "request")]);

    let work = async {
        tokio::join!(
            slow_call("a").instrument(tracing::info_span!("one")),
            slow_call("b").instrument(tracing::info_span!("other")),
            slow_call("c"),
        )
    };
    let (_, record) = instance().record(work).await;
    assert_eq!(parents(&record), [("a", "one"), ("b", "other"), ("c", "request")]);
}

#[tokio::test]
async fn a_span_that_is_no_part_leaves_calls_under_the_one_around_it() {
    let ((), record) = instance()
        .record(async {
            tracing::debug_span!("quiet").in_scope(|| call("a"));
            let _part = tracing::info_span!("part").entered();
            tracing::debug_span!("quiet").in_scope(|| call("b"));
            tracing::debug_span!(target: "hidden", "seen by others").in_scope(|| call("c"));
            tracing::debug_span!(target: tachograph_core::MEASURED_TARGET, "measured").in_scope(|| call("d"));
        })
        .await;
    assert_eq!(parents(&record), [("a", "request"), ("b", "part"), ("c", "part"), ("d", "part")]);
}

#[tokio::test]
async fn spans_that_are_left_out_of_order_leave_what_is_still_entered() {
    let ((), record) = instance()
        .record(async {
            let (one, other) = (tracing::info_span!("one"), tracing::info_span!("other"));
            let (first, second) = (one.enter(), other.enter());
            call("a");
            drop(first);
            call("b");
            let third = one.enter();
            call("c");
            drop(second);
            call("d");
            drop(third);
            call("e");
            one.in_scope(|| {
                one.in_scope(|| call("f"));
                call("g");
            });
            call("h");
        })
        .await;
    let expected = [
        ("a", "other"),
        ("b", "other"),
        ("c", "one"),
        ("d", "one"),
        ("e", "request"),
        ("f", "one"),
        ("g", "one"),
        ("h", "request"),
    ];
    assert_eq!(parents(&record), expected);
}

#[tokio::test]
async fn a_span_of_another_request_takes_its_calls_there() {
    let instance = instance();
    let other = request(&instance);
    let span = other.recording().poll(|| tracing::info_span!("of the other"));
    let ((), record) = instance
        .record(async {
            let _part = tracing::info_span!("part").entered();
            call("a");
            span.in_scope(|| call("b"));
            call("c");
        })
        .await;
    drop((span, other));
    assert_eq!(parents(&record), [("a", "part"), ("c", "part")]);
    assert_eq!(parents(instance.take().last().unwrap()), [("b", "of the other")]);
}

/// Whoever holds a guard across an `.await` leaves his span entered for whatever runs next on the thread.
#[tokio::test]
async fn a_span_that_was_left_entered_reaches_into_no_other_poll() {
    let instance = instance();
    let (one, other) = (request(&instance), request(&instance));
    let careless = async {
        call("a");
        let _left_entered = tracing::info_span!("left entered").entered();
        call("b");
        yield_now().await;
    };
    let mut careless = pin!(careless);
    poll_fn(|cx| {
        assert!(one.recording().poll(|| careless.as_mut().poll(cx)).is_pending());
        other.recording().poll(|| call("c"));
        // Another future of the same request, on the same thread.
        one.recording().poll(|| call("d"));
        other.recording().poll(|| tracing::info_span!("tidy").in_scope(|| call("e")));
        other.recording().poll(|| call("f"));
        one.recording().poll(|| careless.as_mut().poll(cx))
    })
    .await;
    one.recording().poll(|| call("g"));
    drop((one, other));
    let records = instance.take();
    assert_eq!(parents(&records[0]), [("a", "request"), ("b", "left entered"), ("d", "request"), ("g", "request")]);
    assert_eq!(parents(&records[1]), [("c", "request"), ("e", "tidy"), ("f", "request")]);
}

#[tokio::test]
async fn a_request_inside_another_keeps_to_itself() {
    let instance = instance();
    let inside = async {
        call("b");
        tracing::info_span!("inside").in_scope(|| call("c"));
    };
    let work = async {
        let inside = instance.record(inside).instrument(tracing::info_span!("around"));
        let ((), inside) = tracing::info_span!("part").in_scope(|| {
            call("a");
            ready(inside)
        });
        call("d");
        inside
    };
    let (inside, record) = instance.record(work).await;
    assert_eq!(parents(&inside), [("b", "request"), ("c", "inside")]);
    assert_eq!(parents(&record), [("a", "part"), ("d", "request")]);
}

/// The output of a future that waits for nothing.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

#[tokio::test]
async fn threads_full_of_spans_that_were_never_left_go_on() {
    let instance = instance();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let request = request(&instance);
            request.recording().poll(|| {
                for _ in 0..100 {
                    std::mem::forget(tracing::info_span!("forgotten").entered());
                }
                tracing::info_span!("part").in_scope(|| call("a"));
                call("b");
            });
            request.recording().poll(|| {
                call("c");
                tracing::info_span!("last").in_scope(|| call("d"));
            });
        });
    });
    let record = instance.take().remove(0);
    assert_eq!(parents(&record), [("a", "part"), ("b", "forgotten"), ("c", "request"), ("d", "last")]);
}

#[tokio::test]
async fn beyond_the_limit_calls_hang_under_the_nearest_span_that_is_kept() {
    let instance = instance();
    let most = instance.handle().limits().spans;
    let ((), record) = instance
        .record(async {
            let kept = tracing::info_span!("kept");
            for _ in 1..most {
                tracing::info_span!("one of many").in_scope(|| {});
            }
            tracing::info_span!("too many").in_scope(|| call("a"));
            kept.in_scope(|| tracing::info_span!("too many").in_scope(|| call("b")));
        })
        .await;
    assert_eq!(record.spans().len(), most);
    assert_eq!(parents(&record), [("a", "request"), ("b", "kept")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn spawned_work_hangs_under_the_span_that_it_was_given() {
    let instance = instance();
    let work = async {
        let job = async { slow_call("a").await }.instrument(tracing::info_span!("job"));
        let current = async { slow_call("b").await }.in_current_span();
        let inside = tracing::info_span!("part").in_scope(|| async { slow_call("c").await }.in_current_span());
        let blocking = tracing::info_span!("blocking");
        let blocking = tokio::task::spawn_blocking(move || blocking.in_scope(|| call("d")));
        for work in [tokio::spawn(job), tokio::spawn(current), tokio::spawn(inside), blocking] {
            work.await.unwrap();
        }
    };
    let ((), record) = instance.record(work).await;
    assert_eq!(parents(&record), [("a", "job"), ("b", "request"), ("c", "part"), ("d", "blocking")]);
}

/// On SQLite's own threads the request is nobody's: there only the span tells.
#[tokio::test(flavor = "multi_thread")]
async fn queries_that_sqlx_tells_of_hang_under_the_span_they_were_made_in() {
    let instance = instance();
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    async fn query(pool: &SqlitePool, sql: &'static str) {
        sqlx::query(sql).fetch_all(pool).await.unwrap();
    }
    let work = |pool: SqlitePool| async move {
        query(&pool, "SELECT 1 AS a").await;
        async {
            query(&pool, "SELECT 1 AS b").await;
            let hidden = tracing::debug_span!(target: "hidden", "seen by others");
            query(&pool, "SELECT 1 AS c").instrument(hidden).await;
            query(&pool, "SELECT 1 AS d").instrument(tracing::info_span!("inner")).await;
        }
        .instrument(tracing::info_span!("outer"))
        .await;
        query(&pool, "SELECT 1 AS e").await;
    };
    let requests: Vec<_> =
        (0..50).map(|_| tokio::spawn(instance.handle().task("queries", work(pool.clone())))).collect();
    for request in requests {
        request.await.unwrap();
    }
    for record in &instance.take() {
        let spans = [record.identity().span_id(), record.span_span_id(0), record.span_span_id(1)];
        assert_eq!(record.spans()[0].name(), "outer");
        let of = |at| spans.iter().position(|span| *span == record.call_parent(at));
        let parents: Vec<_> = (0..record.calls().len()).map(of).collect();
        assert_eq!(parents, [Some(0), Some(1), Some(1), Some(2), Some(0)]);
    }
}

#[tokio::test]
async fn a_call_outside_any_request_is_in_no_record() {
    let instance = instance();
    let unattributed = || instance.handle().counters().unattributed_calls;
    let of_nobody = tracing::info_span!("of nobody");
    instance
        .scope(async {
            call("a");
            of_nobody.in_scope(|| call("b"));
        })
        .await;
    assert_eq!(unattributed(), 2);
    let ((), record) = instance.record(async { of_nobody.in_scope(|| call("c")) }).await;
    assert_eq!(parents(&record), [("c", "request")]);
    assert_eq!(instance.take().len(), 1, "and makes none");
    assert!(current().is_none());
}

/// Where no subscriber has our layer, nobody tells of spans and nothing is asked for them.
#[test]
fn without_the_layer_calls_hang_under_the_request() {
    let instance = testing::instance();
    tachograph_tracing::attach(instance.handle());
    tracing::subscriber::with_default(tracing_subscriber::registry(), || {
        let request = request(&instance);
        request.recording().poll(|| tracing::info_span!("part").in_scope(|| call("a")));
    });
    let record = instance.take().remove(0);
    assert!(record.spans().is_empty() && !record.spans_elsewhere());
    assert_eq!(parents(&record), [("a", "request")]);
}
