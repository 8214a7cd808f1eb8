//! Handlers that keep their thread, and all connections that it has, to themselves, by a clock that they move.

use std::convert::Infallible;
use std::sync::mpsc::channel;
use std::time::Duration;

use actix_web::dev::Service;
use actix_web::http::Version;
use actix_web::test::{TestRequest, read_body};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, rt};
use futures_util::stream;
use tachograph_core::{FindingKind, ManualClock, Record, Share, in_current_request};
use tachograph_loopback::Recorder;

use crate::server::{RecorderMiddleware, in_process};

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Lets time pass while the task is not being polled.
pub(crate) async fn passes(clock: &ManualClock, time: Duration) {
    let clock = clock.clone();
    // The task is polled again when this one has run, which is on the same thread, after the task has been left.
    rt::spawn(async move { clock.advance(time) }).await.unwrap();
}

/// What is recorded of a handler that has this clock, if this much time passes between its call and its first poll.
async fn record_of<F>(
    version: Version,
    before: Duration,
    handler: impl FnOnce(ManualClock) -> F + Clone + 'static,
) -> Record
where
    F: Future<Output = HttpResponse> + 'static,
{
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let of_handler = clock.clone();
    let handler = move || handler.clone()(of_handler.clone());
    let app = in_process!(App::new().route("/", web::get().to(handler)).wrap(recorder.middleware()));
    let answer = app.call(TestRequest::get().version(version).to_request());
    clock.advance(before);
    read_body(answer.await.unwrap()).await;
    recorder.only().await
}

fn blocked(record: &Record) -> (Duration, bool) {
    (record.longest_poll(), record.has_finding(FindingKind::Blocking))
}

#[actix_web::test]
async fn one_long_poll_is_found() {
    let record = record_of(Version::HTTP_11, ms(0), async |clock| {
        passes(&clock, ms(500)).await;
        clock.advance(ms(200));
        HttpResponse::Ok().finish()
    });
    assert_eq!(blocked(&record.await), (ms(200), true));
}

#[actix_web::test]
async fn many_short_ones_and_what_is_awaited_are_not() {
    let record = record_of(Version::HTTP_11, ms(0), async |clock| {
        for _ in 0..5 {
            clock.advance(ms(60));
            passes(&clock, ms(100)).await;
        }
        HttpResponse::Ok().finish()
    });
    assert_eq!(blocked(&record.await), (ms(60), false));
}

#[actix_web::test]
async fn a_long_poll_of_the_body_is_found() {
    let record = record_of(Version::HTTP_11, ms(0), async |clock| {
        let row = move |_| {
            clock.advance(ms(200));
            Ok::<_, Infallible>(Bytes::from_static(b"row"))
        };
        HttpResponse::Ok().streaming(stream::iter((0..3).map(row)))
    });
    assert_eq!(blocked(&record.await), (ms(200), true));
}

#[actix_web::test]
async fn a_thread_that_is_made_for_it_may_be_blocked() {
    let record = record_of(Version::HTTP_11, ms(0), async |clock| {
        let (left, leave) = channel();
        let work = in_current_request(move || {
            leave.recv().unwrap();
            clock.advance(ms(200));
        });
        let work = web::block(work);
        // It runs when this task has been left.
        rt::spawn(async move { left.send(()).unwrap() });
        work.await.unwrap();
        HttpResponse::Ok().finish()
    });
    let record = record.await;
    assert_eq!(blocked(&record), (ms(0), false));
    assert_eq!(record.breakdown().share(Share::Own), ms(200));
}

/// actix-web makes a task of each stream when its request was called: until its turn comes, others work, or block.
#[actix_web::test]
async fn a_request_of_http_2_that_waits_for_its_first_poll_blocks_nobody() {
    let handler = async |clock: ManualClock| {
        clock.advance(ms(3));
        HttpResponse::Ok().finish()
    };
    let record = record_of(Version::HTTP_2, ms(200), handler).await;
    assert_eq!(blocked(&record), (ms(3), false));
    let share = |share| record.breakdown().share(share);
    assert_eq!((share(Share::Own), share(Share::Waiting)), (ms(3), ms(200)));
}
