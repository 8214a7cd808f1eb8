//! Which route is recorded, and how it is spelled.

use std::path::PathBuf;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Route, catch, catchers, get, post, put, routes};
use tachograph_core::database_call;
use tachograph_loopback::Recorder;
use tachograph_rocket::{measure, measure_catchers};

use crate::server::{RecorderFairing, client, get as fetch, rocket};

#[get("/")]
fn root() {}

#[get("/<id>")]
fn number(id: u64) -> String {
    format!("number {id}")
}

#[get("/<name>", rank = 2)]
fn name(name: &str) -> String {
    format!("name {name}")
}

#[get("/<_>/parts?<first>&<rest..>")]
fn query(first: Option<&str>, rest: PathsOf<'_>) -> String {
    format!("{first:?} {}", rest.len())
}

type PathsOf<'r> = std::collections::HashMap<&'r str, &'r str>;

#[get("/files/<path..>")]
fn files(path: PathBuf) -> String {
    path.display().to_string()
}

#[get("/anything/<_..>")]
fn anything() {}

#[get("/plain/text")]
fn plain() {}

#[tokio::test]
async fn a_route_is_spelled_as_in_every_framework() {
    let mut recorder = Recorder::new();
    let routes = routes![root, number, name, query, files, anything, plain];
    let bare = rocket().mount("/", routes.clone()).mount("/api/v1", routes.clone()).attach(recorder.fairing());
    let routes = measure(routes);
    let measured = rocket().mount("/", routes.clone()).mount("/api/v1", routes).attach(recorder.fairing());
    let clients = [client(bare).await, client(measured).await];
    for (path, route, answer) in [
        ("", "/", ""),
        ("/7", "/{id}", "number 7"),
        // The first route that matched let it pass on: the one that answers counts.
        ("/ada", "/{name}", "name ada"),
        ("/7/parts?first=1&a=2&b=3", "/{_}/parts", "Some(\"1\") 2"),
        ("/files/a/b.txt", "/files/{*path}", "a/b.txt"),
        ("/files", "/files/{*path}", ""),
        ("/anything/at/all", "/anything/{*_}", ""),
        ("/plain/text", "/plain/text", ""),
    ] {
        for base in ["", "/api/v1"] {
            let path = format!("{base}{path}");
            let path = if path.is_empty() { "/" } else { &path };
            let route = if base.is_empty() || route != "/" { format!("{base}{route}") } else { base.to_owned() };
            for client in &clients {
                assert_eq!(fetch(client, path).await, (200, answer.to_owned()), "{path}");
                let record = recorder.only().await;
                assert_eq!(record.route(), Some(route.as_str()), "{path}");
                assert_eq!(record.path(), path.split('?').next().unwrap());
            }
        }
    }
}

/// A guard that passes the request on, or refuses it.
struct Refused;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Refused {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        database_call("sqlite", "main", "SELECT * FROM permissions").measure(async {}).await;
        match request.query_value::<bool>("pass") {
            Some(Ok(true)) => Outcome::Forward(Status::Forbidden),
            _ => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

#[get("/guarded/<_>")]
fn guarded(_refused: Refused) {}

#[put("/put")]
fn changed() {}

#[post("/guarded/<_>")]
fn other_method() {}

#[get("/teapot")]
fn teapot() -> Status {
    Status::ImATeapot
}

#[catch(default)]
async fn caught(status: Status, _: &Request<'_>) -> String {
    database_call("sqlite", "main", "SELECT * FROM excuses").measure(async {}).await;
    format!("caught {}", status.code)
}

fn refusing() -> Vec<Route> {
    routes![guarded, changed, other_method, teapot]
}

#[tokio::test]
async fn what_is_caught_keeps_the_route_that_matched() {
    let mut recorder = Recorder::new();
    let bare = rocket().mount("/", refusing()).register("/", catchers![caught]).attach(recorder.fairing());
    let measured = rocket()
        .mount("/", measure(refusing()))
        .register("/", measure_catchers(catchers![caught]))
        .attach(recorder.fairing());
    for client in [client(bare).await, client(measured).await] {
        for (path, status, route, queries) in [
            ("/guarded/1", 401, Some("/guarded/{_}"), 2),
            ("/guarded/1?pass=true", 403, Some("/guarded/{_}"), 2),
            ("/teapot", 418, Some("/teapot"), 1),
            ("/unknown", 404, None, 1),
            // rocket knows no 405.
            ("/put", 404, None, 1),
        ] {
            assert_eq!(fetch(&client, path).await, (status, format!("caught {status}")), "{path}");
            let record = recorder.only().await;
            assert_eq!((record.status_code(), record.route()), (Some(status), route), "{path}");
            assert_eq!(record.database().count(), queries, "{path}");
        }
    }
}

#[tokio::test]
async fn rockets_own_catchers_are_measured_to_the_last_byte() {
    let mut recorder = Recorder::new();
    let client = client(rocket().attach(recorder.fairing())).await;
    let (status, body) = fetch(&client, "/unknown").await;
    let record = recorder.only().await;
    assert_eq!((status, record.status_code(), record.route()), (404, Some(404), None));
    assert!(!body.is_empty());
    assert_eq!(record.response_bytes(), body.len() as u64);
}
