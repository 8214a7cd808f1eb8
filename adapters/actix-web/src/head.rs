//! Reads what is recorded of a request from its head.

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, Version};
use tachograph_core::RequestHead;
use tachograph_core::inbound::RequestHeaders;

/// Without a route: what matches is known only when the request has been through the router.
pub(crate) fn read(request: &ServiceRequest) -> RequestHead<'_> {
    RequestHead {
        method: request.method().as_str(),
        path: request.path(),
        scheme: scheme(request),
        protocol_version: protocol_version(request.version()),
        host: request.uri().authority().map(|authority| authority.as_str().as_bytes()),
        body_bytes: body_bytes(request),
        ..RequestHead::default()
    }
}

pub(crate) struct Headers<'a>(pub(crate) &'a HeaderMap);

impl RequestHeaders for Headers<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(HeaderName::as_str)
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get_all(name).map(HeaderValue::as_bytes)
    }
}

/// HTTP/2 sends it; HTTP/1 does not, other than through proxies, but a listener of TLS knows.
fn scheme(request: &ServiceRequest) -> &'static str {
    match request.uri().scheme_str() {
        Some("http") => "http",
        Some("https") => "https",
        _ if request.app_config().secure() => "https",
        _ => "",
    }
}

fn protocol_version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "",
    }
}

/// How large the body is, where that is known before it is read.
fn body_bytes(request: &ServiceRequest) -> Option<u64> {
    if let Some(announced) = request.headers().get(CONTENT_LENGTH) {
        return announced.to_str().ok()?.parse().ok();
    }
    let (_, payload) = request.parts();
    let bodiless = matches!(payload, Payload::None)
        // What follows is another protocol.
        || request.head().upgrade()
        // HTTP/2 has a stream for every request, and does not tell whether anything will come on it.
        || (request.version() == Version::HTTP_2 && matches!(*request.method(), Method::GET | Method::HEAD));
    bodiless.then_some(0)
}
