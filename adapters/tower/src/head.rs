//! Reads what is recorded of a request from its head.

use http::header::{GetAll, HeaderName};
use http::{HeaderMap, HeaderValue, Request, Uri, Version};
use http_body::Body;
use tachograph_core::{RequestHead, trace};

pub(crate) static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static X_AMZN_TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

pub(crate) fn read<'a, B: Body>(request: &'a Request<B>, route: Option<&'a str>) -> RequestHead<'a> {
    let headers = request.headers();
    let sent = Sent::of(headers);
    RequestHead {
        method: request.method().as_str(),
        path: request.uri().path(),
        route,
        scheme: scheme(request.uri()),
        protocol_version: protocol_version(request.version()),
        request_id: sent.request_id.then(|| headers.get(&X_REQUEST_ID)).flatten().map(HeaderValue::as_bytes),
        trace: match sent.trace {
            false => trace::Extracted::default(),
            true => trace::extract(
                values(headers, &TRACEPARENT),
                values(headers, &TRACESTATE),
                values(headers, &X_AMZN_TRACE_ID),
            ),
        },
        body_bytes: request.body().size_hint().exact(),
    }
}

/// Which of our headers a request has. One look at all names takes less than to look up four that are mostly not there.
#[derive(Default)]
struct Sent {
    request_id: bool,
    trace: bool,
}

impl Sent {
    fn of(headers: &HeaderMap) -> Self {
        let mut sent = Sent::default();
        for name in headers.keys() {
            match name.as_str() {
                "x-request-id" => sent.request_id = true,
                "traceparent" | "tracestate" | "x-amzn-trace-id" => sent.trace = true,
                _ => {}
            }
        }
        sent
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    GetAll::into_iter(headers.get_all(name)).map(HeaderValue::as_bytes)
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
