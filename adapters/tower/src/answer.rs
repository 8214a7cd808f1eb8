//! Reads from the head of a response what its body will be, and writes into it what the caller is told of the request.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Response};
use http_body::Body;
use tachograph_core::inbound::{self, Answer, Expected};

use crate::grpc;
use tachograph_core::{OpenRequest, Recording};

// A name that has to be parsed is one that has to be allocated.
static X_REQUEST_ID: HeaderName = HeaderName::from_static(inbound::X_REQUEST_ID);
static SERVER_TIMING: HeaderName = HeaderName::from_static(inbound::SERVER_TIMING);

/// What follows the head of a response.
pub(crate) fn read<R: Body>(response: &Response<R>, expected: Expected, open: &mut OpenRequest) -> Answer {
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if content_type.is_some_and(grpc::is_content_type) {
        open.call(|| grpc::keep_failure(response.headers()));
    }
    Answer::new(expected, response.status().as_u16(), content_type, || size(response))
}

/// A server stops at the size that the head announces, be it the body's own or one that the application has set.
fn size<R: Body>(response: &Response<R>) -> Option<u64> {
    let body = response.body();
    if body.is_end_stream() {
        return Some(0);
    }
    body.size_hint().exact().or_else(|| response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok())
}

/// The caller learns under which id to ask, and where the time went, if that is allowed.
pub(crate) fn tell(headers: &mut HeaderMap, recording: &Recording) {
    let mut buffer = [0; 36];
    if let Ok(value) = HeaderValue::from_str(recording.identity().request_id().encode(&mut buffer)) {
        headers.insert(&X_REQUEST_ID, value);
    }
    if let Some(Ok(value)) = recording.server_timing().map(HeaderValue::try_from) {
        headers.append(&SERVER_TIMING, value);
    }
}
