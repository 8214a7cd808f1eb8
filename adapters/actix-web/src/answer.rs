//! Reads from the head of a response what its body will be, and writes into it what the caller is told of the request.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tachograph_core::inbound::{Answer, AnswerBody, Expected, SERVER_TIMING, X_REQUEST_ID};
use tachograph_core::{OpenRequest, Recording};

use crate::body::ResponseBody;

/// The response, with its body as the rest of the request.
pub(crate) fn follow<B: MessageBody>(
    response: HttpResponse<B>,
    open: OpenRequest,
    expected: Expected,
) -> HttpResponse<ResponseBody<B>> {
    let answer = open.answer(response.status().as_u16(), read(&response, expected));
    response.map_body(|_, body| ResponseBody::new(body, answer))
}

/// The response of a request that passes unmeasured.
pub(crate) fn pass<B: MessageBody>(response: HttpResponse<B>) -> HttpResponse<ResponseBody<B>> {
    response.map_body(|_, body| ResponseBody::new(body, AnswerBody::unmeasured()))
}

fn read<B: MessageBody>(response: &HttpResponse<B>, expected: Expected) -> Answer {
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    Answer::new(expected, response.status().as_u16(), content_type, || size(response))
}

fn size<B: MessageBody>(response: &HttpResponse<B>) -> Option<u64> {
    match response.body().size() {
        BodySize::None => Some(0),
        BodySize::Sized(size) => Some(size),
        // What is sent in chunks has no length, whatever the application has set.
        BodySize::Stream if response.head().chunked() => None,
        BodySize::Stream => response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok(),
    }
}

/// What the caller is told of the request: under which id to ask, and where the time went, if that is allowed.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    request_id: Option<HeaderValue>,
    server_timing: Option<HeaderValue>,
}

impl Told {
    pub(crate) fn of(recording: &Recording) -> Self {
        let mut buffer = [0; 36];
        Told {
            request_id: HeaderValue::from_str(recording.identity().request_id().encode(&mut buffer)).ok(),
            server_timing: recording.server_timing().and_then(|value| HeaderValue::try_from(value).ok()),
        }
    }

    pub(crate) fn write(self, headers: &mut HeaderMap) {
        if let Some(value) = self.request_id {
            headers.insert(HeaderName::from_static(X_REQUEST_ID), value);
        }
        if let Some(value) = self.server_timing {
            headers.append(HeaderName::from_static(SERVER_TIMING), value);
        }
    }
}
