//! One record per request, wherever and however often the middleware stands.

use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, read_body};
use actix_web::{App, web};
use tachograph_actix_web::{Middleware, middleware};
use tachograph_core::{Outcome, testing};
use tachograph_loopback::Recorder;

use crate::server::{RecorderMiddleware, in_process};

/// The headers and the body of the answer to a GET.
macro_rules! fetch {
    ($app:expr, $path:expr) => {{
        let response = call_service(&$app, TestRequest::get().uri($path).to_request()).await;
        let headers: HeaderMap = response.headers().clone();
        (headers, read_body(response).await)
    }};
}

#[actix_web::test]
async fn one_inside_another_counts_once() {
    let mut recorder = Recorder::new();
    let inner = web::scope("/api")
        .service(web::resource("/{name}").wrap(recorder.middleware()).to(|| async { "hello" }))
        .wrap(recorder.middleware());
    let app = App::new().service(inner).wrap(recorder.middleware()).wrap(recorder.middleware());
    let app = in_process!(app);
    let (headers, body) = fetch!(app, "/api/hello");
    let ids: Vec<_> = headers.get_all("x-request-id").collect();
    let record = recorder.only().await;
    assert_eq!((record.response_bytes(), record.outcome()), (body.len() as u64, Outcome::Completed));
    assert_eq!((record.path(), record.route()), ("/api/hello", Some("/api/{name}")));
    assert_eq!(ids, [record.identity().request_id().to_string().as_str()]);
}

#[actix_web::test]
async fn two_instances_measure_each_for_itself() {
    let (mut outer, mut inner) = (Recorder::new(), Recorder::new());
    let app = App::new().route("/", web::get().to(|| async { "hello" }));
    let app = in_process!(app.wrap(inner.middleware()).wrap(outer.middleware()));
    fetch!(app, "/");
    assert_eq!((outer.only().await.response_bytes(), inner.only().await.response_bytes()), (5, 5));
}

#[actix_web::test]
async fn without_an_instance_requests_pass_unmeasured() {
    let app = in_process!(App::new().route("/hello", web::get().to(|| async { "hello" })).wrap(middleware()));
    let (headers, body) = fetch!(app, "/hello");
    assert_eq!((body.as_ref(), headers.get("x-request-id")), (b"hello".as_slice(), None));

    let instance = testing::instance();
    let fetched = instance.scope(async { fetch!(app, "/hello") }).await;
    assert!(fetched.0.contains_key("x-request-id"));
    assert_eq!(instance.take()[0].route(), Some("/hello"));
}

#[actix_web::test]
async fn ignored_requests_pass_without_a_request_id() {
    let instance = testing::instance();
    let app = App::new()
        .route("/health", web::get().to(|| async { "fine" }))
        .route("/healthy", web::get().to(|| async { "fine" }))
        .wrap(Middleware::new(instance.handle()));
    let app = in_process!(app);
    assert!(!fetch!(app, "/health").0.contains_key("x-request-id"));
    assert!(fetch!(app, "/healthy").0.contains_key("x-request-id"));
    assert_eq!((instance.take().len(), instance.handle().in_flight()), (1, 0));
}

#[actix_web::test]
async fn what_the_headers_say_of_the_request_is_taken_over() {
    let mut capture = tachograph_core::Capture::default();
    capture.request_headers = vec!["x-tenant".to_owned()];
    let instance = testing::Instance::build(|builder| builder.capture(capture));
    let app = App::new().route("/", web::get().to(|| async { "hello" })).wrap(Middleware::new(instance.handle()));
    let app = in_process!(app);
    let request = TestRequest::get()
        .insert_header(("X-Request-Id", "seven"))
        .insert_header(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        .insert_header(("x-tenant", "acme"));
    let response = call_service(&app, request.to_request()).await;
    assert_eq!(response.headers().get("x-request-id").unwrap(), "seven");
    read_body(response).await;
    let record = &instance.take()[0];
    assert_eq!(record.identity().request_id().to_string(), "seven");
    assert_eq!(record.identity().trace().trace_id.to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(record.field("header_x_tenant"), Some(&"acme".into()));
}
