//! Answers that say where their time went.

use std::convert::Infallible;
use std::pin::pin;
use std::task::Poll;

use http::{Method, Request, Response, StatusCode};
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, ManualClock, Operation, start_call};
use tachograph_tower::{Layer, ResponseBody};
use tower::Service;
use tower_layer::Layer as _;

use crate::script::{Script, get, measured, ms, only_record, poll_once};

fn telling() -> (Instance, ManualClock, Layer) {
    let clock = ManualClock::new();
    let mut capture = Capture::default();
    capture.server_timing = true;
    let instance = Instance::build(|builder| builder.clock(clock.clone()).capture(capture));
    let layer = Layer::new(instance.handle());
    (instance, clock, layer)
}

/// The answer to a request that works for 2 ms, waits for two queries of 5 ms, and is polled again.
fn answer(clock: &ManualClock, layer: &Layer, request: Request<Script>) -> Response<ResponseBody<Script>> {
    let mut service = layer.layer(tower::service_fn(|request: Request<Script>| async move {
        clock.advance(ms(2));
        for id in 0..2 {
            let query = start_call(Operation::database("sqlite", "main", &format!("SELECT {id} FROM users")), None);
            tokio::task::yield_now().await;
            query.completed();
        }
        let status = request.uri().path().trim_start_matches('/').parse().unwrap_or(StatusCode::OK);
        let body = Script::new([crate::script::Step::Data(b"hello")]);
        let response = Response::builder().status(status).header("server-timing", "rendering;dur=1");
        Ok::<_, Infallible>(response.header("x-other", "1").body(body).unwrap())
    }));
    let mut future = pin!(service.call(request));
    loop {
        match poll_once(future.as_mut()) {
            Poll::Ready(Ok(response)) => return response,
            Poll::Pending => clock.advance(ms(5)),
        }
    }
}

fn said<B>(response: &Response<B>) -> Vec<&str> {
    response.headers().get_all("server-timing").iter().map(|value| value.to_str().unwrap()).collect()
}

const OURS: &str = "db;dur=10;desc=\"2 queries\", app;dur=2, total;dur=12";

#[test]
fn an_answer_says_it_beside_what_the_application_says() {
    let (instance, clock, layer) = telling();
    let response = answer(&clock, &layer, get("/200"));
    assert_eq!(said(&response), ["rendering;dur=1", OURS]);
    clock.advance(ms(3));
    drop(response);
    let record = only_record(&instance);
    assert_eq!((record.first_byte(), record.duration()), (Some(ms(12)), ms(15)), "up to the head of the answer");
}

#[test]
fn so_does_every_answer() {
    let (_, clock, layer) = telling();
    for (method, status) in [(Method::HEAD, 200), (Method::GET, 304), (Method::POST, 204), (Method::GET, 500)] {
        let request = Request::builder().method(method).uri(format!("/{status}")).body(Script::empty()).unwrap();
        let response = answer(&clock, &layer, request);
        assert_eq!((response.status().as_u16(), &*said(&response)), (status, &["rendering;dur=1", OURS][..]));
    }
}

#[test]
fn a_layer_inside_another_says_it_once() {
    let (_, _, layer) = telling();
    let mut service = layer.layer(
        layer.layer(tower::service_fn(async |_: Request<Script>| Ok::<_, Infallible>(Response::new(Script::empty())))),
    );
    let Poll::Ready(Ok(response)) = poll_once(pin!(service.call(get("/")))) else { panic!("it answers at once") };
    assert_eq!(said(&response), ["total;dur=0"]);
}

#[test]
fn nothing_is_said_unless_that_is_allowed() {
    let (_instance, clock, layer) = measured();
    assert_eq!(said(&answer(&clock, &layer, get("/200"))), ["rendering;dur=1"]);
    let (_instance, clock, layer) = telling();
    assert_eq!(said(&answer(&clock, &layer, get("/health"))), ["rendering;dur=1"], "what is ignored is not measured");
}
