//! What the instance serves of itself, beside the resources of an application.

use std::time::Duration;

use actix_web::middleware::Compress;
use actix_web::test::{TestRequest, call_and_read_body};
use actix_web::{App, HttpResponse, HttpServer, web};
use tachograph_actix_web::{Endpoints, Middleware};
use tachograph_core::{Handle, ManualClock};
use tachograph_loopback::endpoints::{self, END, Served, listen, read_until};
use tachograph_loopback::{Recorder, endpoint_tests, within};

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

/// A server with an open stream, which is then told to stop; what `end` does must be enough for it to end.
async fn stop_with_an_open_stream(handle: &Handle, end: impl FnOnce(&Served)) {
    let served = Served::by(handle);
    let endpoints = Endpoints::new(handle);
    let server = HttpServer::new(move || App::new().service(endpoints.clone())).workers(1).disable_signals();
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let stop = server.handle();
    let server = actix_web::rt::spawn(server);
    let mut events = listen(address).await;
    let stopped = actix_web::rt::spawn(stop.stop(true));
    end(&served);
    assert!(read_until(&mut events, END).await.ends_with(END));
    within(stopped).await.unwrap();
    within(server).await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_graceful_shutdown_is_not_kept_by_a_stream() {
    let handle = Handle::builder().build();
    stop_with_an_open_stream(&handle, Served::drain).await;
}

#[actix_web::test]
async fn without_a_drain_it_is_kept_for_a_stream_s_time() {
    let clock = ManualClock::new();
    let handle = Handle::builder().clock(clock.clone()).build();
    let end = |served: &Served| {
        clock.advance(Duration::from_secs(5));
        assert_eq!(served.say(":\n\n"), 1);
    };
    stop_with_an_open_stream(&handle, end).await;
}

#[actix_web::test]
async fn what_compresses_keeps_nothing_of_a_stream() {
    let recorder = Recorder::new();
    let served = Served::by(&recorder.handle);
    let handle = recorder.handle.clone();
    let address = serve!(App::new().service(Endpoints::new(&handle)).wrap(Compress::default()));
    endpoints::events_are_sent_one_by_one(address, &served).await;
}
