//! Errors of handlers, of extractors, and of the middleware inside.

use std::fmt;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service as _, ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorForbidden, ErrorServiceUnavailable, InternalError};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, call_service, read_body};
use actix_web::{App, Error, HttpResponse, ResponseError, web};
use tachograph_core::{ManualClock, Outcome, Share, request};
use tachograph_loopback::{Recorder, get_and_close, talk};

use crate::server::{RecorderMiddleware, in_process, serve};

#[derive(Debug)]
struct NoDatabase;

impl fmt::Display for NoDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no database")
    }
}

impl std::error::Error for NoDatabase {}

impl ResponseError for NoDatabase {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        request().error(self);
        HttpResponse::build(self.status_code()).body("sorry")
    }
}

#[actix_web::test]
async fn an_error_of_a_handler_is_an_answer() {
    let mut recorder = Recorder::new();
    let app = App::new()
        .route("/said", web::get().to(async || Err::<HttpResponse, _>(NoDatabase)))
        .route("/unsaid", web::get().to(async || Err::<HttpResponse, _>(ErrorServiceUnavailable("busy"))))
        .wrap(recorder.middleware());
    let app = in_process!(app);
    for (path, body, error_type) in
        [("/said", "sorry", std::any::type_name::<NoDatabase>()), ("/unsaid", "busy", "503")]
    {
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        assert!(response.headers().contains_key("x-request-id"));
        assert!(response.response().error().is_some(), "whoever stands outside can still see the error");
        assert_eq!(read_body(response).await, body);
        let record = recorder.only().await;
        assert_eq!((record.status_code(), record.outcome()), (Some(503), Outcome::Completed));
        assert_eq!((record.response_bytes(), record.route()), (body.len() as u64, Some(path)));
        assert_eq!(record.error_type().as_deref(), Some(error_type));
    }
}

#[actix_web::test]
async fn an_error_of_an_extractor_is_an_answer() {
    let mut recorder = Recorder::new();
    let app = App::new()
        .route("/{id}", web::get().to(async |_: web::Path<u64>| "found"))
        .route("/", web::post().to(async |_: web::Json<u64>| "read"))
        .wrap(recorder.middleware());
    let app = in_process!(app);
    for (request, status, route) in [
        (TestRequest::get().uri("/seven"), 404, "/{id}"),
        (TestRequest::post().uri("/").insert_header(("content-type", "application/json")).set_payload("{"), 400, "/"),
    ] {
        let response = call_service(&app, request.to_request()).await;
        let bytes = read_body(response).await.len();
        let record = recorder.only().await;
        assert_eq!((record.status_code(), record.route()), (Some(status), Some(route)));
        assert_eq!((record.response_bytes(), record.error_type()), (bytes as u64, None));
    }
}

async fn refuse<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    match request.path() {
        "/refused" => Err(ErrorForbidden("not you")),
        "/empty" => Err(InternalError::from_response("", HttpResponse::Unauthorized().finish()).into()),
        "/late" => {
            actix_web::rt::task::yield_now().await;
            Err(NoDatabase.into())
        }
        _ => next.call(request).await,
    }
}

fn pages(config: &mut web::ServiceConfig) {
    for path in ["/refused", "/empty", "/late", "/allowed"] {
        config.service(web::resource(path).route(web::get().to(|| async { "page" })));
    }
}

#[actix_web::test]
async fn an_error_of_an_inner_middleware_is_followed_to_its_response() {
    let mut recorder = Recorder::new();
    let middleware = recorder.middleware();
    let address = serve!(App::new().configure(pages).wrap(from_fn(refuse)).wrap(middleware.clone()));
    for (path, status, body) in
        [("/refused", 403, "not you"), ("/empty", 401, ""), ("/late", 503, "sorry"), ("/allowed", 200, "page")]
    {
        let output = String::from_utf8(talk(address, get_and_close(path)).await).unwrap();
        let (head, sent) = output.split_once("\r\n\r\n").unwrap();
        assert_eq!((head.contains(&format!("HTTP/1.1 {status}")), sent), (true, body), "{output}");
        let record = recorder.only().await;
        assert_eq!((record.status_code(), record.outcome()), (Some(status), Outcome::Completed));
        assert_eq!((record.response_bytes(), record.route()), (body.len() as u64, Some(path)));
        let id = format!("x-request-id: {}", record.identity().request_id());
        assert_eq!(head.matches("x-request-id: ").count(), 1);
        assert!(head.contains(&id), "{head}");
    }

    let output = talk(address, "HEAD /refused HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
    assert!(output.ends_with(b"\r\n\r\n"));
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.response_bytes()), (Some(403), 0));
}

#[actix_web::test]
async fn an_error_passes_on_as_it_is_and_can_be_looked_at_more_than_once() {
    let clock = ManualClock::new();
    let mut recorder = Recorder::with_clock(clock.clone());
    let app = in_process!(App::new().configure(pages).wrap(from_fn(refuse)).wrap(recorder.middleware()));
    let late = TestRequest::get().uri("/late").to_request();
    let Err(error) = app.call(late).await else { panic!("the error is not made a response of here") };
    assert!(error.as_error::<NoDatabase>().is_some());
    assert_eq!((error.to_string(), recorder.handle.in_flight()), ("no database".to_owned(), 1));

    clock.advance(Duration::from_millis(5));
    let bytes = |response: HttpResponse| response.into_body().try_into_bytes().unwrap();
    let (first, second) = (error.error_response(), error.error_response());
    assert_eq!(first.headers().get("x-request-id"), second.headers().get("x-request-id"));
    assert_eq!((bytes(first), bytes(second)), ("sorry".into(), "sorry".into()));
    drop(error);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.response_bytes()), (Some(503), 5));
    assert_eq!((record.duration(), record.breakdown().share(Share::Own)), (Duration::from_millis(5), Duration::ZERO));
    assert_eq!(record.error_type().as_deref(), Some("503"), "what it says outside of the request is not heard");
}

#[actix_web::test]
async fn an_error_that_is_answered_otherwise_further_out_is_complete() {
    let mut recorder = Recorder::new();
    let instead = |request: ServiceRequest, next: Next<_>| async move {
        match next.call(request).await {
            Ok(response) => Ok(ServiceResponse::map_into_boxed_body(response)),
            Err(_) => {
                let request = TestRequest::default().to_http_request();
                Ok(ServiceResponse::new(request, HttpResponse::ImATeapot().body("tea")))
            }
        }
    };
    let app = App::new().configure(pages).wrap(from_fn(refuse)).wrap(recorder.middleware());
    let app = in_process!(app.wrap(from_fn(instead)));
    let response: ServiceResponse<BoxBody> = call_service(&app, TestRequest::get().uri("/refused").to_request()).await;
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    let record = recorder.only().await;
    assert_eq!((record.status_code(), record.outcome()), (Some(403), Outcome::Completed));
    assert_eq!(record.response_bytes(), 0);
}
