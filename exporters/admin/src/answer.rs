//! From a request of hyper's to an endpoint, and back.

use std::net::IpAddr;

use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tachograph_core::Handle;
use tachograph_core::endpoint::{self, Endpoints};
use tachograph_core::inbound::RequestHeaders;

use crate::body::Body;
use crate::listener::Stop;

/// Answers by the endpoints that the instance has at this moment, and by those of the listener itself where it has none.
pub(crate) async fn answer(
    handle: &Handle,
    own: &Endpoints,
    peer: IpAddr,
    stop: Stop,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let mut asked = endpoint::Request::new(head.method.as_str(), path, query).of(handle).from_peer(peer);
    if let Some(authority) = head.uri.authority() {
        asked = asked.to_host(authority.as_str());
    }
    asked = asked.headers(&Headers(&head.headers));
    let endpoints = handle.endpoints();
    let answer = match endpoints.answer(asked.clone()).or_else(|| own.answer(asked)) {
        Some(answering) => answering.await,
        None => endpoint::Response::new(404, "text/plain; charset=utf-8", *b"nothing is served here: see /\n"),
    };
    response(answer, stop)
}

fn response(answer: endpoint::Response, stop: Stop) -> Response<Body> {
    let endpoint::Response { status, headers, body, stream, .. } = answer;
    let mut response = Response::new(match stream {
        Some(stream) => Body::stream(stream, stop),
        None => Body::Whole(body.into_owned().into()),
    });
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

struct Headers<'a>(&'a HeaderMap);

impl RequestHeaders for Headers<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(HeaderName::as_str)
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get_all(name).into_iter().map(HeaderValue::as_bytes)
    }
}
