//! Which headers of a request are read.

use crate::open_request::{OpenRequest, RequestHead};
use crate::trace;

/// The header with which a request says its id, and with which its answer repeats it.
pub const X_REQUEST_ID: &str = "x-request-id";
/// The header with which an answer says where its time went, beside what the application says by it itself: see
/// [`Recording::server_timing`](crate::Recording::server_timing).
pub const SERVER_TIMING: &str = "server-timing";
const HOST: &str = "host";
const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const X_AMZN_TRACE_ID: &str = "x-amzn-trace-id";

/// The headers of a request, in whatever a framework keeps them.
pub trait RequestHeaders {
    /// The name of each, in lower case unless the framework keeps them otherwise.
    fn names(&self) -> impl Iterator<Item = &str>;

    /// Every value under a name, which is given in lower case.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;
}

/// Adds to the head what the headers say of the request's id and trace.
pub(super) fn read<'a>(
    head: RequestHead<'a>,
    headers: &'a impl RequestHeaders,
    asks_for_host: bool,
) -> RequestHead<'a> {
    let sent = Sent::of(headers);
    RequestHead {
        // HTTP/2 has the host elsewhere, and then the adapter knows it.
        host: head.host.or_else(|| asks_for_host.then(|| headers.values(HOST).next()).flatten()),
        request_id: sent.request_id.then(|| headers.values(X_REQUEST_ID).next()).flatten(),
        trace: match sent.trace {
            false => trace::Extracted::default(),
            true => {
                trace::extract(headers.values(TRACEPARENT), headers.values(TRACESTATE), headers.values(X_AMZN_TRACE_ID))
            }
        },
        ..head
    }
}

/// Keeps the headers that the configuration allows.
pub(super) fn keep_allowed(open: &OpenRequest, headers: &impl RequestHeaders) {
    for name in &open.recording().handle().capture().request_headers {
        if let Some(value) = headers.values(name).next() {
            open.header(name, value);
        }
    }
}

/// Which of our headers a request has. One look at all names takes less than to look up four that are mostly not there.
#[derive(Default)]
struct Sent {
    request_id: bool,
    trace: bool,
}

impl Sent {
    fn of(headers: &impl RequestHeaders) -> Self {
        let mut sent = Sent::default();
        for name in headers.names() {
            // Their lengths tell them from nearly all others.
            match name.len() {
                12 => sent.request_id |= name.eq_ignore_ascii_case(X_REQUEST_ID),
                11 => sent.trace |= name.eq_ignore_ascii_case(TRACEPARENT),
                10 => sent.trace |= name.eq_ignore_ascii_case(TRACESTATE),
                15 => sent.trace |= name.eq_ignore_ascii_case(X_AMZN_TRACE_ID),
                _ => {}
            }
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct List(&'static [(&'static str, &'static str)]);

    impl RequestHeaders for List {
        fn names(&self) -> impl Iterator<Item = &str> {
            self.0.iter().map(|(name, _)| *name)
        }

        fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
            self.0.iter().filter(move |(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_bytes())
        }
    }

    #[test]
    fn the_host_is_read_where_it_is_asked_for_and_not_known() {
        let headers = List(&[("host", "experiments.example:8080")]);
        assert_eq!(read(RequestHead::default(), &headers, false).host, None);
        assert_eq!(read(RequestHead::default(), &headers, true).host, Some(&b"experiments.example:8080"[..]));
        let authority = RequestHead { host: Some(b"authority"), ..RequestHead::default() };
        assert_eq!(read(authority, &headers, true).host, Some(&b"authority"[..]));
    }

    #[test]
    fn ids_are_read_in_whatever_case_they_come() {
        const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        const XRAY: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let none = List(&[("host", "example"), ("x-request-ix", "a"), ("tracestates", "b")]);
        let head = read(RequestHead::default(), &none, false);
        assert!(head.request_id.is_none() && head.trace.context.is_none() && !head.trace.malformed);

        let lower = List(&[("x-request-id", "seven"), ("x-request-id", "eight"), ("traceparent", PARENT)]);
        let head = read(RequestHead::default(), &lower, false);
        assert_eq!(head.request_id, Some(&b"seven"[..]));
        let trace = head.trace.context.unwrap();
        assert_eq!(trace.trace_id.to_string(), "0af7651916cd43dd8448eb211c80319c");

        let upper = List(&[("X-Request-Id", "seven"), ("Traceparent", PARENT), ("TraceState", "a=b")]);
        let head = read(RequestHead::default(), &upper, false);
        assert_eq!(head.request_id, Some(&b"seven"[..]));
        assert_eq!(head.trace.context.unwrap().tracestate.as_deref(), Some("a=b"));

        let xray = List(&[("X-Amzn-Trace-Id", XRAY)]);
        let trace = read(RequestHead::default(), &xray, false).trace.context.unwrap();
        assert_eq!(trace.trace_id.to_string(), "5759e988bd862e3fe1be46a994272793");
    }
}
