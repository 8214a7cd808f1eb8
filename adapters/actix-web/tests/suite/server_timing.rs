//! Answers that say where their time went.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::error::ErrorForbidden;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, call_service};
use actix_web::{App, Error, HttpResponse, web};
use tachograph_actix_web::Middleware;
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, ManualClock, database_call};

use crate::blocking::{ms, passes};
use crate::server::in_process;

fn instance(server_timing: bool) -> (Instance, ManualClock) {
    let clock = ManualClock::new();
    let mut capture = Capture::default();
    capture.server_timing = server_timing;
    (Instance::build(|builder| builder.clock(clock.clone()).capture(capture)), clock)
}

fn said(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all("server-timing").map(|value| value.to_str().unwrap()).collect()
}

async fn report(clock: web::Data<ManualClock>) -> HttpResponse {
    clock.advance(ms(2));
    database_call("sqlite", "main", "SELECT * FROM experiments").measure(passes(&clock, ms(5))).await;
    passes(&clock, ms(8)).await;
    HttpResponse::InternalServerError().insert_header(("server-timing", "rendering;dur=1")).body("no")
}

async fn refuse<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    match request.path() {
        "/refused" => Err(ErrorForbidden("not you")),
        _ => next.call(request).await,
    }
}

/// An application by this instance and clock.
macro_rules! app {
    ($instance:expr, $clock:expr) => {
        in_process!(
            App::new()
                .app_data(web::Data::new($clock.clone()))
                .route("/report", web::get().to(report))
                .wrap(from_fn(refuse))
                .wrap(Middleware::new($instance.handle()))
        )
    };
}

#[actix_web::test]
async fn every_answer_says_it_beside_what_the_application_says() {
    let (instance, clock) = instance(true);
    let app = app!(instance, clock);
    let report = call_service(&app, TestRequest::get().uri("/report").to_request()).await;
    let ours = "db;dur=5;desc=\"1 query\", app;dur=2, waiting;dur=8, total;dur=15";
    assert_eq!(said(report.headers()), ["rendering;dur=1", ours]);
    let unknown = call_service(&app, TestRequest::get().uri("/unknown").to_request()).await;
    assert_eq!(said(unknown.headers()), ["total;dur=0"]);
}

#[actix_web::test]
async fn an_error_says_it_when_it_becomes_an_answer() {
    let (instance, clock) = instance(true);
    let app = app!(instance, clock);
    let Err(error) = app.call(TestRequest::get().uri("/refused").to_request()).await else { panic!("it is refused") };
    clock.advance(ms(3));
    for _ in 0..2 {
        assert_eq!(said(error.error_response().headers()), ["waiting;dur=3, total;dur=3"]);
        clock.advance(ms(4));
    }
}

#[actix_web::test]
async fn nothing_is_said_unless_that_is_allowed() {
    let (instance, clock) = instance(false);
    let app = app!(instance, clock);
    let report = call_service(&app, TestRequest::get().uri("/report").to_request()).await;
    assert_eq!(said(report.headers()), ["rendering;dur=1"]);
}
