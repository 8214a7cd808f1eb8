//! What the instance serves of itself, beside the routes of an application.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use tachograph_axum::{Endpoints, Layer};
use tachograph_core::{Handle, ManualClock};
use tachograph_loopback::endpoints::{END, Served, listen, read_until};
use tachograph_loopback::{Recorder, endpoint_tests, get_and_close, talk, within};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::server::{get as fetch, request, serve, told_of_peers};

fn application(handle: &Handle) -> Router {
    Router::new()
        .route("/own", get(|State(own): State<&'static str>| async move { own }))
        .merge(Endpoints::new(handle))
        .fallback(|| async { (StatusCode::NOT_FOUND, "none") })
        .with_state("own")
        .layer(Layer::new(handle))
}

endpoint_tests!(tokio::test, |handle| serve(application(handle)).await);

fn recorder() -> Recorder {
    let recorder = Recorder::new();
    let _ = Served::by(&recorder.handle);
    recorder
}

#[tokio::test]
async fn the_current_instance_s_are_served() {
    let recorder = recorder();
    let app = recorder.handle.scope(async { Router::new().merge(tachograph_axum::endpoints()) }).await;
    assert_eq!(fetch(&app, "/echo").await.status(), 200);
    let app: Router = Router::new().merge(tachograph_axum::endpoints());
    assert_eq!(fetch(&app, "/echo").await.status(), 404, "without an instance there are none");
}

#[tokio::test]
async fn below_a_prefix_they_are_found() {
    let app: Router = Router::new().nest("/internal", Endpoints::new(&recorder().handle).into());
    assert!(fetch(&app, "/internal/echo").await.body().starts_with(b"/echo?"));
    assert!(fetch(&app, "/internal/files/a").await.body().starts_with(b"/files/a?"));
}

#[tokio::test]
async fn what_the_application_has_by_method_is_its_own() {
    let endpoints = || Endpoints::new(&recorder().handle);
    let post_to = |path: &str| Request::post(path).body(Body::empty()).unwrap();
    let own = Router::new().route("/echo", get(|| async { "own" })).route("/slow", post(|| async { "posted" }));
    for app in [own.clone().merge(endpoints()), Router::from(endpoints()).merge(own)] {
        assert_eq!(fetch(&app, "/echo").await.body(), "own");
        let refused = request(&app, post_to("/echo")).await;
        assert_eq!((refused.status().as_u16(), &refused.headers()["allow"]), (405, &"GET, HEAD".parse().unwrap()));
        assert_eq!(request(&app, post_to("/slow")).await.body(), "posted");
    }
}

#[tokio::test]
async fn a_path_can_be_left_to_the_application() {
    let endpoints = Endpoints::new(&recorder().handle).without("/echo").without("/files/{*path}");
    let own = Router::new().route("/echo", any(|| async { "own" })).route("/files/{id}", get(|| async { "file" }));
    let app: Router = own.merge(endpoints);
    assert_eq!(fetch(&app, "/echo").await.body(), "own");
    assert_eq!(fetch(&app, "/files/a").await.body(), "file");
    assert_eq!(fetch(&app, "/files").await.status(), 200);
}

#[tokio::test]
async fn as_a_layer_they_go_first() {
    let own = Router::new().route("/echo", any(|| async { "own" })).fallback(|| async { "anything" });
    let endpoints = tachograph_axum::tower::Endpoints::new(&recorder().handle);
    let app = own.layer(endpoints.peer_from(tachograph_axum::peer));
    assert!(fetch(&app, "/echo").await.body().starts_with(b"/echo?"));
    assert_eq!(fetch(&app, "/echoes").await.body(), "anything");
    let asked = String::from_utf8(talk(serve(app).await, get_and_close("/who")).await).unwrap();
    assert!(asked.contains("peer=127.0.0.1 host=test"), "{asked}");
}

#[tokio::test]
async fn who_asks_is_not_known_where_axum_is_not_asked_to_tell() {
    let app: Router = Router::new().merge(Endpoints::new(&recorder().handle));
    let request = Request::get("http://example/who").body(Body::empty()).unwrap();
    let said = crate::server::request(&app, request).await;
    assert!(said.body().starts_with(b"peer=unknown host=example "), "{said:?}");
}

/// A server with an open stream, which is then told to stop; what `end` does must be enough for it to end.
async fn stop_with_an_open_stream(handle: &Handle, end: impl FnOnce(&Served)) {
    let served = Served::by(handle);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, told) = oneshot::channel::<()>();
    let server = axum::serve(listener, told_of_peers(application(handle)));
    let server = tokio::spawn(server.with_graceful_shutdown(async { told.await.unwrap() }).into_future());
    let mut events = listen(address).await;
    stop.send(()).unwrap();
    end(&served);
    assert!(read_until(&mut events, END).await.ends_with(END));
    within(server).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_graceful_shutdown_is_not_kept_by_a_stream() {
    let handle = Handle::builder().build();
    stop_with_an_open_stream(&handle, Served::drain).await;
}

#[tokio::test]
async fn without_a_drain_it_is_kept_for_a_stream_s_time() {
    let clock = ManualClock::new();
    let handle = Handle::builder().clock(clock.clone()).build();
    let end = |served: &Served| {
        clock.advance(Duration::from_secs(5));
        assert_eq!(served.say(":\n\n"), 1);
    };
    stop_with_an_open_stream(&handle, end).await;
}
