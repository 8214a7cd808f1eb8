//! An error that an inner middleware returns: it becomes a response only further out.

use std::cell::{Cell, OnceCell};

use actix_web::body::MessageBody as _;
use actix_web::http::StatusCode;
use actix_web::{Error, HttpResponse};
use tachograph_core::OpenRequest;
use tachograph_core::inbound::{Answer, Expected};

use crate::answer::{self, Told};

/// Lets the request go along with the error, to be ended by the response that somebody makes of it.
pub(crate) fn follow(error: &mut Error, mut open: OpenRequest, expected: Expected) {
    open.pause();
    let failure = Failure {
        told: OnceCell::new(),
        status: error.as_response_error().status_code(),
        expected,
        open: Cell::new(Some(open)),
    };
    error.add_response_mapper(move |response| failure.answer(response));
}

/// What has to be known when the error becomes a response.
struct Failure {
    /// By the first response, whose request is not over yet; the same by the others.
    told: OnceCell<Told>,
    status: StatusCode,
    expected: Expected,
    // Taken by the first response: who looks at the error's response may ask for it more than once.
    open: Cell<Option<OpenRequest>>,
}

impl Failure {
    fn answer(&self, mut response: HttpResponse) -> HttpResponse {
        let open = self.open.take();
        if let Some(open) = &open {
            let _ = self.told.set(Told::of(open.recording()));
        }
        if let Some(told) = self.told.get() {
            told.clone().write(response.headers_mut());
        }
        match open {
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
