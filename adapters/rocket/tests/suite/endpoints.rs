//! What the instance serves of itself, beside the routes of an application.

use rocket::{Route, catch, catchers, get, routes};
use tachograph_loopback::endpoints::Served;
use tachograph_loopback::{Recorder, endpoint_tests};
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
