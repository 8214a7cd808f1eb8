//! Which route a request has, wherever the middleware stands.

use actix_web::dev::Service as _;
use actix_web::guard::{Get, Header, Post};
use actix_web::middleware::NormalizePath;
use actix_web::test::{TestRequest, call_and_read_body};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpResponse};
use futures_util::FutureExt;
use tachograph_core::{Outcome, Record};
use tachograph_loopback::Recorder;

use crate::server::{RecorderMiddleware, in_process};

fn experiments(config: &mut ServiceConfig) {
    config
        .service(web::resource(r"/experiments/{id:\d+}").route(web::get().to(|| async { "one" })))
        .service(web::resource("/flags/{key}").route(web::get().to(|| async { "flag" })))
        .service(web::resource("/files/{path}*").to(|| async { "file" }))
        .service(web::resource("/raw/{path:.*}").to(|| async { "file" }))
        .service(web::resource(["/home", "/start/{page}"]).to(|| async { "home" }))
        .route("/events", web::post().to(|| async { "tracked" }))
        .external_resource("partner", "https://partner.example/{id}");
}

/// Status and route of the record that is made of one request.
macro_rules! of {
    ($recorder:expr, $app:expr, $method:ident $path:expr) => {{
        call_and_read_body(&$app, TestRequest::default().method($method).uri($path).to_request()).await;
        told(&$recorder.only().await, $path)
    }};
    ($recorder:expr, $app:expr, $path:expr) => {{
        use actix_web::http::Method;
        const GET: Method = Method::GET;
        of!($recorder, $app, GET $path)
    }};
}

fn told(record: &Record, path: &str) -> (u16, Option<String>) {
    assert_eq!(record.path(), path);
    (record.status_code().unwrap(), record.route().map(str::to_owned))
}

fn found(route: &str) -> (u16, Option<String>) {
    (200, Some(route.to_owned()))
}

#[actix_web::test]
async fn a_route_is_the_pattern_that_matched_in_the_spelling_of_all() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(experiments).wrap(recorder.middleware()));
    assert_eq!(of!(recorder, app, "/experiments/7"), found("/experiments/{id}"));
    assert_eq!(of!(recorder, app, "/flags/dark-mode"), found("/flags/{key}"));
    assert_eq!(of!(recorder, app, "/files/a/b/c"), found("/files/{*path}"));
    assert_eq!(of!(recorder, app, "/raw/a/b/c"), found("/raw/{*path}"));
}

#[actix_web::test]
async fn a_resource_of_many_patterns_has_its_first() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(experiments).wrap(recorder.middleware()));
    assert_eq!(of!(recorder, app, "/home"), found("/home"));
    assert_eq!(of!(recorder, app, "/start/now"), found("/home"));
}

#[actix_web::test]
async fn what_nothing_matches_has_no_route() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(experiments).wrap(recorder.middleware()));
    assert_eq!(of!(recorder, app, "/nothing"), (404, None));
    assert_eq!(of!(recorder, app, "/experiments/seven"), (404, None));

    let anything = || async { "anything" };
    let inside = web::scope("/api").configure(experiments).default_service(web::to(anything));
    let app = in_process!(App::new().service(inside).default_service(web::to(anything)).wrap(recorder.middleware()));
    assert_eq!(of!(recorder, app, "/nothing"), (200, None));
    assert_eq!(of!(recorder, app, "/api/nothing"), (200, None));
}

#[actix_web::test]
async fn a_method_that_does_not_match_has_the_route() {
    use actix_web::http::Method;
    const PUT: Method = Method::PUT;
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(experiments).wrap(recorder.middleware()));
    assert_eq!(of!(recorder, app, PUT "/experiments/7"), (405, Some("/experiments/{id}".to_owned())));
    // A route of the application's own is guarded as a whole, so there it is a 404.
    assert_eq!(of!(recorder, app, PUT "/events"), (404, Some("/events".to_owned())));
}

#[actix_web::test]
async fn nested_routes_are_told_whole() {
    let mut recorder = Recorder::new();
    let inner = web::scope("/lab").configure(experiments).service(web::resource("").to(|| async { "lab" }));
    let app = App::new().service(web::scope(r"/api/{version:v\d}").service(inner)).wrap(recorder.middleware());
    let app = in_process!(app);
    assert_eq!(of!(recorder, app, "/api/v1/lab/experiments/7"), found("/api/{version}/lab/experiments/{id}"));
    assert_eq!(of!(recorder, app, "/api/v1/lab/files/a/b"), found("/api/{version}/lab/files/{*path}"));
    assert_eq!(of!(recorder, app, "/api/v1/lab"), found("/api/{version}/lab"));
    assert_eq!(of!(recorder, app, "/api/v1/lab/nothing"), (404, None));
}

#[actix_web::test]
async fn a_scope_or_a_resource_can_be_measured_alone() {
    let mut recorder = Recorder::new();
    let scope = web::scope("/api").configure(experiments).wrap(recorder.middleware());
    let resource = web::resource("/one/{id}").wrap(recorder.middleware()).to(|| async { "one" });
    let app = in_process!(App::new().service(scope).service(resource).configure(experiments));
    assert_eq!(of!(recorder, app, "/api/experiments/7"), found("/api/experiments/{id}"));
    assert_eq!(of!(recorder, app, "/one/7"), found("/one/{id}"));
    call_and_read_body(&app, TestRequest::get().uri("/experiments/7").to_request()).await;
    assert_eq!(recorder.rest().len(), 0);
}

#[actix_web::test]
async fn guards_tell_resources_of_one_path_apart() {
    use actix_web::http::Method;
    const POST: Method = Method::POST;
    let mut recorder = Recorder::new();
    let app = App::new()
        .service(web::resource("/{read}").guard(Get()).to(|| async { "read" }))
        .service(web::scope("/{tenant}").guard(Header("x-tenant", "yes")).configure(experiments))
        .service(web::resource("/{write}").guard(Post()).to(async || {
            // It waits, so that the path alone is asked meanwhile.
            actix_web::rt::task::yield_now().await;
            "written"
        }))
        .wrap(recorder.middleware());
    let app = in_process!(app);
    assert_eq!(of!(recorder, app, "/x"), found("/{read}"));
    assert_eq!(of!(recorder, app, POST "/x"), found("/{write}"));
}

#[actix_web::test]
async fn a_path_that_is_put_right_inside_has_the_route() {
    let mut recorder = Recorder::new();
    // It changes the request, which it cannot while anybody else holds it.
    let app = in_process!(App::new().configure(experiments).wrap(NormalizePath::trim()).wrap(recorder.middleware()));
    assert_eq!(of!(recorder, app, "/experiments/7/"), found("/experiments/{id}"));
    assert_eq!(of!(recorder, app, "/experiments//7"), found("/experiments/{id}"));
}

#[actix_web::test]
async fn a_panic_has_the_route_that_its_path_matches() {
    let mut recorder = Recorder::new();
    let scope = web::scope("/api")
        .service(web::resource(r"/panic/{how:\w+}").to(async || -> HttpResponse { panic!("told to") }))
        .service(web::resource("/waiting/{how}").to(async || -> HttpResponse {
            actix_web::rt::task::yield_now().await;
            panic!("told to")
        }));
    let app = in_process!(App::new().service(scope).wrap(recorder.middleware()));
    for path in ["panic", "waiting"] {
        let call = app.call(TestRequest::get().uri(&format!("/api/{path}/now")).to_request());
        assert!(std::panic::AssertUnwindSafe(call).catch_unwind().await.is_err());
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code()), (Outcome::Panicked, None));
        assert_eq!(record.route(), Some(format!("/api/{path}/{{how}}").as_str()));
    }
}

#[actix_web::test]
async fn a_request_that_nobody_waits_for_has_its_route_too() {
    let mut recorder = Recorder::new();
    let app = in_process!(App::new().configure(experiments).wrap(recorder.middleware()));
    drop(app.call(TestRequest::get().uri("/experiments/7").to_request()));
    let record = recorder.only().await;
    assert_eq!((record.outcome(), record.route()), (Outcome::ClientDisconnected, Some("/experiments/{id}")));
}
