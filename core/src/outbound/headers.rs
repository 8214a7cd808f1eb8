//! The headers that let the called service join the trace.

use crate::ids::SpanId;
use crate::open_call::OpenCall;
use crate::trace::TraceContext;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const X_AMZN_TRACE_ID: &str = "x-amzn-trace-id";

/// The headers of a request that is about to be sent, in whatever a client keeps them. Names are given in lower case.
pub trait OutgoingHeaders {
    /// Whether there is a header of this name.
    fn contains(&self, name: &str) -> bool;

    /// Adds a header. One whose value the client does not take is left out.
    fn insert(&mut self, name: &'static str, value: &str);
}

impl OpenCall {
    /// Adds `traceparent`, `tracestate` and `x-amzn-trace-id` as far as they are not there yet, with this call's own
    /// span. Outside a request there is no trace to join, and nothing is added.
    pub fn inject_trace(&mut self, headers: &mut impl OutgoingHeaders) {
        self.inject_w3c_trace(headers);
        self.inject_xray_trace(headers);
    }

    fn inject_w3c_trace(&mut self, headers: &mut impl OutgoingHeaders) {
        if headers.contains(TRACEPARENT) {
            return;
        }
        let Some((trace, span_id)) = self.trace() else { return };
        headers.insert(TRACEPARENT, trace.traceparent(span_id).as_str());
        // A state belongs to its parent: the caller's means nothing beside one that the user has set.
        if let Some(state) = trace.tracestate.as_deref().filter(|_| !headers.contains(TRACESTATE)) {
            headers.insert(TRACESTATE, state);
        }
    }

    /// Adds `x-amzn-trace-id` alone, for a client that signs every other header.
    pub fn inject_xray_trace(&mut self, headers: &mut impl OutgoingHeaders) {
        if headers.contains(X_AMZN_TRACE_ID) {
            return;
        }
        let Some((trace, span_id)) = self.trace() else { return };
        headers.insert(X_AMZN_TRACE_ID, &trace.x_amzn_trace_id(span_id));
    }

    /// The trace to join, and the call's own span in it.
    fn trace(&mut self) -> Option<(&TraceContext, SpanId)> {
        let span_id = self.span_id()?;
        Some((self.recording()?.identity().trace(), span_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::{start_call, testing, trace};

    struct List(Vec<(&'static str, String)>);

    impl OutgoingHeaders for List {
        fn contains(&self, name: &str) -> bool {
            self.0.iter().any(|(given, _)| *given == name)
        }

        fn insert(&mut self, name: &'static str, value: &str) {
            self.0.push((name, value.to_owned()));
        }
    }

    /// What a call of a request with this trace sends beside the headers that it has, and the call's span.
    fn sent(has: &[&'static str]) -> (Vec<(&'static str, String)>, Option<String>) {
        let instance = testing::instance();
        let parent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".as_slice();
        let head = RequestHead {
            trace: trace::extract([parent], [b"vendor=opaque".as_slice()], []),
            ..RequestHead::default()
        };
        let mut request = OpenRequest::open(instance.handle(), head).unwrap();
        let mut headers = List(has.iter().map(|name| (*name, "mine".to_owned())).collect());
        request.call(|| {
            let mut call = start_call(Operation::external("partner.example", "GET"), None);
            call.inject_trace(&mut headers);
            call.completed();
        });
        drop(request);
        let span_id = instance.take()[0].calls()[0].span_id().map(|id| id.to_string());
        (headers.0.split_off(has.len()), span_id)
    }

    #[test]
    fn all_three_carry_the_requests_trace_and_the_calls_own_span() {
        let (headers, span_id) = sent(&[]);
        let span_id = span_id.unwrap();
        let expected = [
            (TRACEPARENT, format!("00-0af7651916cd43dd8448eb211c80319c-{span_id}-01")),
            (TRACESTATE, "vendor=opaque".to_owned()),
            (X_AMZN_TRACE_ID, format!("Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={span_id};Sampled=1")),
        ];
        assert_eq!(headers, expected);
    }

    #[test]
    fn what_is_there_stays_and_a_state_goes_with_its_parent() {
        let names = |has: &[&'static str]| -> Vec<&'static str> { sent(has).0.iter().map(|(name, _)| *name).collect() };
        assert_eq!(names(&[TRACEPARENT]), [X_AMZN_TRACE_ID]);
        assert_eq!(names(&[TRACESTATE]), [TRACEPARENT, X_AMZN_TRACE_ID]);
        assert_eq!(names(&[X_AMZN_TRACE_ID]), [TRACEPARENT, TRACESTATE]);
        assert_eq!(sent(&[TRACEPARENT, X_AMZN_TRACE_ID]), (vec![], None), "nobody has heard of a span of the call's");
    }

    #[test]
    fn outside_a_request_there_is_no_trace_to_join() {
        let mut headers = List(vec![]);
        start_call(Operation::external("partner.example", "GET"), None).inject_trace(&mut headers);
        assert!(headers.0.is_empty());
    }
}
