//! Clients that leave before the end.

use std::sync::Arc;

use rocket::http::ContentType;
use rocket::response::stream::{ByteStream, TextStream};
use rocket::{State, get, routes};
use tachograph_core::{CallOutcome, Outcome, database_call};
use tachograph_loopback::{Recorder, send, within};
use tachograph_rocket::measure;
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

use crate::server::{RecorderFairing, client, rocket, serve};

#[derive(Default)]
struct Steps {
    entered: Notify,
    go_on: Notify,
    done: Notify,
}

#[get("/slow")]
async fn slow(steps: &State<Arc<Steps>>) -> &'static str {
    let query = database_call("sqlite", "main", "SELECT * FROM experiments").start();
    steps.entered.notify_one();
    steps.go_on.notified().await;
    query.completed();
    steps.done.notify_one();
    "hello"
}

#[get("/endless")]
fn endless() -> (ContentType, ByteStream![Vec<u8>]) {
    let stream = ByteStream! {
        loop {
            yield vec![b'x'; 64 * 1024];
        }
    };
    (ContentType::Binary, stream)
}

#[get("/rows")]
fn rows(steps: &State<Arc<Steps>>) -> TextStream![&'static str] {
    let steps = Arc::clone(steps);
    TextStream! {
        yield "hello";
        let _query = database_call("sqlite", "main", "SELECT * FROM rows").start();
        steps.entered.notify_one();
        steps.go_on.notified().await;
        yield "again";
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn a_client_that_leaves_while_the_handler_works_is_noticed_at_its_end() {
    let mut recorder = Recorder::new();
    for routes in [routes![slow], measure(routes![slow])] {
        let steps = Arc::new(Steps::default());
        let app = rocket().manage(Arc::clone(&steps)).mount("/", routes).attach(recorder.fairing());
        let server = serve(app).await;
        let stream = send(server.address, "GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
        within(steps.entered.notified()).await;
        drop(stream);
        // Only the connection knows, and rocket's handlers run on.
        let mut probe = send(server.address, "GET /unknown HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
        within(probe.read_to_end(&mut Vec::new())).await.unwrap();
        assert_eq!(recorder.next().await.path(), "/unknown");
        assert_eq!(recorder.handle.in_flight(), 1);
        steps.go_on.notify_one();
        within(steps.done.notified()).await;
        let record = recorder.only().await;
        assert_eq!((record.route(), record.database().count()), (Some("/slow"), 1));
        assert_eq!(record.calls()[0].outcome(), CallOutcome::Completed);
        assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));
    }
}

#[tokio::test]
async fn a_client_can_leave_while_the_body_is_sent() {
    let mut recorder = Recorder::new();
    let server = serve(rocket().mount("/", routes![endless]).attach(recorder.fairing())).await;
    let mut stream = send(server.address, "GET /endless HTTP/1.1\r\nhost: test\r\n\r\n").await;
    within(stream.read_exact(&mut [0; 1000])).await.unwrap();
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));
    assert!(record.response_bytes() >= 1000);
}

#[tokio::test]
async fn what_a_stream_gives_up_belongs_to_its_request() {
    let mut recorder = Recorder::new();
    let steps = Arc::new(Steps::default());
    let app = rocket().manage(Arc::clone(&steps)).mount("/", routes![rows]).attach(recorder.fairing());
    let client = client(app).await;
    let mut response = client.get("/rows").dispatch().await;
    response.read_exact(&mut [0; 5]).await.unwrap();
    let more = async {
        let _ = response.read(&mut [0; 5]).await;
    };
    tokio::select! {
        biased;
        () = more => panic!("there is nothing more"),
        () = steps.entered.notified() => {}
    }
    drop(response);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::ClientDisconnected, 5));
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Cancelled);
    assert_eq!(recorder.handle.counters().late_calls, 0);
}

#[tokio::test]
async fn a_handler_that_is_dropped_ends_its_request() {
    let mut recorder = Recorder::new();
    for (routes, route) in [(routes![slow], None), (measure(routes![slow]), Some("/slow"))] {
        let steps = Arc::new(Steps::default());
        let app = rocket().manage(Arc::clone(&steps)).mount("/", routes).attach(recorder.fairing());
        let client = client(app).await;
        tokio::select! {
            biased;
            _ = client.get("/slow").dispatch() => panic!("nobody lets it go on"),
            () = steps.entered.notified() => {}
        }
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, None));
        assert_eq!((record.calls()[0].outcome(), record.route()), (CallOutcome::Cancelled, route));
        assert!(tachograph_core::current().is_none(), "nothing is left on the thread");
    }
}

#[tokio::test]
async fn a_clone_of_a_request_follows_one_that_was_dropped() {
    let mut recorder = Recorder::new();
    let steps = Arc::new(Steps::default());
    let app = rocket().manage(Arc::clone(&steps)).mount("/", routes![slow]).attach(recorder.fairing());
    let client = client(app).await;
    let request = client.get("/slow");
    tokio::select! {
        biased;
        _ = request.clone().dispatch() => panic!("nobody lets it go on"),
        () = steps.entered.notified() => {}
    }
    // The clones have one cache, which is not dropped before the last of them.
    steps.go_on.notify_one();
    assert_eq!(request.dispatch().await.into_string().await.unwrap(), "hello");
    let outcomes = [recorder.next().await.outcome(), recorder.only().await.outcome()];
    assert_eq!(outcomes, [Outcome::ClientDisconnected, Outcome::Completed]);
}
