//! What an endpoint is asked.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use super::forwarding::is_of_a_proxy;
use crate::handle::Handle;
use crate::inbound::RequestHeaders;

/// A request for an [`Endpoint`](super::Endpoint): of its headers, only those by which the form of an answer is chosen, and
/// whether there is one at all.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Request<'a> {
    /// As it came: `GET`.
    pub method: &'a str,
    /// As it came, still percent-encoded, without the query.
    pub path: &'a str,
    /// What stands behind the `?`; empty without one.
    pub query: &'a str,
    /// The address of who opened the connection, which may be a proxy; none where the adapter does not know.
    pub peer: Option<IpAddr>,
    /// The host that was asked for, as it came, with its port: HTTP/2's `:authority`, or the header `Host`; where these
    /// are more than one and differ, all of them, with commas between. Empty where none was given.
    pub host: Cow<'a, str>,
    /// The header `Authorization`, as it came; empty without one. It is a secret: it is in no [`Debug`] output.
    pub authorization: Cow<'a, str>,
    /// Whether a proxy has added something, so that the peer is not who asks: `Forwarded`, `X-Forwarded-For`, `Via`, or
    /// any other header that proxies and networks of delivery are known to tell a client's address by.
    pub is_forwarded: bool,
    /// The header `Sec-Fetch-Site`, by which a browser says whose page it is that asks; empty without one.
    pub sec_fetch_site: Cow<'a, str>,
    /// The media types that are accepted; empty where none were named, which is all of them.
    pub accept: Cow<'a, str>,
    /// The codings that are accepted, such as `gzip`; empty where none were named.
    pub accept_encoding: Cow<'a, str>,
    /// The header `Last-Event-ID`, by which a client of an event stream says what it has had; empty without one.
    pub last_event_id: Cow<'a, str>,
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

    /// Over a connection that was opened from this address.
    pub fn from_peer(mut self, peer: IpAddr) -> Self {
        // A listener for both versions of IP has addresses of the older one in the form of the newer one.
        self.peer = Some(peer.to_canonical());
        self
    }

    /// To this host: what HTTP/2 has as `:authority`, and the target of a request may begin with.
    pub fn to_host(mut self, host: &str) -> Self {
        self.host = one_or_all([&*self.host, host].into_iter()).into();
        self
    }

    /// With those of these headers that matter. Values that are no text are passed over, but for those of `Host`, whose
    /// bytes that are none are replaced.
    pub fn headers(mut self, headers: &impl RequestHeaders) -> Self {
        let hosts: Vec<Cow<'_, str>> = headers.values("host").map(String::from_utf8_lossy).collect();
        self.host = one_or_all(std::iter::once(&*self.host).chain(hosts.iter().map(|host| &**host))).into();
        self.is_forwarded |= headers.names().any(is_of_a_proxy);
        self.authorization = joined(headers, "authorization").into();
        self.sec_fetch_site = joined(headers, "sec-fetch-site").into();
        self.accept = joined(headers, "accept").into();
        self.accept_encoding = joined(headers, "accept-encoding").into();
        self.last_event_id = joined(headers, "last-event-id").into();
        self
    }
}

/// A list may come in parts, under the same name.
fn joined(headers: &impl RequestHeaders, name: &str) -> String {
    let values: Vec<&str> = headers.values(name).filter_map(|value| std::str::from_utf8(value).ok()).collect();
    values.join(", ")
}

/// Where a request names several hosts, who decides by the first and who decides by the last must not be led to think
/// different things of it.
fn one_or_all<'a>(hosts: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for host in hosts {
        if !host.is_empty() && !all.contains(&host) {
            all.push(host);
        }
    }
    all.join(", ")
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("peer", &self.peer)
            .field("host", &self.host)
            .field("is_authorized", &!self.authorization.is_empty())
            .field("is_forwarded", &self.is_forwarded)
            .field("sec_fetch_site", &self.sec_fetch_site)
            .field("accept", &self.accept)
            .field("accept_encoding", &self.accept_encoding)
            .field("last_event_id", &self.last_event_id)
            .finish_non_exhaustive()
    }
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
            ("last-event-id", b"7"),
            ("sec-fetch-site", b"same-origin"),
        ]);
        let request = Request::new("GET", "/metrics", "name=up").headers(&headers);
        assert_eq!((request.method, request.path, request.query), ("GET", "/metrics", "name=up"));
        assert_eq!(request.accept, "text/plain;q=0.5, application/openmetrics-text");
        assert_eq!((&*request.accept_encoding, &*request.last_event_id), ("gzip", "7"));
        assert_eq!(request.sec_fetch_site, "same-origin");
    }

    #[test]
    fn headers_that_did_not_come_are_empty() {
        let request = Request::new("GET", "/metrics", "").headers(&List(&[("user-agent", b"example")]));
        assert_eq!((&*request.accept, &*request.accept_encoding, &*request.last_event_id), ("", "", ""));
        assert_eq!((&*request.host, &*request.authorization, &*request.sec_fetch_site), ("", "", ""));
        assert!(request.peer.is_none() && !request.is_forwarded);
    }

    #[test]
    fn of_several_hosts_none_stands_for_the_others() {
        let host = |authority, list| {
            let request = Request::new("GET", "/", "").to_host(authority).headers(&List(list));
            request.host.into_owned()
        };
        assert_eq!(host("", &[("host", b"localhost:8080")]), "localhost:8080");
        assert_eq!(host("localhost:8080", &[]), "localhost:8080");
        assert_eq!(host("localhost:8080", &[("host", b"localhost:8080")]), "localhost:8080");
        assert_eq!(host("localhost", &[("host", b"example.com")]), "localhost, example.com");
        assert_eq!(host("", &[("host", b"localhost"), ("host", b"example.com")]), "localhost, example.com");
        assert_eq!(host("", &[("host", b"localhost"), ("host", b"\xff")]), "localhost, \u{fffd}");
        let late = Request::new("GET", "/", "").headers(&List(&[("host", b"localhost")])).to_host("example.com");
        assert_eq!(late.host, "localhost, example.com");
    }

    #[test]
    fn a_peer_is_known_by_the_shorter_form_of_its_address() {
        let request = Request::new("GET", "/", "").from_peer("::ffff:127.0.0.1".parse().unwrap());
        assert_eq!(request.peer, Some(IpAddr::from([127, 0, 0, 1])));
    }

    #[test]
    fn what_a_proxy_adds_is_seen() {
        let forwarded = |list| Request::new("GET", "/", "").headers(&List(list)).is_forwarded;
        assert!(forwarded(&[("host", b"localhost"), ("X-Forwarded-For", b"192.0.2.7")]));
        assert!(!forwarded(&[("host", b"localhost"), ("accept", b"x-forwarded-for")]));
    }

    #[test]
    fn the_secret_is_not_shown() {
        let request = Request::new("GET", "/", "").headers(&List(&[("authorization", b"Bearer s3cret")]));
        assert_eq!(request.authorization, "Bearer s3cret");
        let shown = format!("{request:?}");
        assert!(shown.contains("is_authorized: true") && !shown.contains("s3cret"), "{shown}");
    }
}
