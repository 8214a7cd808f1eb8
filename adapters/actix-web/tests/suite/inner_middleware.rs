//! Other people's middleware inside ours, and around it.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::{Compress, DefaultHeaders, ErrorHandlerResponse, ErrorHandlers, Next, from_fn};
use actix_web::rt::time::timeout;
use actix_web::test::{TestRequest, call_service, read_body};
use actix_web::web::Bytes;
use actix_web::{App, Error, HttpResponse, web};
use futures_util::stream::{self, StreamExt};
use tachograph_core::{CallOutcome, Outcome, database_call};
use tachograph_loopback::Recorder;

use crate::server::{RecorderMiddleware, in_process};

async fn text() -> String {
    "all the same ".repeat(10_000)
}

async fn streamed_text() -> HttpResponse {
    let chunk = Bytes::from("all the same ".repeat(1_000));
    HttpResponse::Ok().streaming(stream::iter(vec![chunk; 10]).map(Ok::<_, Error>))
}

fn texts(config: &mut web::ServiceConfig) {
    config.route("/text", web::get().to(text)).route("/stream", web::get().to(streamed_text));
}

fn gzip(path: &str) -> actix_web::test::TestRequest {
    TestRequest::get().uri(path).insert_header((header::ACCEPT_ENCODING, "gzip"))
}

#[actix_web::test]
async fn compressed_bytes_are_counted_as_they_go_on_the_wire() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(texts).wrap(Compress::default()).wrap(recorder.middleware()));
    for path in ["/text", "/stream"] {
        let response = call_service(&app, gzip(path).to_request()).await;
        assert_eq!(response.headers().get("content-encoding").unwrap(), "gzip");
        let bytes = read_body(response).await.len() as u64;
        let record = recorder.only().await;
        assert_eq!((record.response_bytes(), record.outcome()), (bytes, Outcome::Completed), "{path}");
        assert!(bytes < 10_000);

        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(read_body(response).await.len(), 130_000);
        assert_eq!(recorder.only().await.response_bytes(), 130_000, "{path}");
    }
}

#[actix_web::test]
async fn what_is_compressed_outside_is_counted_before() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(texts).wrap(recorder.middleware()).wrap(Compress::default()));
    for path in ["/text", "/stream"] {
        let response = call_service(&app, gzip(path).to_request()).await;
        assert!(read_body(response).await.len() < 10_000);
        let record = recorder.only().await;
        assert_eq!((record.response_bytes(), record.outcome()), (130_000, Outcome::Completed), "{path}");
    }
}

async fn slow() -> HttpResponse {
    let _query = database_call("sqlite", "main", "SELECT * FROM experiments").start();
    std::future::pending().await
}

async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match timeout(Duration::from_millis(1), next.call(request)).await {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        Err(_) => {
            let response = HttpResponse::GatewayTimeout().body("too late");
            Ok(ServiceResponse::new(TestRequest::default().to_http_request(), response))
        }
    }
}

#[actix_web::test]
async fn a_time_out_inside_is_an_answer_and_its_query_a_cancelled_call() {
    let mut recorder = Recorder::new();
    let app = App::new().route("/slow", web::get().to(slow)).wrap(from_fn(limit)).wrap(recorder.middleware());
    let app = in_process!(app);
    let response = call_service(&app, TestRequest::get().uri("/slow").to_request()).await;
    assert_eq!((response.status(), read_body(response).await.len()), (StatusCode::GATEWAY_TIMEOUT, 8));
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (Some(504), Outcome::Completed));
    // Its response was made for another request; that it waited is what told its route.
    assert_eq!((record.route(), record.response_bytes()), (Some("/slow"), 8));
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Cancelled);
}

#[actix_web::test]
async fn a_time_out_outside_looks_like_a_client_that_left() {
    let mut recorder = Recorder::new();
    let app = App::new().route("/slow", web::get().to(slow)).wrap(recorder.middleware()).wrap(from_fn(limit));
    let app = in_process!(app);
    let response = call_service(&app, TestRequest::get().uri("/slow").to_request()).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (None, Outcome::ClientDisconnected));
    assert_eq!((record.route(), record.calls()[0].outcome()), (Some("/slow"), CallOutcome::Cancelled));
    assert_eq!(recorder.handle.counters().unattributed_calls, 0);
}

#[actix_web::test]
async fn what_middleware_changes_inside_is_what_is_recorded() {
    let mut recorder = Recorder::new();
    let page = ErrorHandlers::new().handler(StatusCode::NOT_FOUND, |response: ServiceResponse<_>| {
        let (request, _) = response.into_parts();
        let response = HttpResponse::Gone().body("gone for good");
        Ok(ErrorHandlerResponse::Response(ServiceResponse::new(request, response).map_into_right_body()))
    });
    let app = App::new()
        .configure(texts)
        .wrap(page)
        .wrap(DefaultHeaders::new().add(("x-request-id", "another")))
        .wrap(recorder.middleware());
    let app = in_process!(app);
    let response = call_service(&app, TestRequest::get().uri("/nothing").to_request()).await;
    let ids: Vec<_> = response.headers().get_all("x-request-id").cloned().collect();
    assert_eq!(read_body(response).await, "gone for good");
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.response_bytes(), record.route()), (Some(410), 13, None));
    assert_eq!(ids, [record.identity().request_id().to_string().as_str()]);
}
