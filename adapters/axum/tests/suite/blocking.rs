//! Handlers that keep their thread to themselves, by a clock that they move.

use std::sync::mpsc::channel;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::stream;
use tachograph_core::{FindingKind, ManualClock, Record, Share, in_current_request};
use tachograph_loopback::Recorder;
use tokio::task::{block_in_place, spawn_blocking};

use crate::server::{RecorderLayer, get as fetch};

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Lets time pass while the task is not being polled.
pub(crate) async fn passes(clock: &ManualClock, time: Duration) {
    let clock = clock.clone();
    // The task is polled again when this one has run, which on this runtime is after the task has been left.
    tokio::spawn(async move { clock.advance(time) }).await.unwrap();
}

/// What is recorded of a handler that has this clock.
async fn record_of<F>(handler: impl FnOnce(ManualClock) -> F + Clone + Send + Sync + 'static) -> Record
where
    F: Future<Output = Body> + Send,
{
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let app = Router::new().route("/", get(|| handler(clock))).layer(recorder.layer());
    fetch(&app, "/").await;
    recorder.only().await
}

fn blocked(record: &Record) -> (Duration, bool) {
    (record.longest_poll(), record.has_finding(FindingKind::Blocking))
}

#[tokio::test]
async fn one_long_poll_is_found() {
    let record = record_of(async |clock| {
        passes(&clock, ms(500)).await;
        clock.advance(ms(200));
        Body::empty()
    });
    assert_eq!(blocked(&record.await), (ms(200), true));
}

#[tokio::test]
async fn many_short_ones_and_what_is_awaited_are_not() {
    let record = record_of(async |clock| {
        for _ in 0..5 {
            clock.advance(ms(60));
            passes(&clock, ms(100)).await;
        }
        Body::empty()
    });
    assert_eq!(blocked(&record.await), (ms(60), false));
}

#[tokio::test]
async fn a_long_poll_of_the_body_is_found() {
    let record = record_of(async |clock| {
        let row = move |_| {
            clock.advance(ms(200));
            Ok::<_, std::convert::Infallible>("row")
        };
        Body::from_stream(stream::iter((0..3).map(row)))
    });
    assert_eq!(blocked(&record.await), (ms(200), true));
}

#[tokio::test]
async fn a_thread_that_is_made_for_it_may_be_blocked() {
    let record = record_of(async |clock| {
        let (left, leave) = channel();
        let work = in_current_request(move || {
            leave.recv().unwrap();
            clock.advance(ms(200));
        });
        let work = spawn_blocking(work);
        // It runs when this task has been left.
        tokio::spawn(async move { left.send(()).unwrap() });
        work.await.unwrap();
        Body::empty()
    });
    let record = record.await;
    assert_eq!(blocked(&record), (ms(0), false));
    assert_eq!(record.breakdown().share(Share::Own), ms(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_blocks_in_place_is_found_for_it_looks_the_same() {
    let record = tokio::spawn(record_of(async |clock| {
        block_in_place(|| clock.advance(ms(200)));
        Body::empty()
    }));
    assert_eq!(blocked(&record.await.unwrap()), (ms(200), true));
}
