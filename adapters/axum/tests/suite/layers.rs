//! One record per request, wherever and however often the layer stands.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::get;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use tachograph_core::{Outcome, testing};
use tachograph_loopback::{Recorder, get_and_close, talk};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_layer::Layer as _;

use crate::server::{RecorderLayer, get as fetch};

fn hello() -> Router {
    Router::new().route("/hello", get(|| async { "hello" }))
}

#[tokio::test]
async fn layers_on_layers_count_once() {
    let mut recorder = Recorder::new();
    let app = hello().layer(recorder.layer()).layer(recorder.layer()).route_layer(recorder.layer());
    let response = fetch(&app, "/hello").await;
    assert_eq!(response.headers().get_all("x-request-id").iter().count(), 1);
    let record = recorder.only().await;
    assert_eq!((record.response_bytes(), record.outcome()), (5, Outcome::Completed));
    assert_eq!(response.headers()["x-request-id"].to_str().unwrap(), record.identity().request_id().to_string());
}

#[tokio::test]
async fn a_layered_router_is_served_like_a_router() {
    let mut recorder = Recorder::new();
    let app = recorder.layer().layer(hello().layer(recorder.layer()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, axum::ServiceExt::<Request>::into_make_service(app)).await });
    let output = talk(address, get_and_close("/hello")).await;
    assert!(output.ends_with(b"\r\n\r\nhello"));
    assert_eq!(recorder.only().await.route(), Some("/hello"));
}

#[tokio::test]
async fn a_layered_router_takes_any_body() {
    let mut recorder = Recorder::new();
    let app = recorder.layer().layer(hello());
    let request = Request::get("/hello").body(Full::new(Bytes::from_static(b"abc"))).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    let record = recorder.only().await;
    assert_eq!((record.request_bytes(), record.response_bytes()), (Some(3), 5));
}

#[tokio::test]
async fn a_single_route_or_method_can_be_measured() {
    let mut recorder = Recorder::new();
    let app = Router::new()
        .route("/measured", get(|| async {}).layer(recorder.layer()))
        .route("/service", get(|| async {}))
        .route_service(
            "/wrapped",
            recorder.layer().layer(service_fn(|_: Request| async {
                Ok::<_, Infallible>(axum::response::Response::new(Body::empty()))
            })),
        );
    for path in ["/measured", "/service", "/wrapped"] {
        fetch(&app, path).await;
    }
    assert_eq!(recorder.next().await.route(), Some("/measured"));
    assert_eq!(recorder.only().await.route(), Some("/wrapped"));
}

#[tokio::test]
async fn without_an_instance_requests_pass_unmeasured() {
    let app = hello().layer(tachograph_axum::layer());
    let response = fetch(&app, "/hello").await;
    assert_eq!((response.body().as_ref(), response.headers().get("x-request-id")), (b"hello".as_slice(), None));

    let instance = testing::instance();
    let response = instance.scope(fetch(&app, "/hello")).await;
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(instance.take()[0].route(), Some("/hello"));
}

#[tokio::test]
async fn ignored_requests_pass_without_a_request_id() {
    let instance = testing::instance();
    let app = Router::new()
        .route("/health", get(|| async { "fine" }))
        .route("/healthy", get(|| async { "fine" }))
        .layer(tachograph_axum::Layer::new(instance.handle()));
    assert!(!fetch(&app, "/health").await.headers().contains_key("x-request-id"));
    assert!(fetch(&app, "/healthy").await.headers().contains_key("x-request-id"));
    assert_eq!((instance.take().len(), instance.handle().in_flight()), (1, 0));
}

#[tokio::test]
async fn an_error_that_is_handled_outside_the_layer_has_no_status() {
    let mut recorder = Recorder::new();
    let failing = service_fn(|_: Request| async { Err::<axum::response::Response, _>(tower::BoxError::from("no")) });
    let app = Router::new().route_service(
        "/",
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(|_: tower::BoxError| async { StatusCode::BAD_GATEWAY }))
            .layer(recorder.layer())
            .service(failing),
    );
    assert_eq!(fetch(&app, "/").await.status(), StatusCode::BAD_GATEWAY);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (None, Outcome::BodyFailed));
}
