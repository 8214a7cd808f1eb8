//! The headers that let the called service join the trace.

use http::{HeaderMap, HeaderValue};
use tachograph_core::OpenCall;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const X_AMZN_TRACE_ID: &str = "x-amzn-trace-id";

/// Adds what is not there yet, for the call of a request; outside a request there is no trace to join.
pub(crate) fn add(headers: &mut HeaderMap, call: &mut OpenCall) {
    let w3c = !headers.contains_key(TRACEPARENT);
    let xray = !headers.contains_key(X_AMZN_TRACE_ID);
    if !w3c && !xray {
        return;
    }
    let Some(span_id) = call.span_id() else { return };
    let Some(recording) = call.recording() else { return };
    let trace = recording.identity().trace();
    if w3c {
        insert(headers, TRACEPARENT, trace.traceparent(span_id).as_str());
        // A state belongs to its parent: the caller's means nothing beside one that the user has set.
        if let Some(state) = trace.tracestate.as_deref().filter(|_| !headers.contains_key(TRACESTATE)) {
            insert(headers, TRACESTATE, state);
        }
    }
    if xray {
        insert(headers, X_AMZN_TRACE_ID, &trace.x_amzn_trace_id(span_id));
    }
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
