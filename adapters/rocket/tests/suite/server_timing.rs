//! Answers that say where their time went.

use rocket::fs::NamedFile;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;
use rocket::{Responder, Route, State, get, routes};
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, ManualClock, database_call};
use tachograph_rocket::{Fairing, measure};

use crate::breakdown::{ms, passes};
use crate::server::{client, rocket};

#[derive(Responder)]
#[response(status = 500)]
struct Report(&'static str, Header<'static>);

#[get("/report")]
async fn report(clock: &State<ManualClock>) -> Report {
    clock.advance(ms(2));
    database_call("sqlite", "main", "SELECT * FROM experiments").measure(passes(clock, 5)).await;
    passes(clock, 8).await;
    Report("no", Header::new("Server-Timing", "rendering;dur=1"))
}

#[get("/file")]
async fn file() -> NamedFile {
    NamedFile::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).await.unwrap()
}

async fn app(server_timing: bool, routes: Vec<Route>) -> Client {
    let clock = ManualClock::new();
    let mut capture = Capture::default();
    capture.server_timing = server_timing;
    let instance = Instance::build(|builder| builder.clock(clock.clone()).capture(capture));
    client(rocket().manage(clock).mount("/", routes).attach(Fairing::new(instance.handle()))).await
}

async fn said(client: &Client, path: &'static str) -> (Status, Vec<String>) {
    let response = client.get(path).dispatch().await;
    (response.status(), response.headers().get("server-timing").map(str::to_owned).collect())
}

#[tokio::test]
async fn every_answer_says_it_beside_what_the_application_says() {
    let rendering = || "rendering;dur=1".to_owned();
    let measured = app(true, measure(routes![report, file])).await;
    let ours = "db;dur=5;desc=\"1 query\", app;dur=2, waiting;dur=8, total;dur=15".to_owned();
    assert_eq!(said(&measured, "/report").await, (Status::InternalServerError, vec![rendering(), ours]));
    assert_eq!(said(&measured, "/file").await, (Status::Ok, vec!["total;dur=0".to_owned()]));
    assert_eq!(said(&measured, "/unknown").await, (Status::NotFound, vec!["total;dur=0".to_owned()]));

    let plain = app(true, routes![report]).await;
    let ours = "db;dur=5;desc=\"1 query\", waiting;dur=10, total;dur=15".to_owned();
    assert_eq!(said(&plain, "/report").await.1, [rendering(), ours], "a fairing cannot tell work from waiting");
}

#[tokio::test]
async fn nothing_is_said_unless_that_is_allowed() {
    let client = app(false, measure(routes![report])).await;
    assert_eq!(said(&client, "/report").await.1, ["rendering;dur=1"]);
}
