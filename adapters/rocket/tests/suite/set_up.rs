//! How the fairing is attached, and what it leaves alone.

use rocket::http::Header;
use rocket::local::asynchronous::Client;
use rocket::{State, get, routes};
use tachograph_core::{Capture, Handle, database_call, testing};
use tachograph_loopback::Recorder;
use tachograph_rocket::{Fairing, fairing, measure};

use crate::server::{RecorderFairing, client, get as fetch, rocket};

#[get("/hello")]
async fn hello() -> &'static str {
    database_call("sqlite", "main", "SELECT * FROM experiments").measure(async {}).await;
    "hello"
}

#[tokio::test]
async fn attached_twice_it_measures_once() {
    let mut recorder = Recorder::new();
    let app = rocket().attach(recorder.fairing()).mount("/", measure(routes![hello])).attach(recorder.fairing());
    let client = client(app).await;
    let response = client.get("/hello").dispatch().await;
    assert_eq!(response.headers().get("x-request-id").count(), 1);
    response.into_string().await.unwrap();
    assert_eq!(recorder.only().await.database().count(), 1);
}

#[tokio::test]
async fn without_an_instance_requests_pass() {
    let client = client(rocket().mount("/", measure(routes![hello])).attach(fairing())).await;
    let response = client.get("/hello").dispatch().await;
    assert!(!response.headers().contains("x-request-id"));
    assert_eq!(response.into_string().await.unwrap(), "hello");
}

#[tokio::test]
async fn the_current_instance_measures_where_none_is_given() {
    let instance = testing::instance();
    let client = client(rocket().mount("/", routes![hello]).attach(fairing())).await;
    instance.scope(fetch(&client, "/hello")).await;
    assert_eq!(instance.take().len(), 1);
    fetch(&client, "/hello").await;
    assert_eq!(instance.take().len(), 0, "outside its scope it is not current");
}

#[tokio::test]
async fn what_is_ignored_passes() {
    let instance = testing::instance();
    let client =
        client(rocket().mount("/", measure(routes![hello, health])).attach(Fairing::new(instance.handle()))).await;
    let response = client.get("/health").dispatch().await;
    assert!(!response.headers().contains("x-request-id"));
    assert_eq!(response.into_string().await.unwrap(), "well");
    fetch(&client, "/hello").await;
    assert_eq!(instance.take().len(), 1);
}

#[get("/health")]
fn health() -> &'static str {
    "well"
}

#[tokio::test]
async fn measured_routes_without_the_fairing_are_as_they_were() {
    let client = client(rocket().mount("/", measure(routes![hello]))).await;
    assert_eq!(fetch(&client, "/hello").await, (200, "hello".to_owned()));
}

struct Inner(Client);

#[get("/outer")]
async fn outer(inner: &State<Inner>) -> String {
    database_call("sqlite", "main", "SELECT * FROM experiments").measure(async {}).await;
    fetch(&inner.0, "/hello").await.1
}

#[tokio::test]
async fn what_a_handler_asks_of_rocket_itself_is_part_of_its_request() {
    let mut recorder = Recorder::new();
    for routes in [routes![outer], measure(routes![outer])] {
        let inner = client(rocket().mount("/", routes![hello]).attach(recorder.fairing())).await;
        let client = client(rocket().manage(Inner(inner)).mount("/", routes).attach(recorder.fairing())).await;
        assert_eq!(fetch(&client, "/outer").await.1, "hello");
        let record = recorder.only().await;
        assert_eq!((record.route(), record.database().count()), (Some("/outer"), 2));
    }
}

#[tokio::test]
async fn the_request_id_and_the_trace_are_read_and_the_id_is_answered() {
    let instance = testing::Instance::build(|builder: tachograph_core::HandleBuilder| {
        let mut capture = Capture::default();
        capture.request_headers = vec!["x-tenant".to_owned()];
        builder.capture(capture)
    });
    let handle: &Handle = instance.handle();
    let client = client(rocket().mount("/", routes![hello]).attach(Fairing::new(handle))).await;
    let response = client
        .get("/hello")
        .header(Header::new("X-Request-Id", "seven"))
        .header(Header::new("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        .header(Header::new("X-Tenant", "blue"))
        .dispatch()
        .await;
    assert_eq!(response.headers().get_one("x-request-id"), Some("seven"));
    response.into_string().await.unwrap();
    let record = &instance.take()[0];
    assert_eq!(record.identity().request_id().to_string(), "seven");
    assert_eq!(record.identity().trace().trace_id.to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(record.field("header_x_tenant"), Some(&"blue".into()));

    let response = client.get("/hello").dispatch().await;
    let id = response.headers().get_one("x-request-id").unwrap().to_owned();
    response.into_string().await.unwrap();
    assert_eq!(instance.take()[0].identity().request_id().to_string(), id);
}
