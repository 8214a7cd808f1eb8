//! rocket's clients for tests, which answer in the task of the test, or in none.

use rocket::{get, routes};
use tachograph_core::{Outcome, current, database_call, request};
use tachograph_loopback::Recorder;
use tachograph_rocket::measure;

use crate::server::{RecorderFairing, client, get as fetch, rocket};

#[get("/hello?<name>")]
async fn hello(name: &str) -> String {
    request().user(name);
    database_call("sqlite", "main", "SELECT * FROM people WHERE name = ?").measure(async {}).await;
    format!("hello {name}")
}

#[tokio::test]
async fn an_asynchronous_client_is_measured() {
    let mut recorder = Recorder::new();
    let client = client(rocket().mount("/", routes![hello]).attach(recorder.fairing())).await;
    assert_eq!(fetch(&client, "/hello?name=ada").await, (200, "hello ada".to_owned()));
    let record = recorder.only().await;
    assert_eq!((record.method(), record.route(), record.path()), ("GET", Some("/hello"), "/hello"));
    assert_eq!((record.status_code(), record.outcome()), (Some(200), Outcome::Completed));
    assert_eq!((record.user_id(), record.database().count()), (Some("ada"), 1));
    assert_eq!((record.response_bytes(), record.request_bytes()), (9, Some(0)));
    assert_eq!((record.scheme(), record.protocol_version()), ("http", ""), "rocket does not tell the version");
    assert!(current().is_none(), "nothing is left on the thread");
}

#[tokio::test]
async fn so_it_is_in_a_task() {
    let mut recorder = Recorder::new();
    let client = client(rocket().mount("/", measure(routes![hello])).attach(recorder.fairing())).await;
    let task = tokio::spawn(async move {
        fetch(&client, "/hello?name=ada").await;
        assert!(current().is_none(), "nothing is left with the task");
        client
    });
    let _client = task.await.unwrap();
    let record = recorder.only().await;
    assert_eq!((record.user_id(), record.database().count()), (Some("ada"), 1));
}

#[test]
fn a_blocking_client_is_measured() {
    let recorder = tachograph_core::testing::instance();
    let rocket = rocket().mount("/", routes![hello]).attach(tachograph_rocket::Fairing::new(recorder.handle()));
    let client = rocket::local::blocking::Client::untracked(rocket).unwrap();
    for name in ["ada", "grace"] {
        let response = client.get(format!("/hello?name={name}")).dispatch();
        assert!(current().is_none());
        assert_eq!(response.into_string().unwrap(), format!("hello {name}"));
        let records = recorder.take();
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].user_id(), records[0].database().count()), (Some(name), 1));
        assert_eq!((records[0].outcome(), records[0].response_bytes()), (Outcome::Completed, 6 + name.len() as u64));
    }
    assert_eq!(recorder.handle().in_flight(), 0);
}

#[test]
fn answers_that_are_kept_do_not_stand_in_each_others_way() {
    let recorder = tachograph_core::testing::instance();
    let rocket = rocket().mount("/", routes![hello]).attach(tachograph_rocket::Fairing::new(recorder.handle()));
    let client = rocket::local::blocking::Client::untracked(rocket).unwrap();
    // A clone of a request shares rocket's cache with it.
    let asked = client.get("/hello?name=ada");
    let answers = [asked.clone().dispatch(), client.get("/hello?name=grace").dispatch(), asked.dispatch()];
    assert_eq!(recorder.handle().in_flight(), 3, "none has been read");
    for answer in answers {
        answer.into_string().unwrap();
    }
    let users: Vec<_> = recorder.take().iter().map(|record| record.user_id().unwrap().to_owned()).collect();
    assert_eq!(users, ["ada", "grace", "ada"]);
    assert_eq!(recorder.handle().in_flight(), 0);
}

#[tokio::test]
async fn an_answer_that_is_dropped_unread_is_a_client_that_left() {
    let mut recorder = Recorder::new();
    let client = client(rocket().mount("/", routes![hello]).attach(recorder.fairing())).await;
    drop(client.get("/hello?name=ada").dispatch().await);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));

    let mut response = client.get("/hello?name=ada").dispatch().await;
    tokio::io::AsyncReadExt::read_exact(&mut response, &mut [0; 3]).await.unwrap();
    drop(response);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::ClientDisconnected, 3));
}
