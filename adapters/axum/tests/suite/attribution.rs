//! Which request a call belongs to, among many that run at once.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use tachograph_core::{InCurrentRequest, database_call, request};
use tachograph_loopback::Recorder;
use tokio::task::JoinSet;

use crate::server::{RecorderLayer, get as fetch};

async fn query() {
    database_call("sqlite", "main", "SELECT * FROM experiments WHERE id = ?").measure(tokio::task::yield_now()).await;
}

#[tokio::test]
async fn work_that_is_spawned_in_the_request_belongs_to_it() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/",
            get(|| async {
                tokio::spawn(query().in_current_request()).await.unwrap();
                tokio::join!(query(), query());
            }),
        )
        .layer(recorder.layer());
    fetch(&app, "/").await;
    assert_eq!(recorder.only().await.database().count(), 3);
}

#[tokio::test]
async fn what_spawned_work_does_after_the_end_is_counted_as_late() {
    let mut recorder = Recorder::new();
    let (start, started) = tokio::sync::oneshot::channel::<()>();
    let (hand, job) = tokio::sync::oneshot::channel();
    let (started, hand) = (std::sync::Mutex::new(Some(started)), std::sync::Mutex::new(Some(hand)));
    let state = std::sync::Arc::new((started, hand));
    let app = Router::new()
        .route(
            "/",
            get(move || async move {
                let started = state.0.lock().unwrap().take().unwrap();
                let late = async {
                    started.await.unwrap();
                    query().await;
                };
                let job = tokio::spawn(late.in_current_request());
                state.1.lock().unwrap().take().unwrap().send(job).unwrap();
            }),
        )
        .layer(recorder.layer());
    fetch(&app, "/").await;
    assert_eq!(recorder.only().await.database().count(), 0);
    start.send(()).unwrap();
    job.await.unwrap().await.unwrap();
    assert_eq!(recorder.handle.counters().late_calls, 1);
    assert_eq!(recorder.rest().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_requests_at_once_keep_their_calls_apart() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route(
            "/{count}",
            get(|Path(count): Path<u32>| async move {
                request().user(count);
                let mut spawned = JoinSet::new();
                for index in 0..count {
                    match index % 3 {
                        0 => drop(spawned.spawn(query().in_current_request())),
                        _ => query().await,
                    }
                }
                spawned.join_all().await;
            }),
        )
        .layer(recorder.layer());
    let mut requests = JoinSet::new();
    for count in 0..200 {
        let app = app.clone();
        requests.spawn(async move { fetch(&app, &format!("/{count}")).await });
    }
    assert!(requests.join_all().await.iter().all(|response| response.status() == 200));
    let mut records = recorder.rest();
    assert_eq!((records.len(), recorder.handle.in_flight()), (200, 0));
    records.sort_by_key(|record| record.database().count());
    for (count, record) in records.iter().enumerate() {
        assert_eq!(record.path(), format!("/{count}"));
        assert_eq!(record.user_id(), Some(count.to_string().as_str()));
        assert_eq!(record.database().count(), count as u32);
        assert_eq!(record.breakdown().total(), record.duration());
    }
    assert_eq!(recorder.handle.counters().unattributed_calls, 0);
}
