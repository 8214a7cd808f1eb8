//! Which request a call belongs to, among many that run at once.

use std::cell::Cell;
use std::sync::Arc;

use rocket::{Build, Rocket, Route, get, routes};
use tachograph_core::{Companion, Companions, InCurrentRequest, Recording, database_call, request};
use tachograph_loopback::{Recorder, get_and_close, talk};
use tachograph_rocket::measure;
use tokio::task::JoinSet;

use crate::server::{RecorderFairing, client, get as fetch, rocket, serve};

async fn query() {
    database_call("sqlite", "main", "SELECT * FROM experiments WHERE id = ?").measure(tokio::task::yield_now()).await;
}

#[get("/<count>")]
async fn queries(count: u32) -> String {
    request().user(count);
    let mut spawned = JoinSet::new();
    for index in 0..count {
        match index % 4 {
            0 => drop(spawned.spawn(query().in_current_request())),
            1 => tokio::task::block_in_place(|| futures_util::future::FutureExt::now_or_never(query())).unwrap_or(()),
            _ => query().await,
        }
    }
    spawned.join_all().await;
    tokio::join!(query(), query());
    // What is spawned without saying so belongs to nobody.
    tokio::spawn(query()).await.unwrap();
    count.to_string()
}

fn application(recorder: &Recorder, routes: Vec<Route>) -> Rocket<Build> {
    rocket().mount("/", routes).attach(recorder.fairing())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_requests_at_once_keep_their_calls_apart() {
    let mut recorder = Recorder::new();
    for routes in [routes![queries], measure(routes![queries])] {
        let server = serve(application(&recorder, routes)).await;
        let mut requests = JoinSet::new();
        for count in 0..200 {
            let address = server.address;
            requests.spawn(async move { talk(address, get_and_close(&format!("/{count}"))).await });
        }
        assert!(requests.join_all().await.iter().all(|answer| answer.starts_with(b"HTTP/1.1 200")));
        let mut records = Vec::new();
        while records.len() < 200 {
            records.push(recorder.next().await);
        }
        recorder.idle().await;
        assert_eq!(recorder.rest().len(), 0);
        records.sort_by_key(|record| record.database().count());
        for (count, record) in records.iter().enumerate() {
            assert_eq!((record.path(), record.route()), (format!("/{count}").as_str(), Some("/{count}")));
            assert_eq!(record.user_id(), Some(count.to_string().as_str()));
            assert_eq!(record.database().count(), count as u32 + 2);
            assert_eq!(record.breakdown().total(), record.duration());
        }
    }
}

thread_local! {
    static ACCOMPANIED: Cell<bool> = const { Cell::new(false) };
}

/// What a request's span is to tracing.
struct Span;

impl Companions for Span {
    fn accompany(&self, _: &Arc<Recording>) -> Option<Box<dyn Companion>> {
        Some(Box::new(Span))
    }
}

impl Companion for Span {
    fn enter(&self) {
        ACCOMPANIED.set(true);
    }

    fn exit(&self) {
        ACCOMPANIED.set(false);
    }
}

#[get("/span")]
async fn span() -> String {
    let before = ACCOMPANIED.get();
    tokio::task::yield_now().await;
    format!("{before} {}", ACCOMPANIED.get())
}

#[tokio::test]
async fn measured_routes_run_in_the_span_of_their_request() {
    let recorder = Recorder::new();
    assert!(recorder.handle.accompany(Span));
    for (routes, told) in [(routes![span], "false false"), (measure(routes![span]), "true true")] {
        let client = client(application(&recorder, routes)).await;
        assert_eq!(fetch(&client, "/span").await.1, told);
        assert!(!ACCOMPANIED.get());
    }
}
