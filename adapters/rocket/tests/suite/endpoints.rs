//! What the instance serves of itself, beside the routes of an application.

use rocket::{Route, catch, catchers, get, routes};
use tachograph_loopback::endpoints::{END, Served, listen, read_until};
use tachograph_loopback::{Recorder, endpoint_tests, within};
use tachograph_rocket::{Endpoints, Fairing};

use crate::server::{client, get as fetch, rocket, serve};

#[get("/own")]
fn own() -> &'static str {
    "own"
}

#[catch(404)]
fn none() -> &'static str {
    "none"
}

endpoint_tests!(tokio::test, |handle| {
    let rocket = rocket()
        .mount("/", routes![own])
        .mount("/", Endpoints::new(handle))
        .register("/", catchers![none])
        .attach(Fairing::new(handle));
    serve(rocket).await.address
});

fn recorder() -> Recorder {
    let recorder = Recorder::new();
    let _ = Served::by(&recorder.handle);
    recorder
}

#[tokio::test]
async fn the_current_instance_s_are_served() {
    let recorder = recorder();
    let routes: Vec<Route> = recorder.handle.scope(async { tachograph_rocket::endpoints() }).await.into();
    let client = client(rocket().mount("/", routes)).await;
    assert_eq!(fetch(&client, "/echo").await.0, 200);
    assert!(Vec::<Route>::from(tachograph_rocket::endpoints()).is_empty(), "without an instance there are none");
}

#[tokio::test]
async fn below_a_base_they_are_found() {
    let client = client(rocket().mount("/internal", Endpoints::new(&recorder().handle))).await;
    assert!(fetch(&client, "/internal/echo").await.1.starts_with("/echo?"));
    assert!(fetch(&client, "/internal/files/a").await.1.starts_with("/files/a?"));
}

#[tokio::test]
async fn what_the_application_has_is_its_own_unless_it_has_everything() {
    #[get("/echo")]
    fn echo() -> &'static str {
        "own"
    }
    #[get("/<_path..>")]
    fn anything(_path: std::path::PathBuf) -> &'static str {
        "anything"
    }
    let rocket = rocket().mount("/", Endpoints::new(&recorder().handle)).mount("/", routes![echo, anything]);
    let client = client(rocket).await;
    assert_eq!(fetch(&client, "/echo").await.1, "own");
    assert!(fetch(&client, "/files").await.1.starts_with("/files?"));
    assert!(fetch(&client, "/files/a").await.1.starts_with("/files/a?"));
    assert_eq!(fetch(&client, "/echoes").await.1, "anything");
}

#[tokio::test]
async fn a_shutdown_is_not_kept_by_a_stream() {
    // Nobody tells the instance.
    let server = serve(rocket().mount("/", Endpoints::new(&recorder().handle))).await;
    let mut events = listen(server.address).await;
    server.shutdown.notify();
    assert_eq!(read_until(&mut events, END).await, END);
    within(server.launched).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_piece_that_is_large_comes_whole() {
    let recorder = Recorder::new();
    let served = Served::by(&recorder.handle);
    let mut events = listen(serve(rocket().mount("/", Endpoints::new(&recorder.handle))).await.address).await;
    let large = format!("data: {}\n\n", "0123456789".repeat(10_000));
    served.say(&large);
    served.say("data: end\n\n");
    let received = read_until(&mut events, "data: end\n\n\r\n").await;
    let mut text = String::new();
    let mut rest = &*received;
    while let Some((length, chunk)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        text.push_str(&chunk[..length]);
        rest = &chunk[length + 2..];
    }
    assert!(text == large + "data: end\n\n", "{} of {}", text.len(), received.len());
}
