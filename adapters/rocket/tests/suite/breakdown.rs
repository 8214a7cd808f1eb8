//! Where the time goes, by a clock that the handlers move.

use std::time::Duration;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Build, Rocket, State, catch, catchers, get, routes};
use tachograph_core::{ManualClock, Record, Share, database_call};
use tachograph_loopback::Recorder;
use tachograph_rocket::{measure, measure_catchers};

use crate::server::{RecorderFairing, client, get as fetch, rocket};

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A guard that works for 1 ms.
struct Guard;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Guard {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        clock(request).advance(ms(1));
        Outcome::Success(Guard)
    }
}

fn clock<'r>(request: &'r Request<'_>) -> &'r ManualClock {
    request.rocket().state().unwrap()
}

/// Works for 2 ms, waits for 4 ms for a query and for 8 ms for nothing in particular, works for 16 ms.
#[get("/work")]
async fn work(_guard: Guard, clock: &State<ManualClock>) -> &'static str {
    clock.advance(ms(2));
    database_call("sqlite", "main", "SELECT * FROM experiments").measure(passes(clock, 4)).await;
    passes(clock, 8).await;
    clock.advance(ms(16));
    "done"
}

#[get("/fail")]
async fn fail(_guard: Guard, clock: &State<ManualClock>) -> Status {
    clock.advance(ms(2));
    Status::NotFound
}

#[catch(404)]
async fn caught(request: &Request<'_>) -> &'static str {
    clock(request).advance(ms(32));
    "caught"
}

/// Lets time pass while the task is not being polled.
pub(crate) async fn passes(clock: &ManualClock, millis: u64) {
    let clock = clock.clone();
    // The task is polled again when this one has run, which on this runtime is after the task has been left.
    tokio::spawn(async move { clock.advance(ms(millis)) }).await.unwrap();
}

async fn recorded(app: impl FnOnce(Rocket<Build>) -> Rocket<Build>, path: &str) -> Record {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let client = client(app(rocket().manage(clock)).attach(recorder.fairing())).await;
    fetch(&client, path).await;
    recorder.only().await
}

fn shares(record: &Record) -> [u64; 4] {
    assert_eq!(record.breakdown().total(), record.duration());
    [Share::Own, Share::Database, Share::Waiting, Share::Body]
        .map(|share| record.breakdown().share(share).as_millis() as u64)
}

#[tokio::test]
async fn a_fairing_alone_cannot_tell_work_from_waiting() {
    let app = |rocket: Rocket<Build>| rocket.mount("/", routes![work, fail]).register("/", catchers![caught]);
    let record = recorded(app, "/work").await;
    assert_eq!(shares(&record), [0, 4, 27, 0]);
    assert_eq!(record.database().count(), 1);
    assert_eq!(shares(&recorded(app, "/fail").await), [0, 0, 35, 0]);
}

#[tokio::test]
async fn measured_routes_tell_it() {
    let app = |rocket: Rocket<Build>| rocket.mount("/", measure(routes![work, fail])).register("/", catchers![caught]);
    let record = recorded(app, "/work").await;
    assert_eq!(shares(&record), [19, 4, 8, 0]);
    assert_eq!(record.database().count(), 1, "known by the task and by the poll, it counts once");
    assert_eq!(shares(&recorded(app, "/fail").await), [3, 0, 32, 0]);
}

#[tokio::test]
async fn so_do_measured_catchers() {
    let app = |rocket: Rocket<Build>| {
        rocket.mount("/", measure(routes![fail])).register("/", measure_catchers(catchers![caught]))
    };
    assert_eq!(shares(&recorded(app, "/fail").await), [35, 0, 0, 0]);
}

#[tokio::test]
async fn measured_twice_counts_once() {
    let app = |rocket: Rocket<Build>| rocket.mount("/", measure(measure(routes![work])));
    let record = recorded(app, "/work").await;
    assert_eq!(shares(&record), [19, 4, 8, 0]);
    assert_eq!(record.database().count(), 1);
}
