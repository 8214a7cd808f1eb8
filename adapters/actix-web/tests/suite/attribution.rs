//! Which request a call belongs to, among many that run at once.

use actix_web::rt;
use actix_web::test::{TestRequest, call_and_read_body};
use actix_web::web::{self, Path};
use actix_web::{App, HttpResponse};
use futures_util::future::join_all;
use tachograph_core::{Handle, InCurrentRequest, current, database_call, in_current_request, request};
use tachograph_loopback::{Recorder, get_and_close, talk};
use tokio::sync::Mutex;
use tokio::sync::oneshot::channel;

use crate::server::{RecorderMiddleware, in_process, serve};

async fn query() {
    database_call("sqlite", "main", "SELECT * FROM experiments WHERE id = ?").measure(rt::task::yield_now()).await;
}

#[actix_web::test]
async fn work_that_is_taken_along_belongs_to_the_request() {
    let mut recorder = Recorder::new();
    let handler = async || {
        rt::spawn(query().in_current_request()).await.unwrap();
        let blocking = || drop(database_call("sqlite", "main", "SELECT 1").start());
        web::block(in_current_request(blocking)).await.unwrap();
        // One future, and thus not `Send`.
        let local = std::rc::Rc::new(());
        tokio::join!(query(), query());
        drop(local);
        HttpResponse::Ok().finish()
    };
    let app = in_process!(App::new().route("/", web::get().to(handler)).wrap(recorder.middleware()));
    call_and_read_body(&app, TestRequest::get().to_request()).await;
    assert_eq!(recorder.only().await.database().count(), 4);
}

#[actix_web::test]
async fn work_that_is_handed_over_plainly_is_lost_to_the_request_and_counted() {
    let mut recorder = Recorder::new();
    let handler = async |handle: web::Data<Handle>| {
        rt::spawn(async { assert!(current().is_none()) }).await.unwrap();
        web::block(|| assert!(current().is_none())).await.unwrap();
        assert!(current().is_some());
        // It counts where there is an instance to count it: the global one, in a service.
        rt::spawn(handle.scope(query())).await.unwrap();
        HttpResponse::Ok().finish()
    };
    let app = App::new().app_data(web::Data::new(recorder.handle.clone())).route("/", web::get().to(handler));
    let app = in_process!(app.wrap(recorder.middleware()));
    call_and_read_body(&app, TestRequest::get().to_request()).await;
    assert_eq!(recorder.only().await.database().count(), 0);
    assert_eq!(recorder.handle.counters().unattributed_calls, 1);
}

#[actix_web::test]
async fn what_spawned_work_does_after_the_end_is_counted_as_late() {
    let mut recorder = Recorder::new();
    let (start, started) = channel::<()>();
    let (hand, job) = channel::<rt::task::JoinHandle<()>>();
    let state = web::Data::new((Mutex::new(Some(started)), Mutex::new(Some(hand))));
    type State = web::Data<(
        Mutex<Option<tokio::sync::oneshot::Receiver<()>>>,
        Mutex<Option<tokio::sync::oneshot::Sender<rt::task::JoinHandle<()>>>>,
    )>;
    let handler = async |state: State| {
        let started = state.0.lock().await.take().unwrap();
        let late = async {
            started.await.unwrap();
            query().await;
        };
        let job = rt::spawn(late.in_current_request());
        state.1.lock().await.take().unwrap().send(job).unwrap();
        HttpResponse::Ok().finish()
    };
    let app = in_process!(App::new().app_data(state).route("/", web::get().to(handler)).wrap(recorder.middleware()));
    call_and_read_body(&app, TestRequest::get().to_request()).await;
    assert_eq!(recorder.only().await.database().count(), 0);
    start.send(()).unwrap();
    job.await.unwrap().await.unwrap();
    assert_eq!(recorder.handle.counters().late_calls, 1);
    assert_eq!(recorder.rest().len(), 0);
}

async fn many_queries(count: Path<u32>) -> HttpResponse {
    request().user(*count);
    let mut spawned = Vec::new();
    for index in 0..*count {
        match index % 3 {
            0 => spawned.push(rt::spawn(query().in_current_request())),
            _ => query().await,
        }
    }
    join_all(spawned).await;
    HttpResponse::Ok().body(count.to_string())
}

async fn check(recorder: &mut Recorder) {
    recorder.idle().await;
    let mut records = recorder.rest();
    assert_eq!(records.len(), 200);
    records.sort_by_key(|record| record.database().count());
    for (count, record) in records.iter().enumerate() {
        assert_eq!((record.path(), record.route()), (format!("/{count}").as_str(), Some("/{count}")));
        assert_eq!(record.user_id(), Some(count.to_string().as_str()));
        assert_eq!(record.database().count(), count as u32);
        assert_eq!(record.response_bytes(), count.to_string().len() as u64);
        assert_eq!(record.breakdown().total(), record.duration());
    }
    assert_eq!(recorder.handle.counters().unattributed_calls, 0);
}

#[actix_web::test]
async fn two_hundred_requests_at_once_keep_their_calls_apart() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().route("/{count}", web::get().to(many_queries)).wrap(recorder.middleware()));
    let request = |count| TestRequest::get().uri(&format!("/{count}")).to_request();
    let bodies = join_all((0..200).map(|count| call_and_read_body(&app, request(count)))).await;
    for (count, body) in bodies.iter().enumerate() {
        assert_eq!(body, &count.to_string());
    }
    check(&mut recorder).await;
}

#[actix_web::test]
async fn two_hundred_connections_on_many_workers_keep_their_calls_apart() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let app = || App::new().route("/{count}", web::get().to(many_queries));
    let address = serve!(app().wrap(middleware.clone()), 4, |server| server.bind("127.0.0.1:0"));
    let answers = join_all((0..200).map(|count| talk(address, get_and_close(&format!("/{count}"))))).await;
    assert!(answers.iter().all(|answer| answer.starts_with(b"HTTP/1.1 200")));
    check(&mut recorder).await;
}
