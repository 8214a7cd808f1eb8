//! Reads from a response what its body will be, puts the measured body in its place, and writes what the caller is told of
//! the request.

use rocket::{Request, Response};
use tachograph_core::Recording;
use tachograph_core::inbound::{Answer, AnswerBody, Expected, SERVER_TIMING, X_REQUEST_ID};

use crate::body::MeasuredBody;

/// The status of a response as it will go out, and what follows its head.
pub(crate) async fn read(request: &Request<'_>, response: &mut Response<'_>, expected: Expected) -> (u16, Answer) {
    let size = size(response).await;
    let status = if is_upgrade(request, response) { 101 } else { response.status().code };
    let content_type = response.headers().get_one("content-type").map(str::as_bytes);
    (status, Answer::new(expected, status, content_type, || size))
}

/// A server stops at the size that the head announces, be it the body's own or one that the application has set.
async fn size(response: &mut Response<'_>) -> Option<u64> {
    // Most bodies were given their size, and need not be sought through.
    let size = match response.body().preset_size() {
        Some(size) => Some(size),
        None => response.body_mut().size().await,
    };
    match size {
        Some(size) => Some(size as u64),
        None => response.headers().get_one("content-length")?.parse().ok(),
    }
}

/// rocket sets the status of an upgrade later than anybody can see it: when the request asks for what the response offers.
fn is_upgrade(request: &Request<'_>, response: &mut Response<'_>) -> bool {
    // What has a body is none, and need not be asked.
    if response.body().is_some() {
        return false;
    }
    let mut asked = request.headers().get("upgrade").flat_map(|protocols| protocols.split(','));
    asked.any(|protocol| response.upgrade(protocol.trim()).is_some())
}

/// The caller learns under which id to ask, and where the time went, if that is allowed.
pub(crate) fn tell(response: &mut Response<'_>, recording: &Recording) {
    let mut buffer = [0; 36];
    let id = recording.identity().request_id().encode(&mut buffer);
    response.set_raw_header(X_REQUEST_ID, id.to_owned());
    if let Some(value) = recording.server_timing() {
        response.adjoin_raw_header(SERVER_TIMING, value);
    }
}

/// The same body in the same chunks, measured to its end. Its size is known by now, if it can be.
pub(crate) fn wrap(response: &mut Response<'_>, answer: AnswerBody) {
    let body = response.body_mut().take();
    let max_chunk_size = body.max_chunk_size();
    match body.preset_size() {
        // The size is kept, or Content-Length would be lost.
        Some(size) => response.set_sized_body(size, MeasuredBody::new(body, answer)),
        None => response.set_streamed_body(MeasuredBody::new(body, answer)),
    }
    // A new body has rocket's own.
    response.set_max_chunk_size(max_chunk_size);
}
