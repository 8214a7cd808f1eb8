//! What the head of an answer says about what follows it.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response};
use tachograph_core::{Outcome, Record};

use crate::script::{Script, Step, answer, measured, only_record, poll_frame};

/// The record of an answer whose body is dropped after that many frames.
fn record_of(method: Method, status: u16, content_type: &str, polls: usize) -> Record {
    let (instance, _, layer) = measured();
    let request = Request::builder().method(method).uri("/").body(Script::empty()).unwrap();
    let body = Script::new([Step::Data(b"hello")]);
    let response = Response::builder().status(status).header(CONTENT_TYPE, content_type).body(body).unwrap();
    let mut body = answer(&layer, request, response).into_body();
    for _ in 0..polls {
        let _ = poll_frame(&mut body);
    }
    drop(body);
    only_record(&instance)
}

fn complete_at_once(method: Method, status: u16) -> (bool, bool) {
    let record = record_of(method, status, "text/plain", 0);
    (record.outcome() == Outcome::Completed && record.response_bytes() == 0, record.is_streaming())
}

#[test]
fn answers_that_have_no_body_are_complete_with_their_head() {
    assert_eq!(complete_at_once(Method::HEAD, 200), (true, false));
    assert_eq!(complete_at_once(Method::GET, 204), (true, false));
    assert_eq!(complete_at_once(Method::GET, 304), (true, false));
    assert_eq!(complete_at_once(Method::GET, 200), (false, false));
    assert_eq!(complete_at_once(Method::GET, 205), (false, false));
}

#[test]
fn upgrades_are_complete_with_their_head_and_streaming() {
    assert_eq!(complete_at_once(Method::GET, 101), (true, true));
    assert_eq!(complete_at_once(Method::CONNECT, 200), (true, true));
    assert_eq!(complete_at_once(Method::CONNECT, 403), (false, false));
}

#[test]
fn bytes_of_head_are_none_even_where_the_service_gives_some() {
    let record = record_of(Method::HEAD, 200, "text/plain", 2);
    assert_eq!((record.outcome(), record.response_bytes()), (Outcome::Completed, 0));
}

#[test]
fn an_event_stream_is_streaming_and_lasts_as_long_as_its_body() {
    let left = record_of(Method::GET, 200, "text/event-stream", 1);
    assert_eq!((left.is_streaming(), left.outcome(), left.response_bytes()), (true, Outcome::ClientDisconnected, 5));
    let over = record_of(Method::GET, 200, "text/event-stream; charset=utf-8", 2);
    assert_eq!((over.is_streaming(), over.outcome()), (true, Outcome::Completed));
    assert!(!record_of(Method::GET, 200, "text/plain", 2).is_streaming());
}

#[test]
fn a_content_length_that_is_none_announces_nothing() {
    for value in ["", "five", "-1", "99999999999999999999999"] {
        let (instance, _, layer) = measured();
        let response = Response::builder().header(CONTENT_LENGTH, value).body(Script::new([])).unwrap();
        drop(answer(&layer, Request::new(Script::empty()), response));
        assert_eq!(only_record(&instance).outcome(), Outcome::ClientDisconnected, "{value:?}");
    }
}
