//! Clients that leave, and shutdown before the end.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse};
use futures_util::stream::{self, StreamExt};
use tachograph_core::{CallOutcome, Outcome, database_call};
use tachograph_loopback::{Recorder, get_and_close, send, talk, within};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;

use crate::server::{RecorderMiddleware, get, read_until, serve};

/// A handler that says that it is inside, and waits to be let out.
#[derive(Default)]
struct Gate {
    entered: Notify,
    open: Notify,
}

/// Rolls back when it is given up, as a transaction does.
struct Transaction;

impl Drop for Transaction {
    fn drop(&mut self) {
        database_call("sqlite", "main", "ROLLBACK").start().completed();
    }
}

async fn slow(gate: Data<Gate>) -> &'static str {
    let _transaction = Transaction;
    let query = database_call("sqlite", "main", "SELECT * FROM experiments").start();
    gate.entered.notify_one();
    gate.open.notified().await;
    query.completed();
    "slow"
}

#[actix_web::test]
async fn a_client_that_resets_while_the_handler_works_has_left() {
    let mut recorder = Recorder::new();
    let (gate, middleware) = (Data::new(Gate::default()), recorder.middleware());
    let app = gate.clone();
    let address = serve!(App::new().app_data(app.clone()).route("/slow", web::get().to(slow)).wrap(middleware.clone()));
    let stream = send(address, get("/slow")).await;
    within(gate.entered.notified()).await;
    assert_eq!(recorder.handle.in_flight(), 1);
    stream.set_zero_linger().unwrap();
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, None));
    assert_eq!((record.route(), record.calls().len()), (Some("/slow"), 2));
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Cancelled);
    assert_eq!(recorder.handle.counters().unattributed_calls, 0);
}

#[actix_web::test]
async fn a_client_that_closes_while_the_handler_works_may_still_be_listening() {
    let mut recorder = Recorder::new();
    let (gate, middleware) = (Data::new(Gate::default()), recorder.middleware());
    let app = gate.clone();
    let address = serve!(App::new().app_data(app.clone()).route("/slow", web::get().to(slow)).wrap(middleware.clone()));
    let stream = send(address, get("/slow")).await;
    within(gate.entered.notified()).await;
    drop(stream);
    gate.open.notify_one();
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Completed, Some(200)));
}

#[actix_web::test]
async fn a_client_that_closes_has_left_where_the_server_is_told_so() {
    let mut recorder = Recorder::new();
    let (gate, middleware) = (Data::new(Gate::default()), recorder.middleware());
    let app = gate.clone();
    let address = serve!(
        App::new().app_data(app.clone()).route("/slow", web::get().to(slow)).wrap(middleware.clone()),
        1,
        |server| server.h1_allow_half_closed(false).bind("127.0.0.1:0")
    );
    let stream = send(address, get("/slow")).await;
    within(gate.entered.notified()).await;
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, None));
}

#[actix_web::test]
async fn a_client_can_leave_while_the_body_is_sent() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let endless = async || {
        let transaction = Transaction;
        let chunk = move || {
            let _open = &transaction;
            Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 64 * 1024]))
        };
        HttpResponse::Ok().streaming(stream::repeat_with(chunk))
    };
    let address = serve!(App::new().route("/endless", web::get().to(endless)).wrap(middleware.clone()));
    for reset in [true, false] {
        let mut stream = send(address, get("/endless")).await;
        within(stream.read_exact(&mut [0; 1000])).await.unwrap();
        if reset {
            stream.set_zero_linger().unwrap();
        }
        drop(stream);
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code()), (Outcome::ClientDisconnected, Some(200)));
        assert_eq!(record.route(), Some("/endless"));
        assert!(record.response_bytes() >= 64 * 1024);
        assert_eq!(record.calls().len(), 1);
    }
}

async fn quiet() -> HttpResponse {
    let hello = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"hello"))]);
    HttpResponse::Ok().streaming(hello.chain(stream::pending()))
}

#[actix_web::test]
async fn a_client_can_leave_while_the_body_has_nothing_to_send() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(App::new().route("/quiet", web::get().to(quiet)).wrap(middleware.clone()));
    let mut stream = send(address, get("/quiet")).await;
    read_until(&mut stream, "hello\r\n").await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::ClientDisconnected, 5));

    let middleware = recorder.middleware();
    let app = || App::new().route("/quiet", web::get().to(quiet));
    let address =
        serve!(app().wrap(middleware.clone()), 1, |server| { server.h1_allow_half_closed(false).bind("127.0.0.1:0") });
    let mut stream = send(address, get("/quiet")).await;
    read_until(&mut stream, "hello\r\n").await;
    drop(stream);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::ClientDisconnected, 5));
}

#[actix_web::test]
async fn what_is_open_at_shutdown_is_recorded_once_and_with_its_route() {
    let mut recorder = Recorder::new();
    let (gate, middleware) = (Data::new(Gate::default()), recorder.middleware());
    let app = gate.clone();
    let address =
        serve!(App::new().app_data(app.clone()).route("/slow/{id}", web::get().to(slow)).wrap(middleware.clone()));
    let mut stream = send(address, get("/slow/7")).await;
    within(gate.entered.notified()).await;
    // The one worker has answered another, so the first has been left to wait.
    talk(address, get_and_close("/nothing")).await;
    assert_eq!(recorder.next().await.route(), None);
    recorder.handle.shutdown(Duration::ZERO);
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.route()), (Outcome::OpenAtShutdown, Some("/slow/{id}")));
    gate.open.notify_one();
    assert!(read_until(&mut stream, "slow").await.starts_with("HTTP/1.1 200"));
    assert_eq!(recorder.rest().len(), 0);
}
