//! Which route a request has, wherever the layer stands.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::{any, get, post};
use tachograph_loopback::Recorder;
use tower::ServiceExt;
use tower_layer::Layer as _;

use crate::server::{RecorderLayer, get as fetch};

fn experiments() -> Router {
    Router::new()
        .route("/experiments/{id}", get(|| async { "one" }).post(|| async { "changed" }))
        .route("/files/{*path}", get(|| async { "file" }))
}

async fn route_of(recorder: &mut Recorder, router: &Router, path: &str) -> (Option<String>, Option<u16>) {
    fetch(router, path).await;
    let record = recorder.only().await;
    assert_eq!(record.path(), path);
    (record.route().map(str::to_owned), record.status_code())
}

fn found(route: &str) -> (Option<String>, Option<u16>) {
    (Some(route.to_owned()), Some(200))
}

#[tokio::test]
async fn a_route_is_the_template_that_matched() {
    let mut recorder = Recorder::new();
    let app = experiments().layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/experiments/7").await, found("/experiments/{id}"));
    assert_eq!(route_of(&mut recorder, &app, "/files/a/b/c").await, found("/files/{*path}"));
}

#[tokio::test]
async fn what_nothing_matches_has_no_route() {
    let mut recorder = Recorder::new();
    let app = experiments().layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/nothing").await, (None, Some(404)));
    let app = experiments().fallback(|| async { "anything" }).layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/nothing").await, (None, Some(200)));
}

#[tokio::test]
async fn a_method_that_does_not_match_has_the_route() {
    let mut recorder = Recorder::new();
    let app = Router::new().route("/experiments", post(|| async {})).layer(recorder.layer());
    let response = fetch(&app, "/experiments").await;
    assert_eq!(response.headers()["allow"], "POST");
    let record = recorder.only().await;
    assert_eq!((record.route(), record.status_code()), (Some("/experiments"), Some(405)));
}

#[tokio::test]
async fn nested_routes_are_told_whole() {
    let mut recorder = Recorder::new();
    let app = Router::new().nest("/api/{version}", Router::new().nest("/lab", experiments())).layer(recorder.layer());
    let path = "/api/v1/lab/experiments/7";
    assert_eq!(route_of(&mut recorder, &app, path).await, found("/api/{version}/lab/experiments/{id}"));
    assert_eq!(route_of(&mut recorder, &app, "/api/v1/lab/nothing").await, (None, Some(404)));

    // The inner layer sees the prefix taken off the path; what is recorded is what came.
    let app = Router::new().nest("/api", experiments().layer(recorder.layer())).layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/api/experiments/7").await, found("/api/experiments/{id}"));
}

#[tokio::test]
async fn merged_routes_keep_theirs() {
    let mut recorder = Recorder::new();
    let app = experiments().merge(Router::new().route("/flags/{key}", any(|| async {}))).layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/flags/dark-mode").await, found("/flags/{key}"));
    assert_eq!(route_of(&mut recorder, &app, "/experiments/7").await, found("/experiments/{id}"));
}

#[tokio::test]
async fn a_nested_service_has_a_route_where_a_layer_is_inside_it() {
    let mut recorder = Recorder::new();
    let app = Router::new().nest_service("/api", experiments()).layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/api/experiments/7").await, (None, Some(200)));

    let app = Router::new().nest_service("/api", experiments().layer(recorder.layer())).layer(recorder.layer());
    assert_eq!(route_of(&mut recorder, &app, "/api/experiments/7").await, found("/api/experiments/{id}"));
    assert_eq!(route_of(&mut recorder, &app, "/api/nothing").await, (None, Some(404)));
}

#[tokio::test]
async fn around_a_router_a_layer_learns_the_route_from_one_inside() {
    let mut recorder = Recorder::new();
    let ask = |app: tachograph_axum::Service<Router>, path: &str| {
        app.oneshot(Request::get(path).body(Body::empty()).unwrap())
    };
    drop(ask(recorder.layer().layer(experiments()), "/experiments/7").await.unwrap());
    assert_eq!(recorder.only().await.route(), None);

    let app = recorder.layer().layer(experiments().layer(recorder.layer()));
    let response = ask(app.clone(), "/experiments/7").await.unwrap();
    assert_eq!(response.headers().get_all("x-request-id").iter().count(), 1);
    drop(response);
    assert_eq!(recorder.only().await.route(), Some("/experiments/{id}"));
    drop(ask(app, "/nothing").await.unwrap());
    assert_eq!(recorder.only().await.route(), None);
}
