//! Reads what is recorded of a request from its head.

use std::borrow::Cow;

use rocket::http::HeaderMap;
use rocket::{Data, Request};
use tachograph_core::RequestHead;
use tachograph_core::inbound::RequestHeaders;

pub(crate) fn read<'a>(request: &'a Request<'_>, body_bytes: Option<u64>) -> RequestHead<'a> {
    RequestHead {
        method: request.method().as_str(),
        path: request.uri().path().as_str(),
        body_bytes,
        scheme: if request.rocket().config().tls_enabled() { "https" } else { "http" },
        // rocket keeps no version, and has not looked for a route yet.
        ..RequestHead::default()
    }
}

/// The size of the body, where rocket has the whole of it, or where it is announced.
pub(crate) async fn body_bytes(request: &Request<'_>, data: &mut Data<'_>) -> Option<u64> {
    /// The most that can be looked at without taking it from the handler.
    const MOST: usize = 512;
    // rocket has read the first few bytes of every body already, so this waits for nothing. It takes less than to look for a
    // header, and most requests have no body.
    if data.peek_complete() {
        let bytes = data.peek(MOST).await.len();
        if bytes < MOST {
            return Some(bytes as u64);
        }
    }
    request.headers().get_one("content-length")?.parse().ok()
}

pub(crate) struct Headers<'a>(pub(crate) &'a HeaderMap<'a>);

impl RequestHeaders for Headers<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|header| match header.name.into_cow() {
            Cow::Borrowed(name) => Some(name),
            Cow::Owned(_) => None,
        })
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get(name).map(str::as_bytes)
    }
}
