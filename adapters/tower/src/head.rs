//! Reads what is recorded of a request from its head.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Request, Uri, Version};
use http_body::Body;
use tachograph_core::RequestHead;
use tachograph_core::inbound::RequestHeaders;

pub(crate) fn read<'a, B: Body>(request: &'a Request<B>, route: Option<&'a str>) -> RequestHead<'a> {
    RequestHead {
        method: request.method().as_str(),
        path: request.uri().path(),
        route,
        scheme: scheme(request.uri()),
        protocol_version: protocol_version(request.version()),
        host: request.uri().authority().map(|authority| authority.as_str().as_bytes()),
        body_bytes: request.body().size_hint().exact(),
        ..RequestHead::default()
    }
}

pub(crate) struct Headers<'a>(pub(crate) &'a HeaderMap);

impl RequestHeaders for Headers<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(HeaderName::as_str)
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get_all(name).into_iter().map(HeaderValue::as_bytes)
    }
}

/// HTTP/2 sends it; HTTP/1 does not, other than through proxies.
fn scheme(uri: &Uri) -> &'static str {
    match uri.scheme_str() {
        Some("http") => "http",
        Some("https") => "https",
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
