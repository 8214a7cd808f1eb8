//! Reads from the head of a response what its body will be, and writes the request's id into it.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body::Body;
use tachograph_core::Recording;

use crate::head::X_REQUEST_ID;

/// What a request's method makes of the body of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Body,
    /// HEAD.
    Nothing,
    /// CONNECT: bytes in both directions, which are no body.
    Tunnel,
}

impl Expected {
    pub(crate) fn by(method: &Method) -> Self {
        match *method {
            Method::HEAD => Expected::Nothing,
            Method::CONNECT => Expected::Tunnel,
            _ => Expected::Body,
        }
    }
}

/// What follows the head of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The size of the body as it goes on the wire, where it is known.
    pub(crate) body_bytes: Option<u64>,
    /// An upgrade or an event stream.
    pub(crate) streaming: bool,
}

impl Answer {
    pub(crate) fn of<R: Body>(response: &Response<R>, expected: Expected) -> Self {
        let status = response.status();
        let tunnel = expected == Expected::Tunnel && status.is_success();
        let upgrade = tunnel || status == StatusCode::SWITCHING_PROTOCOLS;
        let bodiless = upgrade
            || expected == Expected::Nothing
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        Answer {
            // What a server would not send, it does not even ask the body for.
            body_bytes: if bodiless { Some(0) } else { size(response) },
            streaming: upgrade || is_event_stream(response.headers()),
        }
    }
}

/// A server stops at the size that the head announces, be it the body's own or one that the application has set.
fn size<R: Body>(response: &Response<R>) -> Option<u64> {
    let body = response.body();
    if body.is_end_stream() {
        return Some(0);
    }
    body.size_hint().exact().or_else(|| response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok())
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    const EVENT_STREAM: &[u8] = b"text/event-stream";
    let Some(value) = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) else { return false };
    value.get(..EVENT_STREAM.len()).is_some_and(|start| start.eq_ignore_ascii_case(EVENT_STREAM))
        && value.get(EVENT_STREAM.len()).is_none_or(|next| matches!(next, b';' | b' ' | b'\t'))
}

/// The caller learns under which id to ask.
pub(crate) fn name_request(headers: &mut HeaderMap, recording: &Recording) {
    let mut buffer = [0; 36];
    if let Ok(value) = HeaderValue::from_str(recording.identity().request_id().encode(&mut buffer)) {
        headers.insert(&X_REQUEST_ID, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stream_is_known_by_its_media_type_alone() {
        let is = |value: &'static str| {
            is_event_stream(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert!(is("text/event-stream") && is("Text/Event-Stream; charset=utf-8") && is("text/event-stream ;a=b"));
        assert!(!is("text/event-streams") && !is("text/event") && !is("text/plain; text/event-stream") && !is(""));
        assert!(!is_event_stream(&HeaderMap::new()));
    }
}
