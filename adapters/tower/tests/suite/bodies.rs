//! What is counted of a body, and when its last byte was handed over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Response};
use http_body::Body;
use tachograph_core::{CallOutcome, Outcome, Share};

use crate::script::{Polled, Script, Step, answer, get, measured, ms, only_record, poll_frame};

/// Polls a body as long as the test says, then drops it.
fn sent(body: Script, polls: usize) -> (Outcome, u64) {
    sent_in(Response::new(body), polls)
}

fn sent_in(response: Response<Script>, polls: usize) -> (Outcome, u64) {
    let (instance, _, layer) = measured();
    let mut body = answer(&layer, get("/"), response).into_body();
    for _ in 0..polls {
        let _ = poll_frame(&mut body);
    }
    drop(body);
    let record = only_record(&instance);
    (record.outcome(), record.response_bytes())
}

const HELLO: [Step; 2] = [Step::Data(b"hel"), Step::Data(b"lo")];

#[test]
fn a_body_is_complete_when_it_says_that_it_is_over() {
    assert_eq!(sent(Script::new(HELLO), 3), (Outcome::Completed, 5));
    assert_eq!(sent(Script::new(HELLO), 2), (Outcome::ClientDisconnected, 5));
}

#[test]
fn a_body_is_complete_when_it_knows_its_end_and_is_not_asked_again() {
    assert_eq!(sent(Script::new(HELLO).knows_its_end(), 2), (Outcome::Completed, 5));
    assert_eq!(sent(Script::new(HELLO).knows_its_end(), 1), (Outcome::ClientDisconnected, 3));
}

#[test]
fn a_body_of_known_size_is_complete_with_its_last_byte() {
    assert_eq!(sent(Script::new(HELLO).size(5), 2), (Outcome::Completed, 5));
    assert_eq!(sent(Script::new(HELLO).size(5), 1), (Outcome::ClientDisconnected, 3));
    assert_eq!(sent(Script::new(HELLO).size(5), 0), (Outcome::ClientDisconnected, 0));
}

#[test]
fn a_size_that_only_the_head_announces_counts_too() {
    let response = || Response::builder().header(CONTENT_LENGTH, 5).body(Script::new(HELLO)).unwrap();
    assert_eq!(sent_in(response(), 2), (Outcome::Completed, 5));
    assert_eq!(sent_in(response(), 1), (Outcome::ClientDisconnected, 3));
}

#[test]
fn trailers_are_the_end() {
    assert_eq!(sent(Script::new([Step::Data(b"hello"), Step::Trailers]), 2), (Outcome::Completed, 5));
}

#[test]
fn a_body_without_content_is_complete_without_being_asked() {
    assert_eq!(sent(Script::empty(), 0), (Outcome::Completed, 0));
    assert_eq!(sent(Script::new([]).size(0), 0), (Outcome::Completed, 0));
    assert_eq!(sent(Script::new([]), 1), (Outcome::Completed, 0));
}

#[test]
fn a_body_can_fail() {
    assert_eq!(sent(Script::new([Step::Data(b"hel"), Step::Fail]), 2), (Outcome::BodyFailed, 3));
}

#[test]
fn a_body_can_panic_and_the_panic_goes_on() {
    let (instance, _, layer) = measured();
    let mut body = answer(&layer, get("/"), Response::new(Script::new([Step::Data(b"hel"), Step::Panic]))).into_body();
    let _ = poll_frame(&mut body);
    assert!(catch_unwind(AssertUnwindSafe(|| poll_frame(&mut body))).is_err());
    drop(body);
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.status_code()), (Outcome::Panicked, Some(200)));
    assert_eq!(record.response_bytes(), 3);
}

#[test]
fn the_time_of_a_body_is_its_own_while_it_runs_and_sending_while_it_waits() {
    let (instance, clock, layer) = measured();
    let steps = [
        Step::Advance(ms(2)),
        Step::Data(b"hel"),
        Step::Pending,
        Step::Advance(ms(3)),
        Step::Data(b"lo"),
        Step::Advance(ms(4)),
    ];
    let mut body = answer(&layer, get("/"), Response::new(Script::new(steps).clock(&clock))).into_body();
    assert!(poll_frame(&mut body).is_ready());
    clock.advance(ms(10));
    assert!(poll_frame(&mut body).is_pending());
    clock.advance(ms(20));
    assert!(poll_frame(&mut body).is_ready());
    assert_eq!(instance.records().len(), 0);
    assert!(matches!(poll_frame(&mut body), Poll::Ready(None)));

    // What the server does with the body afterwards is no part of the request.
    clock.advance(ms(100));
    drop(body);
    let record = only_record(&instance);
    assert_eq!(record.duration(), ms(39));
    assert_eq!(record.breakdown().share(Share::Own), ms(9));
    assert_eq!(record.breakdown().share(Share::Body), ms(30));
    assert_eq!(record.first_byte(), Some(ms(0)));
}

#[test]
fn a_body_of_known_size_lasts_to_its_last_byte_and_not_until_it_is_dropped() {
    let (instance, clock, layer) = measured();
    let mut body = answer(&layer, get("/"), Response::new(Script::new(HELLO).size(5))).into_body();
    for _ in 0..2 {
        clock.advance(ms(1));
        let _ = poll_frame(&mut body);
    }
    clock.advance(ms(100));
    drop(body);
    assert_eq!(only_record(&instance).duration(), ms(2));
}

#[test]
fn what_a_body_calls_belongs_to_its_request_even_where_it_is_dropped() {
    let (instance, _, layer) = measured();
    let body = Script::new([Step::Call, Step::Data(b"hel"), Step::Pending]).leaves_a_call();
    let mut body = answer(&layer, get("/"), Response::new(body)).into_body();
    let _ = poll_frame(&mut body);
    drop(body);
    let record = only_record(&instance);
    assert_eq!((record.outcome(), record.database().count()), (Outcome::ClientDisconnected, 2));
    assert_eq!(record.calls()[0].outcome(), CallOutcome::Completed);
    assert_eq!(instance.handle().counters().unattributed_calls, 0);
}

#[test]
fn a_body_looks_as_it_did() {
    let (_instance, _, layer) = measured();
    let mut body = answer(&layer, get("/"), Response::new(Script::new(HELLO).size(5).knows_its_end())).into_body();
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(5), false));
    let frame = |frame: Polled| match frame {
        Poll::Ready(Some(Ok(frame))) => frame,
        _ => panic!("a frame is there"),
    };
    assert_eq!(frame(poll_frame(&mut body)).into_data().unwrap(), "hel");
    assert_eq!(frame(poll_frame(&mut body)).into_data().unwrap(), "lo");
    assert!(body.is_end_stream());
    assert!(matches!(poll_frame(&mut body), Poll::Ready(None)));

    let mut body = answer(&layer, get("/"), Response::new(Script::new([Step::Trailers, Step::Data(b"x")]))).into_body();
    assert_eq!((body.size_hint().exact(), body.size_hint().lower(), body.is_end_stream()), (None, 0, false));
    assert_eq!(frame(poll_frame(&mut body)).into_trailers().unwrap(), HeaderMap::new());
    assert_eq!(frame(poll_frame(&mut body)).into_data().unwrap(), "x");
}
