//! What a request is called: its request id, its trace, and its span in that trace.

use std::sync::LazyLock;

use crate::ids::{IdSource, SpanId, TraceId};
use crate::request_id::RequestId;
use crate::sampling::Decision;
use crate::trace::TraceContext;

/// A request's names. They are settled when it is opened.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(crate) request_id: RequestId,
    pub(crate) trace: TraceContext,
    pub(crate) span_id: SpanId,
    pub(crate) decision: Decision,
}

impl Identity {
    /// The caller's `x-request-id`, or one that was made.
    pub fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// The trace and the caller's place in it. Where no caller named one, a trace begins with this request.
    pub fn trace(&self) -> &TraceContext {
        &self.trace
    }

    /// The trace's id.
    pub fn trace_id(&self) -> TraceId {
        self.trace.trace_id
    }

    /// This request's own span.
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// What was decided about the trace. Calls that are made in it are told ([`TraceContext::sampled`]).
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// Stands in for a record that has not been given one; exporters never see it.
    pub(crate) fn none() -> &'static Self {
        static NONE: LazyLock<Identity> = LazyLock::new(|| {
            let ids = crate::ids::SequentialIds::default();
            Identity {
                request_id: RequestId::made(0),
                trace: TraceContext::new(ids.trace_id()),
                span_id: ids.span_id(),
                decision: Decision { sampled: false, by_caller: true },
            }
        });
        &NONE
    }
}
