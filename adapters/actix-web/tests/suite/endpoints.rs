//! What the instance serves of itself, beside the resources of an application.

use actix_web::test::{TestRequest, call_and_read_body};
use actix_web::{App, HttpResponse, web};
use tachograph_actix_web::{Endpoints, Middleware};
use tachograph_loopback::endpoints::Served;
use tachograph_loopback::{Recorder, endpoint_tests};

use crate::server::{in_process, serve};

async fn none() -> HttpResponse {
    HttpResponse::NotFound().body("none")
}

endpoint_tests!(actix_web::test, |handle| {
    let handle = handle.clone();
    serve!(
        App::new()
            .route("/own", web::get().to(|| async { "own" }))
            .service(Endpoints::new(&handle))
            .default_service(web::to(none))
            .wrap(Middleware::new(&handle))
    )
});

fn recorder() -> Recorder {
    let recorder = Recorder::new();
    let _ = Served::by(&recorder.handle);
    recorder
}

macro_rules! fetch {
    ($app:expr, $path:expr) => {{
        let body = call_and_read_body(&$app, TestRequest::get().uri($path).to_request()).await;
        String::from_utf8(body.to_vec()).unwrap().split('?').next().unwrap().to_owned()
    }};
}

#[actix_web::test]
async fn the_current_instance_s_are_served() {
    let recorder = recorder();
    let app = recorder.handle.scope(async { App::new().service(tachograph_actix_web::endpoints()) }).await;
    assert_eq!(fetch!(in_process!(app), "/echo"), "/echo");
    let app = App::new().service(tachograph_actix_web::endpoints()).default_service(web::to(none));
    assert_eq!(fetch!(in_process!(app), "/echo"), "none", "without an instance there are none");
}

#[actix_web::test]
async fn in_a_scope_they_are_found() {
    let app = in_process!(App::new().service(web::scope("/internal").service(Endpoints::new(&recorder().handle))));
    assert_eq!(fetch!(app, "/internal/echo"), "/echo");
    assert_eq!(fetch!(app, "/internal/files/a"), "/files/a");
}

#[actix_web::test]
async fn what_was_registered_first_answers() {
    let endpoints = Endpoints::new(&recorder().handle);
    let own = || web::resource("/echo").to(|| async { "own" });
    assert_eq!(fetch!(in_process!(App::new().service(own()).service(endpoints.clone())), "/echo"), "own");
    assert_eq!(fetch!(in_process!(App::new().service(endpoints).service(own())), "/echo"), "/echo");
}
