//! What an endpoint is asked and what it answers, in the types of `http`: for this crate, and for adapters upon it.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode, request};
use tachograph_core::endpoint::{Answering, Request};

use crate::head::Headers;

/// What is asked by a request with this head.
pub fn asked(head: &request::Parts) -> Request<'_> {
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    Request::new(head.method.as_str(), path, query).headers(&Headers(&head.headers))
}

/// The response that an answer is; 404 where nobody answers.
pub async fn response(answering: Option<Answering<'_>>) -> Response<Bytes> {
    let Some(answering) = answering else { return with_status(StatusCode::NOT_FOUND, Bytes::new()) };
    let answer = answering.await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = with_status(status, answer.body.into_owned().into());
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn with_status(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
