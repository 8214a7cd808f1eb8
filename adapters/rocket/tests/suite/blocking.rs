//! Handlers that keep their thread to themselves, by a clock that they move.

use std::sync::mpsc::channel;
use std::time::Duration;

use rocket::response::stream::TextStream;
use rocket::{Route, State, get, routes};
use tachograph_core::{FindingKind, ManualClock, Record, Share, in_current_request};
use tachograph_loopback::Recorder;
use tachograph_rocket::measure;
use tokio::task::{block_in_place, spawn_blocking};

use crate::breakdown::{ms, passes};
use crate::server::{RecorderFairing, client, get as fetch, rocket};

#[get("/long")]
async fn long(clock: &State<ManualClock>) {
    passes(clock, 500).await;
    clock.advance(ms(200));
}

#[get("/short")]
async fn short(clock: &State<ManualClock>) {
    for _ in 0..5 {
        clock.advance(ms(60));
        passes(clock, 100).await;
    }
}

#[get("/rows")]
fn rows(clock: &State<ManualClock>) -> TextStream![&'static str + '_] {
    TextStream! {
        for _ in 0..3 {
            clock.advance(ms(200));
            yield "row";
        }
    }
}

#[get("/thread")]
async fn thread(clock: &State<ManualClock>) {
    let (left, leave) = channel();
    let clock = ManualClock::clone(clock);
    let work = in_current_request(move || {
        leave.recv().unwrap();
        clock.advance(ms(200));
    });
    let work = spawn_blocking(work);
    // It runs when this task has been left.
    tokio::spawn(async move { left.send(()).unwrap() });
    work.await.unwrap();
}

#[get("/in-place")]
async fn in_place(clock: &State<ManualClock>) {
    block_in_place(|| clock.advance(ms(200)));
}

async fn record_of(routes: Vec<Route>, path: &'static str) -> Record {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let client = client(rocket().manage(clock).mount("/", routes).attach(recorder.fairing())).await;
    fetch(&client, path).await;
    recorder.only().await
}

fn blocked(record: &Record) -> (Duration, bool) {
    (record.longest_poll(), record.has_finding(FindingKind::Blocking))
}

#[tokio::test]
async fn one_long_poll_of_a_measured_route_is_found() {
    assert_eq!(blocked(&record_of(measure(routes![long]), "/long").await), (ms(200), true));
}

#[tokio::test]
async fn a_fairing_alone_sees_no_polls_of_handlers() {
    let record = record_of(routes![long], "/long").await;
    assert_eq!(blocked(&record), (ms(0), false));
    assert_eq!(record.breakdown().share(Share::Waiting), ms(700));
}

#[tokio::test]
async fn many_short_ones_and_what_is_awaited_are_not() {
    assert_eq!(blocked(&record_of(measure(routes![short]), "/short").await), (ms(60), false));
}

#[tokio::test]
async fn a_long_poll_of_the_body_is_found_by_the_fairing_alone() {
    for routes in [routes![rows], measure(routes![rows])] {
        assert_eq!(blocked(&record_of(routes, "/rows").await), (ms(200), true));
    }
}

#[tokio::test]
async fn a_thread_that_is_made_for_it_may_be_blocked() {
    for routes in [routes![thread], measure(routes![thread])] {
        let record = record_of(routes, "/thread").await;
        assert_eq!(blocked(&record), (ms(0), false));
        assert_eq!(record.breakdown().share(Share::Own), ms(200));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_blocks_in_place_is_found_for_it_looks_the_same() {
    let record = tokio::spawn(record_of(measure(routes![in_place]), "/in-place")).await.unwrap();
    assert_eq!(blocked(&record), (ms(200), true));
}
