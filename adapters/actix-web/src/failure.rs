//! An error that an inner middleware returns: it becomes a response only further out.

use std::cell::Cell;

use actix_web::body::MessageBody as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse};
use tachograph_core::OpenRequest;
use tachograph_core::inbound::{Answer, Expected};

use crate::answer;

/// Lets the request go along with the error, to be ended by the response that somebody makes of it.
pub(crate) fn follow(error: &mut Error, mut open: OpenRequest, expected: Expected) {
    open.pause();
    let failure = Failure {
        request_id: answer::request_id(open.recording()),
        status: error.as_response_error().status_code(),
        expected,
        open: Cell::new(Some(open)),
    };
    error.add_response_mapper(move |response| failure.answer(response));
}

/// What has to be known when the error becomes a response.
struct Failure {
    request_id: Option<(HeaderName, HeaderValue)>,
    status: StatusCode,
    expected: Expected,
    // Taken by the first response: who looks at the error's response may ask for it more than once.
    open: Cell<Option<OpenRequest>>,
}

impl Failure {
    fn answer(&self, mut response: HttpResponse) -> HttpResponse {
        if let Some((name, value)) = self.request_id.clone() {
            response.headers_mut().insert(name, value);
        }
        match self.open.take() {
            Some(open) => answer::follow(response, open, self.expected).map_body(|_, body| body.boxed()),
            None => response,
        }
    }
}

impl Drop for Failure {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            // Somebody outside answers in another way, with a body that is not seen here.
            open.answer(self.status.as_u16(), Answer { body_bytes: Some(0), streaming: false });
        }
    }
}
