//! What an endpoint is asked and what it answers, in the types of `http`: for this crate, and for adapters upon it.

use std::net::IpAddr;

use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode, request};
use tachograph_core::endpoint::{self, Answering, Request};

pub use crate::endpoint_body::EndpointBody;
use crate::head::Headers;

/// What is asked by a request with this head, over a connection from `peer`, where that is known.
pub fn asked(head: &request::Parts, peer: Option<IpAddr>) -> Request<'_> {
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let mut asked = Request::new(head.method.as_str(), path, query);
    if let Some(peer) = peer {
        asked = asked.from_peer(peer);
    }
    if let Some(authority) = head.uri.authority() {
        asked = asked.to_host(authority.as_str());
    }
    asked.headers(&Headers(&head.headers))
}

/// The response that an answer is; 404 where nobody answers.
pub async fn response(answering: Option<Answering<'_>>) -> Response<EndpointBody> {
    let Some(answering) = answering else { return with_status(StatusCode::NOT_FOUND, EndpointBody::default()) };
    let endpoint::Response { status, headers, body, stream, .. } = answering.await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = match stream {
        Some(stream) => stream.into(),
        // axum would say that a GET has none, either.
        None if body.is_empty() => EndpointBody::default(),
        None => body.into_owned().into(),
    };
    let mut response = with_status(status, body);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn with_status(status: StatusCode, body: EndpointBody) -> Response<EndpointBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
