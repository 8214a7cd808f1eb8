//! Handlers that panic, of which rocket makes a 500.

use rocket::data::{self, Data, FromData};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{catch, catchers, get, post, routes};
use tachograph_core::{Level, Outcome as Ended, database_call};
use tachograph_loopback::{Recorder, get_and_close, talk};
use tachograph_rocket::{measure, measure_catchers};

use crate::server::{RecorderFairing, client, rocket, serve};

#[get("/panic")]
async fn panic() -> &'static str {
    database_call("sqlite", "main", "SELECT * FROM experiments").measure(tokio::task::yield_now()).await;
    panic!("told to")
}

struct Panics;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Panics {
    type Error = ();

    async fn from_request(_: &'r Request<'_>) -> Outcome<Self, ()> {
        panic!("told to")
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Panics {
    type Error = ();

    async fn from_data(_: &'r Request<'_>, _: Data<'r>) -> data::Outcome<'r, Self> {
        panic!("told to")
    }
}

#[get("/guard")]
fn guard(_panics: Panics) {}

#[post("/data", data = "<_panics>")]
fn data_guard(_panics: Panics) {}

#[get("/fine")]
fn fine() -> &'static str {
    "fine"
}

#[catch(500)]
async fn caught() -> &'static str {
    database_call("sqlite", "main", "SELECT * FROM excuses").measure(tokio::task::yield_now()).await;
    "caught"
}

#[catch(404)]
fn catcher_panics() -> &'static str {
    panic!("told to")
}

#[tokio::test]
async fn measured_routes_panic_and_answer() {
    let mut recorder = Recorder::new();
    let app = |fairing| {
        rocket()
            .mount("/", measure(routes![panic, guard, data_guard, fine]))
            .register("/", measure_catchers(catchers![caught, catcher_panics]))
            .attach::<tachograph_rocket::Fairing>(fairing)
    };
    let client = client(app(recorder.fairing())).await;
    for (request, route, queries) in [
        (client.get("/panic"), Some("/panic"), 2),
        (client.get("/guard"), Some("/guard"), 1),
        (client.post("/data"), Some("/data"), 1),
        (client.get("/unknown"), None, 1),
    ] {
        let response = request.dispatch().await;
        assert_eq!(response.status(), Status::InternalServerError);
        assert_eq!(response.into_string().await.unwrap(), "caught");
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code()), (Ended::Panicked, Some(500)));
        assert_eq!((record.route(), record.database().count()), (route, queries));
        assert_eq!((record.level(), record.response_bytes()), (Level::Critical, 6));
        assert_eq!(record.error_type().as_deref(), Some("panicked"));
    }
    assert!(tachograph_core::current().is_none());

    let server = serve(app(recorder.fairing())).await;
    assert!(talk(server.address, get_and_close("/panic")).await.ends_with(b"\r\n\r\ncaught"));
    assert_eq!((recorder.only().await.outcome()), Ended::Panicked);
    talk(server.address, get_and_close("/fine")).await;
    assert_eq!((recorder.only().await.outcome()), Ended::Completed);
}

#[tokio::test]
async fn a_fairing_alone_sees_the_500() {
    let mut recorder = Recorder::new();
    let app = rocket().mount("/", routes![panic]).register("/", catchers![caught]).attach(recorder.fairing());
    let client = client(app).await;
    assert_eq!(client.get("/panic").dispatch().await.into_string().await.unwrap(), "caught");
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Ended::Completed, Some(500)));
    assert_eq!((record.database().count(), record.level()), (2, Level::Error));
    assert!(tachograph_core::current().is_none());
}
