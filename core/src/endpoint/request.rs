//! What an endpoint is asked.

use std::borrow::Cow;

use crate::handle::Handle;
use crate::inbound::RequestHeaders;

/// A request for an [`Endpoint`](super::Endpoint): of its headers, only those by which the form of an answer is chosen.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Request<'a> {
    /// As it came: `GET`.
    pub method: &'a str,
    /// As it came, still percent-encoded, without the query.
    pub path: &'a str,
    /// What stands behind the `?`; empty without one.
    pub query: &'a str,
    /// The media types that are accepted; empty where none were named, which is all of them.
    pub accept: Cow<'a, str>,
    /// The codings that are accepted, such as `gzip`; empty where none were named.
    pub accept_encoding: Cow<'a, str>,
    /// The instance whose endpoints these are, where the adapter that mounted them knows it.
    pub handle: Option<&'a Handle>,
}

impl<'a> Request<'a> {
    /// A request without headers. `query` is empty where there is none.
    pub fn new(method: &'a str, path: &'a str, query: &'a str) -> Self {
        Request { method, path, query, ..Request::default() }
    }

    /// To an endpoint of this instance.
    pub fn of(mut self, handle: &'a Handle) -> Self {
        self.handle = Some(handle);
        self
    }

    /// With those of these headers that matter. Values that are no text are passed over.
    pub fn headers(mut self, headers: &impl RequestHeaders) -> Self {
        self.accept = joined(headers, "accept").into();
        self.accept_encoding = joined(headers, "accept-encoding").into();
        self
    }
}

/// A list may come in parts, under the same name.
fn joined(headers: &impl RequestHeaders, name: &str) -> String {
    let values: Vec<&str> = headers.values(name).filter_map(|value| std::str::from_utf8(value).ok()).collect();
    values.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct List(&'static [(&'static str, &'static [u8])]);

    impl RequestHeaders for List {
        fn names(&self) -> impl Iterator<Item = &str> {
            self.0.iter().map(|(name, _)| *name)
        }

        fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
            self.0.iter().filter(move |(given, _)| *given == name).map(|(_, value)| *value)
        }
    }

    #[test]
    fn a_header_that_comes_in_parts_is_one_list() {
        let headers = List(&[
            ("accept", b"text/plain;q=0.5"),
            ("host", b"example"),
            ("accept", b"\xff"),
            ("accept", b"application/openmetrics-text"),
            ("accept-encoding", b"gzip"),
        ]);
        let request = Request::new("GET", "/metrics", "name=up").headers(&headers);
        assert_eq!((request.method, request.path, request.query), ("GET", "/metrics", "name=up"));
        assert_eq!(request.accept, "text/plain;q=0.5, application/openmetrics-text");
        assert_eq!(request.accept_encoding, "gzip");
    }

    #[test]
    fn headers_that_did_not_come_are_empty() {
        let request = Request::new("GET", "/metrics", "").headers(&List(&[("host", b"example")]));
        assert_eq!((&*request.accept, &*request.accept_encoding), ("", ""));
    }
}
